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
