/// Bytes that grow at the end; only one owner, so that nothing has to be checked for sharing.
///
/// `@unchecked Sendable`: it can't be copied, so whoever has it is the only one to reach the memory.
struct ByteBuffer: ~Copyable, @unchecked Sendable {
  private(set) var start: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// The number of bytes in use, at most `capacity`.
  var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 64)
    start = .allocate(byteCount: self.capacity, alignment: 8)
  }

  deinit { start.deallocate() }

  subscript(position: Int) -> UInt8 {
    get {
      precondition(position >= 0 && position < count, "byte \(position) of \(count)")
      return start.load(fromByteOffset: position, as: UInt8.self)
    }
    set {
      precondition(position >= 0 && position < count, "byte \(position) of \(count)")
      start.storeBytes(of: newValue, toByteOffset: position, as: UInt8.self)
    }
  }

  /// Appends an integer's bytes as they lie in memory.
  mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    let end = count + MemoryLayout<Value>.size
    if end > capacity { grow(to: end) }
    start.storeBytes(of: value, toByteOffset: count, as: Value.self)
    count = end
  }

  /// Appends bytes.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let end = count + bytes.count
    if end > capacity { grow(to: end) }
    if let source = bytes.baseAddress {
      (start + count).copyMemory(from: source, byteCount: bytes.count)
    }
    count = end
  }

  /// Moves what begins at `position` further back by a number of bytes, whose content is then any.
  mutating func makeRoom(of size: Int, at position: Int) {
    precondition(size >= 0 && position >= 0 && position <= count, "room at \(position) of \(count)")
    let end = count + size
    if end > capacity { grow(to: end) }
    (start + position + size).copyMemory(from: start + position, byteCount: count - position)
    count = end
  }

  private mutating func grow(to needed: Int) {
    let larger = max(needed, 2 * capacity)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
    memory.copyMemory(from: start, byteCount: count)
    start.deallocate()
    start = memory
    capacity = larger
  }
}
