public import CoreMetrics
internal import Synchronization
public import TensorBoard

/// A backend for swift-metrics: what a program and its libraries measure, shown in TensorBoard.
///
/// ```swift
/// let clock = StepClock()
/// let writer = try SummaryWriter(directory: "logdir/mine")
/// let metrics = TensorBoardMetricsFactory(writer: writer, clock: clock)
/// MetricsSystem.bootstrap(metrics)
/// for step in 1...1_000 {
///   trainOneStep()
///   clock.advance(to: step)
/// }
/// try writer.close()
/// ```
///
/// Measurements are collected and written when a step ends; `write()` does it in between.
///
/// | swift-metrics | TensorBoard |
/// |---|---|
/// | `Counter`, `FloatingPointCounter` | the scalar `label`: the total so far |
/// | `Meter`, `Gauge` | the scalar `label`: the last value |
/// | `Recorder` | the scalars `label/mean` and `label/count`, the histogram `label/histogram` |
/// | `Timer` | the same, in seconds |
///
/// Dimensions go into the tag, by name: `requests/method=get/status=200`. One that wasn't measured since
/// the last time has no point.
public final class TensorBoardMetricsFactory: MetricsFactory, Sendable {
  private let writer: SummaryWriter
  private let clock: StepClock
  private let instruments = Mutex<[String: any Instrument]>([:])

  /// A backend that writes to a run.
  ///
  /// - `clock`: Tells the step; without one, the program calls `write(step:)` itself.
  public init(writer: SummaryWriter, clock: StepClock = StepClock()) {
    self.writer = writer
    self.clock = clock
    clock.onEnd { [weak self] step in self?.write(step: step) }
  }

  /// Writes what was measured since the last time.
  ///
  /// - Parameter step: by default the clock's.
  public func write(step: Int? = nil) {
    let instruments = instruments.withLock { $0.sorted { $0.key < $1.key } }
    let summaries = instruments.flatMap { $0.value.take(tag: $0.key) }
    // After `close()` there is nowhere to write to, and a metric's user can't be told.
    try? writer.add(summaries, step: step ?? clock.step)
  }

  /// The instrument of a tag: the same one each time, as swift-metrics wants it for equal labels.
  private func instrument<Kind: Instrument>(
    _ label: String, _ dimensions: [(String, String)], _ make: () -> Kind
  ) -> Kind {
    let tag = Self.tag(label, dimensions)
    return instruments.withLock { all in
      if let known = all[tag] as? Kind { return known }
      let new = make()
      all[tag] = new
      return new
    }
  }

  private static func tag(_ label: String, _ dimensions: [(String, String)]) -> String {
    ([label] + dimensions.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }).joined(separator: "/")
  }

  private func remove(_ handler: AnyObject) {
    instruments.withLock { all in
      guard let (tag, instrument) = all.first(where: { $0.value === handler }) else { return }
      // What it still holds is written before it goes.
      try? writer.add(instrument.take(tag: tag), step: clock.step)
      all[tag] = nil
    }
  }

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    instrument(label, dimensions) { CounterInstrument() }
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    instrument(label, dimensions) { CounterInstrument() }
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    instrument(label, dimensions) { GaugeInstrument() }
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    if aggregate { return instrument(label, dimensions) { DistributionInstrument() } }
    return instrument(label, dimensions) { GaugeInstrument() }
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    instrument(label, dimensions) { DistributionInstrument() }
  }

  public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    remove(handler)
  }
  public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
