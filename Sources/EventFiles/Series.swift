/// All values of a tag in a run.
public struct Series: Sendable {
  /// What the values are.
  public enum Kind: String, Sendable, Equatable {
    /// Numbers.
    case scalar
    /// Distributions.
    case histogram
    /// Images: PNG, GIF or JPEG files.
    case image
    /// Sounds.
    case audio
    /// Markdown text.
    case text
    /// Arrays for other dashboards, or for none.
    case tensor
  }

  /// What charts and images are grouped by.
  public let tag: String
  /// What the values are.
  public internal(set) var kind: Kind
  /// The dashboard: "scalars", "pr_curves", …; empty where the file doesn't say.
  public internal(set) var pluginName: String
  /// A name to show instead of the tag; empty for none.
  public internal(set) var displayName: String
  /// A description, in Markdown; empty for none.
  public internal(set) var summaryDescription: String
  /// The step of each value.
  public internal(set) var steps: [Int] = []
  /// When each value was logged, in seconds since 1970.
  public internal(set) var wallTimes: [Double] = []
  /// The numbers, of scalars; empty for other kinds.
  public internal(set) var numbers: [Double] = []
  /// Whether the numbers were stored with 32 bits: their shortest text is that of a `Float`.
  public internal(set) var isSinglePrecision = true
  /// Bytes of the values in their files.
  public internal(set) var byteCount = 0
  /// Values that a restart of the run replaced.
  public internal(set) var supersededCount = 0

  /// Where a value that isn't a number lies.
  struct Place: Sendable {
    /// The file's position in the run's list.
    var file: Int32
    /// The size of the value's message in bytes.
    var byteCount: Int32
    /// Where the message begins in the file.
    var offset: Int
  }

  /// Where the values lie; empty for scalars.
  var places: [Place] = []
  /// What replaces values of the series.
  var restarts = SeriesRestarts()

  /// The number of values.
  public var count: Int { steps.count }

  /// The numbers with their steps and times.
  public var scalars: [ScalarPoint] {
    numbers.indices.map {
      ScalarPoint(step: steps[$0], wallTime: wallTimes[$0], value: numbers[$0])
    }
  }

  init(tag: String, kind: Kind, metadata: SummaryMetadata?) {
    self.tag = tag
    self.kind = kind
    pluginName = metadata?.pluginName ?? ""
    displayName = metadata?.displayName ?? ""
    summaryDescription = metadata?.summaryDescription ?? ""
  }

  /// A curve that was computed, not read.
  package init(tag: String, steps: [Int], wallTimes: [Double], numbers: [Double]) {
    precondition(
      steps.count == numbers.count && steps.count == wallTimes.count,
      "a curve has as many steps, times and numbers, got \(steps.count), \(wallTimes.count) and "
        + "\(numbers.count)")
    self.init(tag: tag, kind: .scalar, metadata: nil)
    (self.steps, self.wallTimes, self.numbers) = (steps, wallTimes, numbers)
    isSinglePrecision = false
  }

  /// Drops the values that restarts replaced.
  mutating func applyRestarts(ofRun run: RunRestarts) {
    guard let isKept = restarts.kept(steps, ofRun: run) else { return }
    func filtered<Element>(_ elements: [Element]) -> [Element] {
      zip(elements, isKept).lazy.filter(\.1).map(\.0)
    }
    let before = steps.count
    wallTimes = filtered(wallTimes)
    numbers = filtered(numbers)
    places = filtered(places)
    steps = filtered(steps)
    supersededCount += before - steps.count
  }
}

/// A number of a curve.
public struct ScalarPoint: Sendable, Equatable {
  /// The step of the run.
  public var step: Int
  /// When it was logged, in seconds since 1970.
  public var wallTime: Double
  /// The number.
  public var value: Double

  /// A point.
  package init(step: Int, wallTime: Double, value: Double) {
    self.step = step
    self.wallTime = wallTime
    self.value = value
  }
}
