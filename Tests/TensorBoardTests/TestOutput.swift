import EventFiles
import Foundation
import Synchronization

/// Stands in for a file: in memory, with room for so many bytes and so many at once.
final class TestOutput: EventFileOutput {
  struct State {
    var bytes: [UInt8] = []
    /// The disk is full when the file has this size.
    var room = Int.max
    /// Bytes that one call takes at most.
    var largestWrite = Int.max
    var isLinked = true
  }

  static let full = Platform.ErrorNumber(rawValue: ENOSPC)
  let state = Mutex(State())

  func write(_ bytes: UnsafeRawBufferPointer) throws(Platform.ErrorNumber) -> Int {
    let count = state.withLock { state in
      let count = min(bytes.count, state.largestWrite, state.room - state.bytes.count)
      state.bytes += bytes[..<max(count, 0)]
      return count
    }
    if count <= 0 { throw Self.full }
    return count
  }

  func truncate(to length: Int) throws(Platform.ErrorNumber) {
    state.withLock { $0.bytes.removeSubrange(length...) }
  }

  func status() throws(Platform.ErrorNumber) -> (size: Int, isLinked: Bool) {
    state.withLock { ($0.bytes.count, $0.isLinked) }
  }

  var bytes: [UInt8] { state.withLock { $0.bytes } }
}
