import Synchronization

/// Raw memory on a 64-byte boundary that outlives no one who holds it.
///
/// Large blocks go back to a pool when the last holder is gone: fresh pages from the system cost
/// about as much as the arithmetic done on them.
///
/// `@unchecked Sendable`: the address never changes, and whoever writes through it holds the only
/// reference (`isKnownUniquelyReferenced`), as `Array` does with its buffer.
package final class PooledMemory: @unchecked Sendable {
  package let address: UnsafeMutableRawPointer
  package let byteCount: Int
  private let capacity: Int
  /// What kernels made of the contents for themselves.
  let prepared = Mutex<[PreparedForm.Key: Tensor]>([:])
  /// What the contents are still to be computed from, and whether there is such a thing.
  private let pending: Mutex<PendingProduct?>
  private let isPending: Atomic<Bool>

  /// Memory for `byteCount` bytes, not initialized.
  package convenience init(byteCount: Int) { self.init(byteCount: byteCount, pending: nil) }

  /// Memory that is filled by a product when somebody reads it.
  init(byteCount: Int, pending: PendingProduct?) {
    self.byteCount = byteCount
    self.pending = Mutex(pending)
    isPending = Atomic(pending != nil)
    (address, capacity) = MemoryPool.shared.take(MemoryPool.roundedSize(byteCount))
  }

  /// Where the contents are, computed if they weren't there yet.
  var contents: UnsafeMutableRawPointer {
    if isPending.load(ordering: .acquiring) {
      pending.withLock { pending in
        pending?.fill(address)
        pending = nil
        isPending.store(false, ordering: .releasing)
      }
    }
    return address
  }

  /// What the contents are still to be computed from.
  var pendingProduct: PendingProduct? {
    isPending.load(ordering: .acquiring) ? pending.withLock { $0 } : nil
  }

  deinit { MemoryPool.shared.give(address, byteCount: capacity) }

  /// A copy with memory of its own.
  package func copy() -> PooledMemory {
    let copy = PooledMemory(byteCount: byteCount)
    copy.address.copyMemory(from: contents, byteCount: byteCount)
    return copy
  }
}

/// Blocks of memory that were given back, by size.
private final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  #if EXACT_MEMORY
    /// The fuzzing room's sanitizer sees every step outside of a block that is as large as asked for, and
    /// every use of one that was given back.
    private static let smallestPooled = Int.max
    private static let smallestStep = 1
  #else
    /// Blocks smaller than this go to the system's allocator, which keeps them itself, in bytes.
    private static let smallestPooled = 64 << 10
    private static let smallestStep = alignment
  #endif
  /// What the pool holds at most, in bytes; beyond it, blocks go back to the system.
  private static let largestTotal = 512 << 20
  private static let alignment = 64
  /// Blocks of at least so many bytes lie in large pages, and serve what is down to half as large.
  private static let large = 4 << 20
  private static let largePage = 2 << 20

  private struct Free {
    var blocks: [Int: [Block]] = [:]
    var total = 0

    /// The smallest block that serves.
    mutating func take(
      _ byteCount: Int
    ) -> (address: UnsafeMutableRawPointer, capacity: Int)? {
      var size = byteCount
      if byteCount >= MemoryPool.large, blocks[byteCount]?.isEmpty ?? true {
        let serve = byteCount...2 * byteCount
        guard let other = blocks.keys.filter({ serve ~= $0 && blocks[$0]?.isEmpty == false }).min()
        else { return nil }
        size = other
      }
      guard let block = blocks[size]?.popLast() else { return nil }
      total -= size
      return (block.address, size)
    }
  }
  /// Sendable by the pool's mutex: a block in the pool is nobody else's.
  private struct Block: @unchecked Sendable {
    var address: UnsafeMutableRawPointer
  }
  private let free = Mutex(Free())

  /// Sizes in steps of an eighth of their power of two, so that nearly equal tensors share blocks.
  static func roundedSize(_ byteCount: Int) -> Int {
    let atLeast = max(byteCount, smallestStep)
    guard atLeast >= smallestPooled else {
      return (atLeast + smallestStep - 1) & ~(smallestStep - 1)
    }
    let step = 1 << (Int.bitWidth - 1 - atLeast.leadingZeroBitCount - 3)
    return (atLeast + step - 1) & ~(step - 1)
  }

  /// A block, and how large it is.
  func take(_ byteCount: Int) -> (address: UnsafeMutableRawPointer, capacity: Int) {
    if byteCount >= Self.smallestPooled {
      let block = free.withLock { $0.take(byteCount) }
      if let block { return block }
    }
    guard byteCount >= Self.large else {
      return (.allocate(byteCount: byteCount, alignment: Self.alignment), byteCount)
    }
    let address = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: Self.largePage)
    Platform.preferLargePages(address, byteCount: byteCount)
    return (address, byteCount)
  }

  func give(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    if byteCount >= Self.smallestPooled {
      let block = Block(address: address)
      let kept = free.withLock { free -> Bool in
        guard free.total + byteCount <= Self.largestTotal else { return false }
        free.blocks[byteCount, default: []].append(block)
        free.total += byteCount
        return true
      }
      if kept { return }
    }
    address.deallocate()
  }
}
