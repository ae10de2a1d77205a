/// Why a writer didn't take or didn't write events.
public enum SummaryWriterError: Error, Sendable, Equatable {
  /// The writer was closed before.
  case closed(path: String)
  /// The writer belongs to the process that this one was forked from.
  case forked(path: String)
  /// A time for an event is negative or isn't finite; in seconds since 1970.
  case badWallTime(path: String, Double)
  /// Events aren't in the file. Those that wait are tried again; those dropped are lost, because the
  /// buffer was full or the writer is closed. `reason` is nil where the file can be written again.
  case notWritten(path: String, reason: String?, waiting: Int, dropped: Int)
}

extension SummaryWriterError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .closed(let path):
      "\(path): nothing can be added, the writer is closed"
    case .forked(let path):
      "\(path): the file belongs to the process that this one was forked from; "
        + "make a SummaryWriter of its own here"
    case .badWallTime(let path, let time):
      "\(path): the wall time of an event is \(time), expected seconds since 1970"
    case .notWritten(let path, let reason, let waiting, let dropped):
      "\(path): "
        + [
          reason.map { "can't write: \($0)" },
          waiting > 0 ? "\(events(waiting)) will be tried again" : nil,
          dropped > 0 ? "\(events(dropped)) lost" : nil,
        ].compactMap(\.self).joined(separator: "; ")
    }
  }

  private func events(_ count: Int) -> String { count == 1 ? "1 event" : "\(count) events" }
}
