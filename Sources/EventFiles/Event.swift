/// One record of an event file: something that happened at a step of a run.
///
/// - Source: TensorBoard, `compat/proto/event.proto`.
public struct Event: Sendable, Equatable {
  /// What an event holds.
  public enum Content: Sendable, Equatable {
    /// The version of the format; the first event of a file holds "brain.Event:2".
    case fileVersion(String)
    /// A serialized `GraphDef`.
    case graphDefinition([UInt8])
    /// Values under their tags.
    case summary(Summary)
    /// A run's start, stop or checkpoint.
    case sessionLog(SessionLog)
    /// Metadata of a TensorFlow session's run.
    case runMetadata(TaggedRunMetadata)
    /// A serialized `MetaGraphDef`.
    case metaGraphDefinition([UInt8])
  }

  /// When it happened, in seconds since 1970.
  public var wallTime: Double
  /// The step of the run at which it happened.
  public var step: Int
  /// What it holds, if it is anything this library knows.
  public var content: Content?
  /// The name of the program or library that wrote the file; from its first event.
  public var writer: String?

  /// An event.
  package init(wallTime: Double, step: Int = 0, content: Content? = nil, writer: String? = nil) {
    self.wallTime = wallTime
    self.step = step
    self.content = content
    self.writer = writer
  }

  /// The version that every event file begins with.
  public static let currentFileVersion = "brain.Event:2"
}

/// A mark that a run started, stopped or saved a checkpoint.
public struct SessionLog: Sendable, Equatable {
  /// What happened.
  public enum Status: Int, Sendable {
    /// Not stated.
    case unspecified = 0
    /// The run started, or starts again at the event's step: readers drop that step and later ones.
    case start = 1
    /// The run stopped.
    case stop = 2
    /// The run saved a checkpoint.
    case checkpoint = 3
  }

  /// What happened.
  public var status: Status
  /// Where the checkpoint is.
  public var checkpointPath: String
  /// A message.
  public var message: String

  /// A mark.
  public init(status: Status, checkpointPath: String = "", message: String = "") {
    self.status = status
    self.checkpointPath = checkpointPath
    self.message = message
  }
}

/// Metadata of a TensorFlow session's run, under a tag.
public struct TaggedRunMetadata: Sendable, Equatable {
  /// The tag.
  public var tag: String
  /// A serialized `RunMetadata`.
  public var runMetadata: [UInt8]

  /// Metadata under a tag.
  package init(tag: String, runMetadata: [UInt8]) {
    self.tag = tag
    self.runMetadata = runMetadata
  }
}
