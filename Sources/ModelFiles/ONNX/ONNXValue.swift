import Tensors

/// What a name in a graph stands for.
enum ONNXValue {
  /// A number or an array that doesn't depend on the image.
  case constant(ONNXConstant)
  /// What the layers so far make of the image.
  case activation(ONNXActivation)
  /// A step of something that has a layer as a whole only; by itself it is this problem.
  case deferred(ONNXProblem)
}

/// An array that doesn't depend on the image.
struct ONNXConstant {
  /// The numbers.
  enum Content {
    /// Shapes and axes.
    case integers([Int])
    /// Single numbers.
    case floats([Float])
    /// Parameters, left in the file.
    case tensor(ONNXView)
  }

  var shape: [Int]
  var content: Content

  /// Whole numbers in one dimension.
  static func integers(_ values: [Int]) -> ONNXConstant {
    ONNXConstant(shape: [values.count], content: .integers(values))
  }

  /// How many numbers there are.
  ///
  /// Shapes are checked where they come from: a tensor's by `ONNXTensor.count()`, that of what a node
  /// makes by `ONNXImporter.set`.
  var count: Int { shape.reduce(1, *) }

  /// The whole numbers; nil for others.
  var integers: [Int]? {
    if case .integers(let values) = content { values } else { nil }
  }

  /// The name of the tensor it comes from.
  var tensorName: String? {
    if case .tensor(let view) = content { view.tensor.name } else { nil }
  }
}

/// A tensor's numbers in another order: `Transpose`, maybe under several shapes one after the other.
struct ONNXView: Sendable {
  let tensor: ONNXTensor
  private var moves: [Permutation] = []

  /// The numbers as they lie in the file.
  init(_ tensor: ONNXTensor) { self.tensor = tensor }

  /// Exchanges the dimensions of what has a shape.
  ///
  /// - Returns: false when it was done too often.
  mutating func exchange(_ shape: [Int], _ order: [Int]) -> Bool {
    if let last = moves.last, last.newShape == shape {
      moves[moves.count - 1] = last.followed(by: order)
    } else {
      moves.append(Permutation(shape: shape, order: order))
    }
    if let last = moves.last, last.order == Array(last.order.indices) { moves.removeLast() }
    return moves.count <= 8
  }

  /// The numbers in this order.
  func callAsFunction(_ numbers: Tensor) -> Tensor {
    moves.reduce(numbers) { $1($0.reshaped(to: $1.shape)) }
  }

  /// The same of whole numbers.
  func callAsFunction(_ numbers: [Int]) -> [Int] { moves.reduce(numbers) { $1($0) } }
}

/// The output of the layers so far: rows where it has two dimensions, else images.
struct ONNXActivation {
  /// The lengths of its dimensions in the graph, `[N, C, H, W]` usually.
  var shape: [Int]
  /// How many layers it is the output of.
  var stage: Int
  /// Which of N, C, H and W each dimension is: 0, 1, 2, 3 unless it was transposed. Those that are left
  /// out have length 1.
  var order = [0, 1, 2, 3]
  /// Images were flattened row by row with the channels last: their `[H, W, C]`.
  var flattened: [Int]?
  /// A part of a local response normalisation, written as arithmetic.
  var response: LocalResponse?
  /// Channels are seen as groups.
  var groups: ChannelGroups?
  /// Rows or columns are seen with their copies.
  var copies: PixelCopies?

  /// The length of N, C, H or W.
  func length(_ dimension: Int) -> Int {
    shape.indices.first { $0 < order.count && order[$0] == dimension }.map { shape[$0] } ?? 1
  }

  /// Whether its dimensions are those of images or rows, and nothing else that they are seen as.
  var hasOwnShape: Bool { response == nil && groups == nil && copies == nil }

  /// Whether its numbers are those of a layer's output, at most in another order of dimensions.
  var isWhole: Bool { hasOwnShape && flattened == nil }

  /// Whether dimensions stand as layers want them, too: `[N, C, H, W]` or `[N, C]`.
  var isPlain: Bool { isWhole && (shape.count == 2 || order == [0, 1, 2, 3]) }

  /// The dimension of the graph that the channels are; nil where they have none.
  var channelAxis: Int? { shape.count == 2 ? 1 : order.firstIndex(of: 1) }

  /// Which of N, C, H and W each dimension of a shape is, if those that aren't 1 are some in this order. The
  /// others may be any that are left, so they are what stands at their place usually.
  static func order(of shape: [Int], long: [Int]) -> [Int] {
    var order = [Int?](repeating: nil, count: shape.count)
    var free = Set(0..<max(4, shape.count)).subtracting(long)
    var rest = long[...]
    for place in shape.indices where shape[place] != 1 { order[place] = rest.popFirst() }
    for place in shape.indices where order[place] == nil { order[place] = free.remove(place) }
    for place in shape.indices where order[place] == nil {
      order[place] = free.min()
      order[place].map { _ = free.remove($0) }
    }
    return order.map { $0 ?? 0 }
  }

  /// Which of N, C, H and W its dimensions are that aren't 1.
  var long: [Int] { shape.indices.filter { shape[$0] != 1 }.map { order[$0] } }
}

/// Channels seen as groups of channels: `[N, groups, C / groups, H, W]` to be shuffled, `[N, groups, rest]`
/// to be normalised.
struct ChannelGroups {
  var groups: Int
  /// The shape of the images, `[N, C, H, W]`.
  let shape: [Int]
  /// Whether groups and channels in them were exchanged.
  var isTransposed = false
}

/// Each row or column beside its copies, a dimension more than the images have: `[N, C, H, copies, W]`, as
/// Keras's `UpSampling2D` is written.
struct PixelCopies {
  /// The dimension of the graph that is copied.
  let axis: Int
  /// The images' shape in the graph.
  let shape: [Int]
  var count = 1
}

/// Where a parameter's numbers come from, in PyTorch's layout.
struct ONNXParameter: Sendable {
  private enum Source {
    case view(ONNXView)
    case numbers(Tensor)
  }

  var shape: [Int]
  private var source: Source
  /// What each number is multiplied by.
  var scale: Float = 1

  /// A tensor of the file, seen under a shape.
  init(_ view: ONNXView, shape: [Int]) { (source, self.shape) = (.view(view), shape) }

  /// Numbers that were worked out.
  init(_ numbers: [Float], shape: [Int]) {
    source = .numbers(Tensor(shape: shape, scalars: numbers))
    self.shape = shape
  }

  /// The parameter.
  func tensor(_ reader: inout ONNXTensorReader) throws -> Tensor {
    var tensor: Tensor
    switch source {
    case .numbers(let numbers): tensor = numbers
    case .view(let view): tensor = view(try reader.floats(view.tensor)).reshaped(to: shape)
    }
    guard scale != 1 else { return tensor }
    tensor.withUnsafeMutableBufferPointer { scalars in
      for index in scalars.indices { scalars[index] *= scale }
    }
    return tensor
  }
}
