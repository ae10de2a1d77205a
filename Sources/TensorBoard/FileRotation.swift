internal import EventFiles
internal import Files

/// When an event file has had enough, and its run goes on in another one.
///
/// A file that isn't the newest is never touched again, so a program that synchronises a log directory
/// with a remote place sends it once. TensorBoard shows a run's files as one.
public struct FileRotation: Sendable, Equatable {
  /// Another file after so many bytes; a file may be larger by what is written at once, about 1 MiB.
  public var maximumBytes: Int?
  /// Another file after so long a time, as soon as there is something to write.
  public var maximumAge: Duration?

  /// Both limits; nil for none.
  public init(maximumBytes: Int? = nil, maximumAge: Duration? = nil) {
    self.maximumBytes = maximumBytes
    self.maximumAge = maximumAge
  }

  /// One file a writer.
  public static let never = FileRotation()

  /// Another file after so many bytes.
  public static func bytes(_ count: Int) -> FileRotation { FileRotation(maximumBytes: count) }

  /// Another file after so long a time.
  public static func every(_ time: Duration) -> FileRotation { FileRotation(maximumAge: time) }
}

/// How a queue finds the file that follows.
struct FileSuccession: Sendable {
  private let maximumBytes: Int
  /// In nanoseconds.
  private let maximumAge: UInt64
  private let directory: String
  private let suffix: String

  init(_ rotation: FileRotation, directory: String, suffix: String) {
    maximumBytes = rotation.maximumBytes ?? .max
    let (seconds, attoseconds) = (rotation.maximumAge ?? .seconds(Int64.max)).components
    maximumAge =
      seconds > 1 << 32
      ? .max : UInt64(max(seconds, 0)) * 1_000_000_000 + UInt64(max(attoseconds, 0) / 1_000_000_000)
    self.directory = directory
    self.suffix = suffix
  }

  /// Whether a file has had enough.
  func isDue(bytes: Int, age: UInt64) -> Bool { bytes >= maximumBytes || age >= maximumAge }

  /// The next file, its first record written. Where that fails, nothing is left of it.
  func makeNext() throws -> (path: String, output: any EventFileOutput, size: Int) {
    let (path, file) = try EventFile.create(inDirectory: directory, suffix: suffix)
    var records = RecordBuffer()
    records.append(.fileStart())
    let written = try? records.withUnsafeBytes { bytes in try file.write(bytes) }
    guard written == records.byteCount else {
      Platform.removeFile(path)
      throw EventFileError.system(path: path, action: "write it", reason: "it takes no bytes")
    }
    return (path, file, records.byteCount)
  }
}

extension Event {
  /// What every event file begins with.
  static func fileStart() -> Event {
    Event(
      wallTime: Platform.wallTime(), content: .fileVersion(Event.currentFileVersion),
      writer: "swift-tensorboard")
  }
}
