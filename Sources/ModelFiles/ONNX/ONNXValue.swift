import Tensors

/// What a name in a graph stands for.
enum ONNXValue {
  /// A number or an array that doesn't depend on the image.
  case constant(ONNXConstant)
  /// What the layers so far make of the image.
  case activation(ONNXActivation)
}

/// An array that doesn't depend on the image.
struct ONNXConstant {
  /// The numbers.
  enum Content {
    /// Shapes and axes.
    case integers([Int])
    /// Single numbers.
    case floats([Float])
    /// Parameters, left in the file; a matrix may be seen as its transpose.
    case tensor(ONNXTensor, isTransposed: Bool)
  }

  var shape: [Int]
  var content: Content

  /// Whole numbers in one dimension.
  static func integers(_ values: [Int]) -> ONNXConstant {
    ONNXConstant(shape: [values.count], content: .integers(values))
  }

  /// How many numbers there are.
  var count: Int { shape.reduce(1, *) }

  /// The whole numbers; nil for others.
  var integers: [Int]? {
    if case .integers(let values) = content { values } else { nil }
  }

  /// The name of the tensor it comes from.
  var tensorName: String? {
    if case .tensor(let tensor, _) = content { tensor.name } else { nil }
  }
}

/// The output of the layers so far.
struct ONNXActivation {
  /// The lengths of its dimensions in the graph, `[N, C, H, W]` usually.
  var shape: [Int]
  /// How many layers it is the output of.
  var stage: Int
  /// Which of N, C, H and W each dimension is: 0, 1, 2, 3 unless it was transposed.
  var order = [0, 1, 2, 3]
  /// Images were flattened row by row with the channels last: their `[H, W, C]`.
  var flattened: [Int]?
  /// A part of a local response normalisation, written as arithmetic.
  var response: LocalResponse?

  /// The length of N, C, H or W.
  func length(_ dimension: Int) -> Int {
    order.firstIndex(of: dimension).map { shape[$0] } ?? 1
  }

  /// Whether dimensions stand as layers want them: `[N, C, H, W]` or `[N, C]`.
  var isPlain: Bool {
    response == nil && flattened == nil && (shape.count != 4 || order == [0, 1, 2, 3])
  }
}

/// Where a parameter's numbers come from, in PyTorch's layout.
indirect enum ONNXParameter: Sendable {
  /// A tensor of the file, seen under a shape; a matrix may be transposed.
  case tensor(ONNXTensor, shape: [Int], isTransposed: Bool)
  /// Numbers that were worked out.
  case numbers(Tensor)
  /// Another one, each of its rows (of the first dimension) multiplied by a number.
  case scaledRows(ONNXParameter, [Float])
  /// A matrix whose columns are images `[H, W, C]`, brought to `[C, H, W]`.
  case channelsFirst(ONNXParameter, [Int])

  /// The parameter.
  func tensor(_ reader: inout ONNXTensorReader) throws -> Tensor {
    switch self {
    case .numbers(let tensor): return tensor
    case .tensor(let source, let shape, let isTransposed):
      let tensor = try reader.floats(source)
      guard isTransposed else { return tensor.reshaped(to: shape) }
      return Kernels.transposed(tensor, rows: shape[1], columns: shape[0])
    case .scaledRows(let inner, let factors):
      var tensor = try inner.tensor(&reader)
      let row = tensor.count / max(1, factors.count)
      tensor.withUnsafeMutableBufferPointer { scalars in
        for (index, factor) in factors.enumerated() {
          for at in index * row..<(index + 1) * row { scalars[at] *= factor }
        }
      }
      return tensor
    case .channelsFirst(let inner, let image):
      let tensor = try inner.tensor(&reader)
      return Kernels.transposedImages(
        tensor, batch: tensor.shape[0], rows: image[0] * image[1], columns: image[2]
      ).reshaped(to: tensor.shape)
    }
  }
}
