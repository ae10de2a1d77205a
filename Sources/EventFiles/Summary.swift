/// Values under their tags, logged together at one step.
///
/// - Source: TensorBoard, `compat/proto/summary.proto`.
public struct Summary: Sendable, Equatable {
  /// The values, in order. A tag should occur once: of two, TensorBoard shows the last only.
  public var values: [Value]

  /// A summary of these values.
  public init(values: [Value]) { self.values = values }

  /// A value under its tag.
  public struct Value: Sendable, Equatable {
    /// What charts and images are grouped by: "loss/train".
    public var tag: String
    /// What kind of value the tag stands for. Readers go by that of the tag's first value in a run.
    public var metadata: SummaryMetadata?
    /// The value itself.
    public var content: Content?

    /// A value under a tag.
    public init(tag: String, metadata: SummaryMetadata? = nil, content: Content?) {
      self.tag = tag
      self.metadata = metadata
      self.content = content
    }

    /// What a value can be.
    public enum Content: Sendable, Equatable {
      /// A number.
      case scalar(Float)
      /// An image.
      case image(EncodedImage)
      /// A histogram in the form of TensorFlow 1 and torch.
      indirect case histogram(HistogramProto)
      /// A sound.
      case audio(EncodedAudio)
      /// Anything else; `metadata` says what.
      indirect case tensor(TensorProto)
    }
  }

  /// An encoded image.
  public struct EncodedImage: Sendable, Equatable {
    /// Rows of pixels.
    public var height: Int
    /// Columns of pixels.
    public var width: Int
    /// Channels a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
    public var colorspace: Int
    /// The whole file: PNG, GIF or JPEG.
    public var encoded: [UInt8]

    /// An encoded image.
    public init(height: Int, width: Int, colorspace: Int, encoded: [UInt8]) {
      self.height = height
      self.width = width
      self.colorspace = colorspace
      self.encoded = encoded
    }
  }

  /// An encoded sound.
  public struct EncodedAudio: Sendable, Equatable {
    /// Samples a second.
    public var sampleRate: Float
    /// The number of channels.
    public var channels: Int
    /// The number of samples of a channel.
    public var frames: Int
    /// The whole file.
    public var encoded: [UInt8]
    /// The file's MIME type: "audio/wav".
    public var contentType: String

    /// An encoded sound.
    public init(
      sampleRate: Float, channels: Int, frames: Int, encoded: [UInt8], contentType: String
    ) {
      self.sampleRate = sampleRate
      self.channels = channels
      self.frames = frames
      self.encoded = encoded
      self.contentType = contentType
    }
  }
}

/// What a tag stands for: which dashboard shows it, and how.
public struct SummaryMetadata: Sendable, Equatable {
  /// How a tag's values are stored and sampled.
  public enum DataClass: Int, Sendable {
    /// Not stated: readers infer it from the plugins they know, and drop the rest.
    case unknown = 0
    /// A number a step.
    case scalar = 1
    /// A tensor a step.
    case tensor = 2
    /// Large byte strings: images, sounds, graphs.
    case blobSequence = 3
  }

  /// The dashboard: "scalars", "histograms", "images", …
  public var pluginName: String
  /// What the dashboard wants to know beside; a message of its own.
  public var pluginContent: [UInt8]
  /// A name to show instead of the tag.
  public var displayName: String
  /// A description, in Markdown.
  public var summaryDescription: String
  /// How the values are stored.
  public var dataClass: DataClass

  /// What a tag stands for.
  public init(
    pluginName: String, dataClass: DataClass, pluginContent: [UInt8] = [],
    displayName: String = "", summaryDescription: String = ""
  ) {
    self.pluginName = pluginName
    self.dataClass = dataClass
    self.pluginContent = pluginContent
    self.displayName = displayName
    self.summaryDescription = summaryDescription
  }
}

/// A histogram in the form of TensorFlow 1 and torch.
public struct HistogramProto: Sendable, Equatable {
  /// The least value.
  public var min = 0.0
  /// The greatest value.
  public var max = 0.0
  /// How many values there are.
  public var count = 0.0
  /// Their sum.
  public var sum = 0.0
  /// The sum of their squares.
  public var sumOfSquares = 0.0
  /// The upper edge of each bucket; its lower edge is the upper one of the bucket before.
  public var bucketLimits: [Double] = []
  /// How many values each bucket holds.
  public var buckets: [Double] = []

  /// An empty histogram.
  public init() {}
}
