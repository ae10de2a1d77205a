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
  /// Why it can't be read, or not to its end; nil where it can.
  public package(set) var failure: EventFileError?
  /// Events whose time is no finite number.
  public private(set) var timelessEventCount = 0
  /// Where the first of them begins, in bytes from the start of the file.
  public private(set) var firstTimelessEvent: Int?
  private var found: [Damage] = []
  private var foundCount = 0
  /// Damage behind which no whole record was found yet.
  var openLoss: Damage?

  /// What is damaged, in order; at most `damageLimit`.
  public var damage: [Damage] {
    Array((found + (openLoss.map { [$0] } ?? [])).prefix(Self.damageLimit))
  }
  /// How many places are damaged.
  public var damageCount: Int { foundCount + (openLoss == nil ? 0 : 1) }
  /// Whether all of it was read, and all of that is well.
  public var isWhole: Bool {
    failure == nil && damageCount == 0 && unfinishedByteCount == 0 && timelessEventCount == 0
  }

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

  package init(path: String) { self.path = path }

  package mutating func add(_ damage: Damage) {
    foundCount += 1
    if found.count < Self.damageLimit { found.append(damage) }
  }

  /// Counts an event.
  @inline(__always)
  package mutating func count(_ wallTime: Double, at offset: Int) {
    eventCount += 1
    guard !wallTime.isFinite else { return }
    timelessEventCount += 1
    firstTimelessEvent = firstTimelessEvent ?? offset
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
