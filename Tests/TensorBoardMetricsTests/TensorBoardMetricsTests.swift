import CoreMetrics
import TensorBoard
import TensorBoardMetrics
import Testing

@Suite struct TensorBoardMetricsTests {
  private let log = InMemoryLog()
  private let clock = StepClock(step: 1)
  private let writer: SummaryWriter
  private let factory: TensorBoardMetricsFactory

  init() throws {
    writer = try SummaryWriter(log)
    factory = TensorBoardMetricsFactory(writer: writer, clock: clock)
  }

  private func points(_ tag: String) throws -> [[Double]] {
    try log.scalars(tag: tag).map { [Double($0.step), $0.value] }
  }

  @Test func `counters are totals, written when a step ends`() throws {
    let counter = Counter(label: "images", dimensions: [("split", "train")], factory: factory)
    counter.increment(by: 3)
    counter.increment()
    #expect(try points("images/split=train") == [])
    clock.advance(to: 2)
    clock.advance(to: 3)
    counter.increment(by: 5)
    clock.advance(to: 9)
    #expect(try points("images/split=train") == [[1, 4], [3, 9]])
    let share = FloatingPointCounter(label: "share", factory: factory)
    share.increment(by: 0.25)
    share.increment(by: 0.5)
    factory.write()
    #expect(try points("share") == [[9, 0.75]])
  }

  @Test func `gauges and meters are last values`() throws {
    let gauge = Gauge(label: "queue", factory: factory)
    gauge.record(7)
    gauge.record(2.5)
    let meter = Meter(label: "load", factory: factory)
    meter.set(10)
    meter.increment(by: 2)
    meter.decrement(by: 5)
    factory.write(step: 4)
    #expect(try points("queue") == [[4, 2.5]])
    #expect(try points("load") == [[4, 7]])
  }

  @Test func `recorders and timers are distributions`() throws {
    let recorder = Recorder(label: "size", factory: factory)
    for value in 1...4 { recorder.record(value) }
    let timer = Timer(label: "step", factory: factory)
    timer.recordMilliseconds(500)
    timer.recordSeconds(1)
    clock.advance()
    #expect(try points("size/mean") == [[1, 2.5]])
    #expect(try points("size/count") == [[1, 4]])
    #expect(try points("step/mean") == [[1, 0.75]])
    let histogram = try #require(try log.values(tag: "size/histogram").first)
    guard case .tensor(let tensor)? = histogram.value.content else {
      Issue.record("\(histogram)")
      return
    }
    #expect(
      tensor.numbers?.enumerated().filter { $0.offset % 3 == 2 }.map(\.element).reduce(0, +) == 4)
  }

  @Test func `many values keep their count and mean`() throws {
    let recorder = Recorder(label: "many", factory: factory)
    for value in 0..<200_000 { recorder.record(value) }
    factory.write()
    #expect(try points("many/count") == [[1, 200_000]])
    #expect(try points("many/mean") == [[1, 99_999.5]])
  }

  @Test func `equal labels are one instrument; a destroyed one writes what it holds`() throws {
    let (first, second) = (
      Counter(label: "n", dimensions: [("a", "1"), ("b", "2")], factory: factory),
      Counter(label: "n", dimensions: [("b", "2"), ("a", "1")], factory: factory)
    )
    first.increment()
    second.increment()
    second.destroy()
    #expect(try points("n/a=1/b=2") == [[1, 2]])
    first.increment()
    clock.advance()
    #expect(try points("n/a=1/b=2") == [[1, 2]])
  }

  @Test func `threads measure at once`() async throws {
    let counter = Counter(label: "threads", factory: factory)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { for _ in 0..<1_000 { counter.increment() } } }
    }
    factory.write()
    #expect(try points("threads") == [[1, 8_000]])
  }

  @Test func `a closed writer harms nobody`() throws {
    let counter = Counter(label: "late", factory: factory)
    try writer.close()
    counter.increment()
    clock.advance()
    #expect(try points("late") == [])
  }
}
