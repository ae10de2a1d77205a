public import Tensors

/// The product of two inputs. A dimension of length 1 in one of them goes along the other's: a gate of a
/// channel `[N, 1, 1, C]`, of a place `[N, H, W, 1]` or of each scalar.
///
/// - Input: two of one shape, but for dimensions of length 1. Output: the larger lengths.
/// - Source: Hu, Shen & Sun, "Squeeze-and-Excitation Networks", CVPR 2018, arXiv 1709.01507, §3.
public struct Mul: JoiningLayer {
  /// The product.
  public init() {}

  public func outputShape(joining inputShapes: [[Int]]) throws(ShapeError) -> [Int] {
    try inputShapes.broadcast()
  }

  public func output(joining inputs: [Tensor]) -> Tensor {
    Broadcast(inputs)(inputs[0], inputs[1], *)
  }

  public func gradients(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor] {
    inputs.indices.map { self.gradient(gradient, of: $0, joining: inputs) }
  }

  /// The gradient of one of the inputs, the other taken as a constant.
  package func gradient(_ gradient: Tensor, of index: Int, joining inputs: [Tensor]) -> Tensor {
    let other = inputs[1 - index]
    return Broadcast.sum(Broadcast([gradient, other])(gradient, other, *), to: inputs[index].shape)
  }
}

/// The first input minus the second. A dimension of length 1 in one of them goes along the other's.
///
/// - Input: two of one shape, but for dimensions of length 1. Output: the larger lengths.
public struct Sub: JoiningLayer {
  /// The difference.
  public init() {}

  public func outputShape(joining inputShapes: [[Int]]) throws(ShapeError) -> [Int] {
    try inputShapes.broadcast()
  }

  public func output(joining inputs: [Tensor]) -> Tensor {
    Broadcast(inputs)(inputs[0], inputs[1], -)
  }

  public func gradients(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor] {
    [
      Broadcast.sum(gradient, to: inputs[0].shape),
      Broadcast.sum(Kernels.affine(gradient, scale: -1, shift: 0), to: inputs[1].shape),
    ]
  }
}

extension [[Int]] {
  /// The shape that two shapes make together.
  func broadcast() throws(ShapeError) -> [Int] {
    guard count == 2, let shape = broadcastShape else {
      throw ShapeError(
        takes: "two inputs of one shape, but for lengths of 1\(first.map { ", \($0)" } ?? "")",
        gets: last ?? [])
    }
    return shape
  }

  /// The shape that shapes of one rank make together; nil where they don't.
  package var broadcastShape: [Int]? {
    guard var shape = first else { return nil }
    for other in dropFirst() {
      guard other.count == shape.count,
        zip(shape, other).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 })
      else { return nil }
      shape = zip(shape, other).map { $0 == 1 ? $1 : $0 }
    }
    return shape
  }
}

/// Arithmetic of two tensors, in which dimensions of length 1 go along the other's.
struct Broadcast {
  private let shape: [Int]

  /// - Parameter inputs: two of one rank, 2 to 4.
  init(_ inputs: [Tensor]) {
    guard inputs.count == 2, let shape = inputs.map(\.shape).broadcastShape else {
      preconditionFailure("two tensors that go together, got \(inputs.map(\.shape))")
    }
    self.shape = shape
  }

  @inline(__always)
  func callAsFunction(_ a: Tensor, _ b: Tensor, _ body: (Float, Float) -> Float) -> Tensor {
    if a.shape == b.shape {
      return Kernels.rows(of: a, and: b) { a, b, y in
        for index in a.indices { y[index] = body(a[index], b[index]) }
      }
    }
    let (channels, places) = (shape[shape.count - 1], Self.places(shape))
    let (aSteps, bSteps) = (Self.steps(a.shape), Self.steps(b.shape))
    return Tensor(uninitializedShape: shape) { y in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          Parallel.forEach(places[0] * places[1]) { row in
            let (image, line) = (row / places[1], row % places[1])
            for x in 0..<places[2] {
              let aStart = image * aSteps[0] + line * aSteps[1] + x * aSteps[2]
              let bStart = image * bSteps[0] + line * bSteps[1] + x * bSteps[2]
              let start = (row * places[2] + x) * channels
              for channel in 0..<channels {
                y[start + channel] = body(
                  a[aStart + channel * aSteps[3]], b[bStart + channel * bSteps[3]])
              }
            }
          }
        }
      }
    }
  }

  /// The sums over the dimensions that have length 1 in a shape, in double precision.
  static func sum(_ tensor: Tensor, to shape: [Int]) -> Tensor {
    guard tensor.shape != shape else { return tensor }
    let (channels, places, steps) = (
      tensor.shape[tensor.rank - 1], places(tensor.shape), steps(shape)
    )
    var sums = [Double](repeating: 0, count: shape.reduce(1, *))
    tensor.withUnsafeBufferPointer { scalars in
      var next = 0
      for image in 0..<places[0] {
        for y in 0..<places[1] {
          for x in 0..<places[2] {
            let start = image * steps[0] + y * steps[1] + x * steps[2]
            for channel in 0..<channels {
              sums[start + channel * steps[3]] += Double(scalars[next])
              next += 1
            }
          }
        }
      }
    }
    return Tensor(shape: shape, scalars: sums.map { Float($0) })
  }

  /// Images, rows and columns; one column for rank 3, a sequence, and one row, too, for rank 2.
  private static func places(_ shape: [Int]) -> [Int] {
    shape.count == 4 ? Array(shape[..<3]) : [shape[0], shape.count == 3 ? shape[1] : 1, 1]
  }

  /// Scalars from image to image, row to row, column to column and channel to channel; 0 along
  /// dimensions of length 1.
  private static func steps(_ shape: [Int]) -> [Int] {
    let lengths = places(shape) + [shape[shape.count - 1]]
    var steps = [1, 1, 1, 1]
    for axis in [2, 1, 0] { steps[axis] = steps[axis + 1] * lengths[axis + 1] }
    return zip(steps, lengths).map { $1 == 1 ? 0 : $0 }
  }
}
