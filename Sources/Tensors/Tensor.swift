/// A dense array of `Float` scalars with a shape, in row-major order.
///
/// A value: copies share memory until one of them is changed. Images and feature maps are
/// `[N, H, W, C]`, convolution weights `[height, width, in, out]`, dense weights `[in, out]`.
public struct Tensor: Sendable {
  /// The length of each dimension; `[]` is a single scalar.
  public private(set) var shape: [Int]
  /// The number of scalars.
  public let count: Int
  private var memory: PooledMemory
  private var start: UnsafeMutablePointer<Float> {
    memory.contents.assumingMemoryBound(to: Float.self)
  }

  /// The scalars in row-major order, copied.
  public init(shape: [Int], scalars: some Collection<Float>) {
    self.init(uninitializedShape: shape) { buffer in
      precondition(
        scalars.count == buffer.count,
        "shape \(shape) holds \(buffer.count) scalars, but \(scalars.count) were given")
      _ = buffer.initialize(fromContentsOf: scalars)
    }
  }

  /// Every scalar the same.
  public init(shape: [Int], repeating scalar: Float) {
    self.init(uninitializedShape: shape) { $0.initialize(repeating: scalar) }
  }

  /// All scalars 0.
  public init(zeros shape: [Int]) { self.init(shape: shape, repeating: 0) }

  /// Memory that `initialize` must fill whole.
  package init(
    uninitializedShape shape: [Int],
    _ initialize: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative dimension, got \(shape)")
    self.shape = shape
    count = shape.reduce(1, *)
    memory = PooledMemory(byteCount: count * MemoryLayout<Float>.stride)
    let start = memory.address.bindMemory(to: Float.self, capacity: count)
    try initialize(UnsafeMutableBufferPointer(start: start, count: count))
  }

  /// A product whose scalars are computed when somebody reads them.
  init(_ product: PendingProduct) {
    shape = product.shape
    count = shape.reduce(1, *)
    memory = PooledMemory(byteCount: count * MemoryLayout<Float>.stride, pending: product)
  }

  /// What the scalars will be computed from, as long as nobody read them.
  var pendingProduct: PendingProduct? { memory.pendingProduct }

  /// The number of dimensions.
  public var rank: Int { shape.count }

  /// The scalars in row-major order, copied into an array.
  public var scalars: [Float] { withUnsafeBufferPointer { Array($0) } }

  /// The same scalars under another shape of the same size; nothing is copied.
  public func reshaped(to shape: [Int]) -> Tensor {
    precondition(
      shape.reduce(1, *) == count, "shape \(self.shape) can't be seen as \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// One scalar, by its position in each dimension.
  public subscript(position: Int...) -> Float {
    get { start[offset(of: position)] }
    set {
      let offset = offset(of: position)
      withUnsafeMutableBufferPointer { $0[offset] = newValue }
    }
  }

  /// Calls `body` with the scalars in row-major order.
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// Calls `body` with the scalars in row-major order, to change them in place.
  public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if isKnownUniquelyReferenced(&memory) {
      memory.forgetPreparedForms()
    } else {
      memory = memory.copy()
    }
    return try body(UnsafeMutableBufferPointer(start: start, count: count))
  }

  /// A form of the scalars, which `make` gives if it isn't there from before.
  func prepared(_ form: PreparedForm, make: () -> Tensor) -> Tensor {
    memory.prepared(PreparedForm.Key(form: form, shape: shape), make: make)
  }

  private func offset(of position: [Int]) -> Int {
    precondition(
      position.count == shape.count
        && zip(position, shape).allSatisfy { $0 >= 0 && $0 < $1 },
      "position \(position) lies outside shape \(shape)")
    return zip(position, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal scalars (so a tensor with a NaN equals none, itself included).
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.shape == right.shape
      && left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in left.elementsEqual(right) }
      }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first scalars.
  public var description: String {
    let shown = scalars.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor(shape: \(shape), [\(shown)\(count > 8 ? ", …" : "")])"
  }
}
