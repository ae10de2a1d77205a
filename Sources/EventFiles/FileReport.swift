/// An event file, and what is wrong with it.
public struct FileReport: Sendable, Equatable {
  /// Its path.
  public let path: String
  /// Events that were read.
  public internal(set) var eventCount = 0
  /// Bytes up to the end of the last record.
  public internal(set) var byteCount = 0
  /// Bytes behind the last whole record: being written, or left by a program that was killed.
  public internal(set) var unfinishedByteCount = 0
  /// What is damaged, in order; at most `damageLimit`.
  public private(set) var damage: [Damage] = []
  /// How many places are damaged.
  public private(set) var damageCount = 0

  /// A damaged place. Offsets are in bytes from the start of the file.
  public enum Damage: Sendable, Equatable {
    /// A record's content doesn't fit its checksum.
    case damagedRecord(offset: Int, byteCount: Int)
    /// A record is whole but no event.
    case notAnEvent(offset: Int)
    /// A record's length is damaged: the bytes up to the next whole record are lost.
    case lost(offset: Int, byteCount: Int)

    /// Where it begins.
    public var offset: Int {
      switch self {
      case .damagedRecord(let offset, _), .notAnEvent(let offset), .lost(let offset, _): offset
      }
    }
  }

  /// Damaged places that are kept.
  public static let damageLimit = 1_000
  /// Bytes of the longest record that is read.
  static let longestRecord = 1 << 30

  init(path: String) { self.path = path }

  mutating func add(_ damage: Damage) {
    damageCount += 1
    if self.damage.count < Self.damageLimit { self.damage.append(damage) }
  }
}

extension FileReport.Damage: CustomStringConvertible {
  /// What is wrong, to stand behind the file's name.
  public var description: String {
    switch self {
    case .damagedRecord(let offset, let count):
      "the record at byte \(offset), \(count) bytes, doesn't fit its checksum"
    case .notAnEvent(let offset): "the record at byte \(offset) is no event"
    case .lost(let offset, let count):
      "the length of the record at byte \(offset) is damaged: \(count) bytes are lost"
    }
  }
}
