public import EventFiles

// The forms of `add`: one summary or several, a step of any type.
extension SummaryWriter {
  /// Adds values under their tags, at a step of any integer type.
  @inlinable
  public func add(
    _ summary: Summary, step: some BinaryInteger, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try add(summary, step: Int(step), wallTime: wallTime)
  }

  /// Adds values under their tags, at a step, as one event.
  public func add(
    _ summaries: Summary..., step: some BinaryInteger, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try add(summaries, step: step, wallTime: wallTime)
  }

  /// Adds a list of values under their tags, at a step, as one event; an empty one adds nothing.
  public func add(
    _ summaries: some Sequence<Summary>, step: some BinaryInteger, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    let values = summaries.flatMap(\.values)
    if !values.isEmpty { try add(Summary(values: values), step: Int(step), wallTime: wallTime) }
  }

  /// Only says in the compiler's error what is missing.
  @available(*, unavailable, message: "at which step? add(…, step: step)")
  public func add(_ summaries: Summary...) {}

  /// Adds values under their tags where they are due; where not, they aren't even computed.
  ///
  /// ```swift
  /// try writer.add(.histogram("weights", weights), step: step, every: .seconds(10))
  /// ```
  ///
  /// - `interval`: What has to pass since this line of the program last added something. At one
  ///   step it may add several times, for each layer of a network, say.
  /// - Throws: `SummaryWriterError` when the writer is closed; what `summary` throws.
  public func add(
    _ summary: @autoclosure () throws -> Summary, step: some BinaryInteger,
    every interval: LogInterval,
    fileID: String = #fileID, line: Int = #line, column: Int = #column
  ) throws {
    let site = CallSite(fileID: fileID, line: line, column: column)
    if isDue(interval, step: Int(step), at: site) { try add(summary(), step: step) }
  }

  func isDue(_ interval: LogInterval, step: Int, at site: CallSite) -> Bool {
    let now = ThreadPlatform.now()
    return lastTimes.withLock { marks in
      if let last = marks[site], last.step != step, !interval.hasPassed(since: last, step, now) {
        return false
      }
      if marks[site]?.step != step { marks[site] = LogInterval.Mark(step: step, time: now) }
      return true
    }
  }

  /// A view of the run that puts a prefix before each tag: `scoped("train")` adds `loss` as
  /// `train/loss`.
  ///
  /// - `step`: The step of what is added without one.
  public func scoped(_ prefix: String, step: (some BinaryInteger)? = nil as Int?) -> SummaryScope {
    SummaryScope(writer: self, prefix: prefix, step: step.map { Int($0) })
  }
}

/// How often a line of a program logs.
public struct LogInterval: Sendable, Hashable {
  private var steps = 0
  private var time = UInt64(0)

  /// When a line logged last.
  struct Mark {
    var step: Int
    /// In nanoseconds.
    var time: UInt64
  }

  /// Again after so many steps.
  public static func steps(_ count: Int) -> LogInterval { LogInterval(steps: count) }

  /// Again after so long a time.
  public static func time(_ time: Duration) -> LogInterval { LogInterval(time: time.nanoseconds) }

  /// Again after so many seconds.
  public static func seconds(_ seconds: Double) -> LogInterval { .time(.seconds(seconds)) }

  func hasPassed(since last: Mark, _ step: Int, _ now: UInt64) -> Bool {
    now - last.time >= time && abs(step - last.step) >= steps
  }
}

/// A place in a program.
struct CallSite: Hashable {
  var fileID: String
  var line: Int
  var column: Int
}

/// Makes a writer, calls `body` with it, and closes it, whether `body` throws or not.
///
/// ```swift
/// try withSummaryWriter(directory: "logdir/mine") { writer in
///   for step in 1...1_000 { try writer.add(.scalar("loss", trainOneStep()), step: step) }
/// }
/// ```
///
/// - Throws: What `body` throws; else `EventFileError` where the file can't be made, and
///   `SummaryWriterError` where events were lost.
public func withSummaryWriter<Result>(
  directory: String, resumingAt step: Int? = nil, _ body: (SummaryWriter) throws -> Result
) throws -> Result {
  let writer = try SummaryWriter(directory: directory, resumingAt: step)
  let result: Result
  do { result = try body(writer) } catch {
    try? writer.close()
    throw error
  }
  try writer.close()
  return result
}

/// The same for a `body` that awaits.
public func withSummaryWriter<Result>(
  directory: String, resumingAt step: Int? = nil, _ body: (SummaryWriter) async throws -> Result
) async throws -> Result {
  let writer = try SummaryWriter(directory: directory, resumingAt: step)
  let result: Result
  do { result = try await body(writer) } catch {
    try? await writer.close()
    throw error
  }
  try await writer.close()
  return result
}
