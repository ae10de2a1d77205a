import Tensors

/// An array with its dimensions in another order.
struct Permutation: Sendable, Equatable {
  /// The array's dimensions before; their product is a possible one.
  let shape: [Int]
  /// For each dimension afterwards, which one it was.
  let order: [Int]

  /// Another order of what an earlier one made.
  func followed(by next: [Int]) -> Permutation {
    Permutation(shape: shape, order: next.map { order[$0] })
  }

  /// The dimensions afterwards.
  var newShape: [Int] { order.map { shape[$0] } }

  /// Calls `body` with the old place of each number, in the new order.
  private func forEachPlace(_ body: (Int) -> Void) {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let (lengths, steps) = (newShape, order.map { strides[$0] })
    guard let last = lengths.last, let lastStep = steps.last else { return body(0) }
    guard !lengths.contains(0) else { return }
    var place = 0
    var index = [Int](repeating: 0, count: lengths.count)
    while true {
      for offset in 0..<last { body(place + offset * lastStep) }
      var axis = lengths.count - 2
      while axis >= 0 {
        index[axis] += 1
        place += steps[axis]
        if index[axis] < lengths[axis] { break }
        place -= steps[axis] * lengths[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// The numbers in the new order.
  func callAsFunction<Number>(_ numbers: [Number]) -> [Number] {
    var result: [Number] = []
    result.reserveCapacity(numbers.count)
    forEachPlace { result.append(numbers[$0]) }
    return result
  }

  /// The tensor in the new order.
  func callAsFunction(_ tensor: Tensor) -> Tensor {
    if order == [1, 0] {
      return Kernels.transposed(tensor, rows: shape[0], columns: shape[1])
        .reshaped(to: newShape)
    }
    return Tensor(uninitializedShape: newShape) { result in
      tensor.withUnsafeBufferPointer { scalars in
        var next = 0
        forEachPlace {
          result.initializeElement(at: next, to: scalars[$0])
          next += 1
        }
      }
    }
  }
}
