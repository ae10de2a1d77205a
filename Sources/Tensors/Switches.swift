/// Where each maximum of a max pooling was.
///
/// Kept as one byte an output scalar: the row-major position in its window.
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, §2.1.
public struct Switches: Sendable {
  /// The pooling's windows.
  package let pooling: PoolingGeometry
  /// The images pooled.
  package let batch: Int
  private let memory: PooledMemory

  /// Memory that `initialize` must fill whole.
  init(
    pooling: PoolingGeometry, batch: Int,
    _ initialize: (UnsafeMutablePointer<UInt8>) -> Void
  ) {
    self.pooling = pooling
    self.batch = batch
    memory = PooledMemory(byteCount: batch * pooling.outputCount)
    initialize(memory.address.bindMemory(to: UInt8.self, capacity: memory.byteCount))
  }

  /// The number of switches: one an output scalar.
  public var count: Int { memory.byteCount }

  /// For output scalar `index` (row-major in `[N, H, W, C]`), the row and the column of its maximum
  /// in the input plane.
  public func position(at index: Int) -> (row: Int, column: Int) {
    precondition(index >= 0 && index < count, "switch \(index) of \(count)")
    let window = withUnsafePointer { Int($0[index]) }
    let place = index % pooling.outputCount / pooling.channels
    return (
      place / pooling.outputWidth * pooling.stride.height - pooling.padding.top
        + window / pooling.window.width,
      place % pooling.outputWidth * pooling.stride.width - pooling.padding.left
        + window % pooling.window.width
    )
  }

  /// For each output scalar, the position `row · width + column` of its maximum in the input plane
  /// (PyTorch's `return_indices`).
  public var planePositions: [Int] {
    (0..<count).map {
      let (row, column) = position(at: $0)
      return row * pooling.width + column
    }
  }

  func withUnsafePointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    body(UnsafePointer(memory.address.assumingMemoryBound(to: UInt8.self)))
  }
}
