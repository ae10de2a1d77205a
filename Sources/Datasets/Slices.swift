import Dispatch

/// Fills a block of memory on several threads, each element in a slice of its own.
///
/// - Parameters:
///   - count: The number of elements.
///   - size: The bytes of an element.
///   - chunk: Elements that one thread fills in turn: enough of them to pay for its waking up.
///   - fill: Writes every byte of an element's slice. It runs on several threads at once.
func filledInParallel(
  _ count: Int, of size: Int, chunk: Int,
  fill: @Sendable (Int, UnsafeMutableBufferPointer<UInt8>) -> Void
) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count * size) { buffer, initialized in
    // Slices of two elements never overlap, so the threads share no byte.
    nonisolated(unsafe) let buffer = buffer
    DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { turn in
      for index in turn * chunk..<min((turn + 1) * chunk, count) {
        fill(index, UnsafeMutableBufferPointer(rebasing: buffer[index * size..<(index + 1) * size]))
      }
    }
    initialized = count * size
  }
}
