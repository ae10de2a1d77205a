import Tensors

/// Fills a block of memory on several threads, each element in a slice of its own.
///
/// - Parameters:
///   - count: The number of elements.
///   - size: The bytes of an element.
///   - chunk: Elements that one thread fills in turn: enough of them to pay for its waking up.
///   - fill: Writes every byte of an element's slice. It runs on several threads at once.
func filledInParallel(
  _ count: Int, of size: Int, chunk: Int,
  fill: (Int, UnsafeMutableBufferPointer<UInt8>) -> Void
) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count * size) { buffer, initialized in
    let buffer = buffer
    Parallel.forEachRange(count, chunk: chunk) { range in
      for index in range {
        fill(index, UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
      }
    }
    initialized = count * size
  }
}
