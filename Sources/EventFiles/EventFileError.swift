package import Files

/// What is wrong with an event file. Offsets are in bytes from the start of the file.
public enum EventFileError: Error, Sendable, Equatable {
  /// The system can't open, read or create a file or directory; `reason` is the system's words.
  case system(path: String, action: String, reason: String)
  /// The checksum of a record's length is wrong, so nothing after it can be found.
  case damagedLength(path: String, offset: Int, got: UInt32, wanted: UInt32)
  /// The checksum of a record's content is wrong; the next record can still be found.
  case damagedRecord(path: String, offset: Int, got: UInt32, wanted: UInt32)
  /// A record's checksums are right, but it isn't an event.
  case malformedEvent(path: String, offset: Int, reason: String)
  /// A record is longer than the reader accepts.
  case recordTooLong(path: String, offset: Int, length: UInt64, limit: Int)
  /// A directory has no event files in it.
  case noEventFiles(path: String)
  /// A suffix for file names has a slash or a zero byte in it.
  case badFileNameSuffix(String)
}

extension EventFileError {
  /// What the system says of a file or a directory.
  package init(_ error: FileError) {
    self = .system(path: error.path, action: error.action.rawValue, reason: error.reason)
  }
}

extension EventFileError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .system(let path, let action, let reason):
      "\(path): can't \(action): \(reason)"
    case .damagedLength(let path, let offset, let got, let wanted):
      "\(path): the length of the record at byte \(offset) is damaged: checksum \(hex(got)) "
        + "instead of \(hex(wanted)); nothing after it can be read"
    case .damagedRecord(let path, let offset, let got, let wanted):
      "\(path): the record at byte \(offset) is damaged: checksum \(hex(got)) "
        + "instead of \(hex(wanted))"
    case .malformedEvent(let path, let offset, let reason):
      "\(path): the record at byte \(offset) is no event: \(reason)"
    case .recordTooLong(let path, let offset, let length, let limit):
      "\(path): the record at byte \(offset) has \(length) bytes, more than the limit of \(limit)"
    case .noEventFiles(let path):
      "\(path): has no event files in it; a log directory's runs are its directories"
    case .badFileNameSuffix(let suffix):
      "a file name can't end in \"\(suffix)\": it has a slash or a zero byte in it"
    }
  }

  private func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
