import EventFiles
import Files
import Foundation
import Synchronization

@testable import TensorBoard

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

  static let full = FileError("test", .write, .system(ErrorNumber(rawValue: ENOSPC)))
  let state = Mutex(State())

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) -> Int {
    let count = state.withLock { state in
      let count = min(bytes.count, state.largestWrite, state.room - state.bytes.count)
      state.bytes += bytes[..<max(count, 0)]
      return count
    }
    if count <= 0 { throw Self.full }
    return count
  }

  func truncate(to length: Int) throws(FileError) {
    state.withLock { $0.bytes.removeSubrange(length...) }
  }

  func status() throws(FileError) -> FileStatus {
    state.withLock { FileStatus(size: $0.bytes.count, isLinked: $0.isLinked) }
  }

  var bytes: [UInt8] { state.withLock { $0.bytes } }
}

extension SummaryWriter {
  /// A writer to something else than a file.
  convenience init(
    output: TestOutput, path: String, flushInterval: Duration = .seconds(3600),
    maximumBufferedBytes: Int = 16 << 20
  ) throws {
    try self.init(
      WriterFile(path: path, output: output), flushInterval: flushInterval,
      maximumBufferedBytes: maximumBufferedBytes)
  }
}
