public import EventFiles
internal import Files

/// Writes a run's event file, for TensorBoard to show.
///
/// ```swift
/// let writer = try SummaryWriter(directory: "logdir/mine")
/// for step in 1...1_000 {
///   try writer.add(.scalar("loss", trainOneStep()), step: step)
/// }
/// try writer.close()
/// ```
///
/// Any number of threads may add at once; the order within a thread is kept. `add` encodes into a
/// buffer and returns; a thread of the writer's own writes the buffer to the file, at the latest
/// `flushInterval` after the event was added.
///
/// - A directory is a run. Each writer makes a file of its own in it, whose name sorts after those
///   that are there already.
/// - When the process ends by `exit` or by returning from `main`, and when the last reference to the
///   writer goes, what was added is written. A process that is killed loses at most the last interval.
/// - A full disk, a removed directory or any other error of the file never stops the caller. Events
///   wait in the buffer and are tried again; when it is full, new ones are dropped and counted.
///   `flush()` and `close()` throw what happened. When space returns, the file goes on where it ended;
///   where the file itself was removed or cut off, the run goes on in a new one.
/// - `add` waits only for a disk that is slower than what is added, once the buffer is full.
/// - In a forked process `add` throws; a writer made there has a file of its own.
public final class SummaryWriter: Sendable {
  let queue: EventQueue
  let lastTimes = Monitor<[CallSite: LogInterval.Mark]>([:])

  /// The path of the event file that is being written.
  public var path: String { queue.path }

  /// Creates an event file in `directory`, which is made if it isn't there.
  ///
  /// - Parameters:
  ///   - directory: The run.
  ///   - step: Where an interrupted run goes on. Readers then drop what the run's earlier files hold
  ///     from this step on; TensorBoard's default loader does so tag by tag, as new values come.
  ///   - flushInterval: How long an event may wait before it is written.
  ///   - maximumBufferedBytes: What waits at most. Beyond it, `add` waits while the file can be
  ///     written, and drops events while it can't.
  ///   - fileNameSuffix: Added to the file's name.
  ///   - rotation: When a file has had enough and another one is begun.
  /// - Throws: `EventFileError` or `SummaryWriterError`, where the file can't be made and written.
  public convenience init(
    directory: String, resumingAt step: Int? = nil, flushInterval: Duration = .milliseconds(250),
    maximumBufferedBytes: Int = 16 << 20, fileNameSuffix: String = "",
    rotation: FileRotation = .never
  ) throws {
    let file = try WriterFile(
      .init(directory: directory, suffix: fileNameSuffix, rotation: rotation))
    do {
      try self.init(
        file, resumingAt: step, flushInterval: flushInterval,
        maximumBufferedBytes: maximumBufferedBytes)
    } catch {
      try? Directory.removeAll(file.path)
      throw error
    }
  }

  /// Creates an event file where torch's users look for it: `runs/<date>_<host><comment>` in the
  /// working directory, `runs/Nov21_14-03-59_myhost-adam`.
  ///
  /// - Parameter comment: Ends the run's name: "-adam".
  /// - Throws: `EventFileError` or `SummaryWriterError`, where the file can't be made and written.
  public convenience init(comment: String = "") throws {
    try self.init(directory: Self.defaultDirectory(comment: comment))
  }

  static func defaultDirectory(comment: String) -> String {
    "runs/\(Platform.date())_\(Platform.hostName())\(comment)"
  }

  init(
    _ file: WriterFile, resumingAt step: Int? = nil, flushInterval: Duration = .seconds(3600),
    maximumBufferedBytes: Int = 16 << 20
  ) throws {
    queue = try EventQueue(
      file, flushInterval: flushInterval, maximumBufferedBytes: maximumBufferedBytes)
    do throws(SummaryWriterError) {
      try queue.add(.fileStart())
      if let step {
        // Twice: one of TensorBoard's readers heeds only the second of a run, the other each of them.
        for _ in 1...2 { try add(SessionLog(status: .start), step: step) }
      }
      try queue.write(isLast: false)
    } catch {
      try? queue.write(isLast: true)
      throw error
    }
  }

  deinit { try? queue.write(isLast: true) }

  /// Adds values under their tags, at a step.
  ///
  /// - `wallTime`: Seconds since 1970; nil: now.
  /// - Throws: `SummaryWriterError` when the writer is closed, or where the time is negative or isn't
  ///   finite: TensorBoard stops reading at such an event. Never for an error of the file.
  public func add(
    _ summary: Summary, step: Int, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try add(.summary(summary), step: step, wallTime: wallTime)
  }

  @inline(__always)
  func add(
    _ content: consuming Event.Content, step: Int, wallTime: Double?
  ) throws(SummaryWriterError) {
    let time = wallTime ?? Platform.wallTime()
    guard time >= 0, time.isFinite else { throw .badWallTime(path: path, time) }
    try queue.add(Event(wallTime: time, step: step, content: content))
  }

  /// Returns when everything added before is in the file, where other processes can read it.
  ///
  /// Not yet on the disk: the system writes it there in its own time.
  ///
  /// - Throws: `SummaryWriterError`, where events wait or were lost since the last report.
  public func flush() throws(SummaryWriterError) { try queue.write(isLast: false) }

  /// The same without keeping a thread.
  public func flush() async throws(SummaryWriterError) { try await queue.write(isLast: false) }

  /// Writes everything added before and closes the file. What is added afterwards throws; a second
  /// call does nothing.
  ///
  /// - Throws: `SummaryWriterError`, where events were lost since the last report.
  public func close() throws(SummaryWriterError) { try queue.write(isLast: true) }

  /// The same without keeping a thread.
  public func close() async throws(SummaryWriterError) { try await queue.write(isLast: true) }

  /// How many events were lost so far.
  public var droppedEventCount: Int { queue.monitor.withLock { $0.droppedEvents } }
}
