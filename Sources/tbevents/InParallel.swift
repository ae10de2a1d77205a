import Dispatch
import Synchronization

/// The results of a function for all elements, computed on all cores, in order.
///
/// - Throws: the error of the first element that had one.
func inParallel<Element: Sendable, Result: Sendable>(
  _ elements: [Element], _ body: @Sendable (Element) throws -> Result
) throws -> [Result] {
  let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
  DispatchQueue.concurrentPerform(iterations: elements.count) { index in
    let result = Swift.Result { try body(elements[index]) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { all in
    try elements.indices.compactMap { try all[$0]?.get() }
  }
}
