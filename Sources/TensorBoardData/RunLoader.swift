internal import EventFiles
internal import ProtobufWire
internal import Synchronization

/// Loads a run, and shows what was loaded so far.
///
/// One thread loads; any other may look meanwhile.
final class RunLoader: Sendable {
  /// The run's name, as `LoadedRun` has it.
  let name: [UInt8]
  /// Where its files are.
  let directory: String
  private let reading: Mutex<RunReading>
  private let shown: Mutex<LoadedRun>

  /// A run of which nothing is loaded yet.
  ///
  /// - Parameter checksAll: Whether what is long is read when it is loaded, not only when it is asked for.
  init(name: [UInt8], directory: String, samples: SampleCounts, checksAll: Bool) {
    (self.name, self.directory) = (name, directory)
    let reading = RunReading(name: name, samples: samples, checksAll: checksAll)
    shown = Mutex(reading.run)
    self.reading = Mutex(reading)
  }

  /// What was loaded so far.
  var loaded: LoadedRun { shown.withLock { $0 } }

  /// Loads what was written since the last time.
  ///
  /// - Returns: how many events were read, and sentences on damage that weren't returned before.
  func load(_ paths: [String]) -> (eventCount: Int, warnings: [String]) {
    reading.withLock { reading in
      reading.readOn(paths) { run in shown.withLock { $0 = run } }
    }
  }
}

/// A run while it is read.
private struct RunReading: Sendable {
  private(set) var run: LoadedRun
  private let samples: SampleCounts
  private let checksAll: Bool
  private var files = RunFiles()
  private var tags = TagTable()
  /// The damage that was told of each file.
  private var told: [Int] = []
  private var hasNews = false

  /// What is read is shown after so long at the latest, and then again each second.
  private static let firstShow = Duration.milliseconds(250)
  private static let showInterval = Duration.seconds(1)
  /// Bytes of an event from which on no more is read than its beginning, if that says enough.
  private static let longPayload = 24 << 10
  /// Records between two looks at the clock.
  private static let clockInterval = 64

  init(name: [UInt8], samples: SampleCounts, checksAll: Bool) {
    run = LoadedRun(name: name)
    self.samples = samples
    self.checksAll = checksAll
  }

  mutating func readOn(
    _ paths: [String], show: (LoadedRun) -> Void
  ) -> (eventCount: Int, warnings: [String]) {
    let before = files.reports.reduce(0) { $0 + $1.eventCount }
    if !readFiles(paths, show: show) {
      // A file was replaced by another: everything is read anew.
      self = RunReading(name: run.name, samples: samples, checksAll: checksAll)
      hasNews = true
      _ = readFiles(paths, show: show)
    }
    if hasNews { publish(to: show) }
    let after = files.reports.reduce(0) { $0 + $1.eventCount }
    return (max(0, after - before), warnings())
  }

  private mutating func readFiles(_ paths: [String], show: (LoadedRun) -> Void) -> Bool {
    var files = RunFiles()
    swap(&files, &self.files)
    defer { self.files = files }
    let clock = ContinuousClock()
    var next = clock.now + Self.firstShow
    var count = 0
    if run.files != paths { listFiles(paths) }
    func lookAtClock() {
      count &+= 1
      guard count.isMultiple(of: Self.clockInterval), clock.now >= next else { return }
      publish(to: show)
      next = clock.now + Self.showInterval
    }
    return files.readOn(
      paths, longPayload: checksAll ? .max : Self.longPayload,
      takeHead: { bytes, length, file, offset in
        lookAtClock()
        return take(headOf: length, bytes, file: file, offset: offset)
      },
      { bytes, file, offset in
        lookAtClock()
        return take(bytes, file: file, offset: offset)
      })
  }

  /// Lists the files as they will be numbered.
  private mutating func listFiles(_ paths: [String]) {
    let known = Set(run.files.map { Array($0.utf8) })
    run.files += paths.filter { !known.contains(Array($0.utf8)) }
  }

  private mutating func publish(to show: (LoadedRun) -> Void) {
    for index in run.series.indices { run.series[index].sort() }
    show(run)
    hasNews = false
  }

  /// Takes an event, whose bytes begin at an offset of the file; returns its time, nil if it isn't one.
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, file: Int32, offset: Int
  ) -> Double? {
    guard let event = PackedEvent(bytes) else { return nil }
    hasNews = true
    guard event.wallTime.isFinite else { return event.wallTime }
    run.startTime = min(run.startTime ?? .infinity, event.wallTime)

    func place(of part: UnsafeRawBufferPointer, _ form: Place.Form, count: Int32?) -> Place {
      let start = part.baseAddress.flatMap { part in bytes.baseAddress.map { part - $0 } } ?? 0
      return Place(
        offset: offset + start, file: file, byteCount: Int32(truncatingIfNeeded: part.count),
        count: count, form: form)
    }
    if let graph = event.graph {
      var tag = "__run_graph__"
      let index = tag.withUTF8 { series(UnsafeRawBufferPointer($0), plugin: "graphs") }
      append(place(of: graph, .graph, count: 1), to: index, event)
    }
    if let message = event.runMetadata {
      guard let tag = event.runMetadataTag else { return nil }
      append(
        place(of: message, .runMetadata, count: 1),
        to: series(tag, plugin: "graph_tagged_run_metadata"), event)
    }
    guard let summary = event.summary else { return event.wallTime }
    var values = PackedValues(summary)
    while true {
      switch values.next() {
      case .end: return event.wallTime
      case .malformed: return nil
      case .value(let value):
        let index = series(of: value)
        switch run.series[index].dataClass {
        case .unknown: continue
        case .scalar:
          run.series[index].scalars.append(
            value.scalar, step: event.step, wallTime: event.wallTime)
        case .tensor, .blobSequence:
          let count =
            run.series[index].dataClass == .tensor
            ? value.tensorCount : value.blobCount(plugin: run.series[index].pluginName)
          let form: Place.Form = value.field == 0 ? .none : .value
          append(place(of: values.message, form, count: count), to: index, event)
        }
      }
    }
  }

  /// Takes an event of so many bytes by its first ones; returns its time, nil where more of it has to be read.
  private mutating func take(
    headOf length: Int, _ bytes: UnsafeRawBufferPointer, file: Int32, offset: Int
  ) -> Double? {
    guard let head = EventHead(bytes, length: length), head.wallTime.isFinite else { return nil }
    // The first value's metadata say what the series is. A tag gets its number when its series begins.
    guard head.isContentLast || tags.contains(head.tag) else { return nil }
    let (number, _) = tags.number(of: head.tag)
    if number == run.series.count {
      begin(number, SummaryMetadata(ofFirstValueIn: head.field, given: nil))
    }
    let count: Int32?
    let dataClass = run.series[number].dataClass
    switch dataClass {
    case .unknown: count = 0
    case .scalar: return nil
    case .tensor: count = head.tensorCount
    case .blobSequence: count = head.blobCount(plugin: run.series[number].pluginName)
    }
    guard let count else { return nil }
    hasNews = true
    run.startTime = min(run.startTime ?? .infinity, head.wallTime)
    guard dataClass != .unknown else { return head.wallTime }
    run.series[number].places.append(
      Place(
        offset: offset + head.valueOffset, file: file,
        byteCount: Int32(truncatingIfNeeded: length - head.valueOffset), count: count, form: .value,
        lead: UInt16(RecordBuffer.headerSize + head.valueOffset)),
      step: head.step, wallTime: head.wallTime)
    return head.wallTime
  }

  private mutating func append(_ place: Place, to index: Int, _ event: PackedEvent) {
    var place = place
    switch run.series[index].dataClass {
    case .unknown: break
    case .scalar: run.series[index].scalars.append(nil, step: event.step, wallTime: event.wallTime)
    case .tensor where place.form == .graph || place.form == .runMetadata:
      place.count = nil
      fallthrough
    case .tensor, .blobSequence:
      run.series[index].places.append(place, step: event.step, wallTime: event.wallTime)
    }
  }

  /// The position of the series that takes a value.
  @inline(__always)
  private mutating func series(of value: PackedValue) -> Int {
    let (number, _) = tags.number(of: value.tag)
    if number == run.series.count {
      let given = value.metadata.flatMap { try? SummaryMetadata(wireBytes: Array($0)) }
      begin(number, SummaryMetadata(ofFirstValueIn: value.field, given: given))
    }
    return number
  }

  /// The position of the series that takes a graph, or what is told of one.
  private mutating func series(_ tag: UnsafeRawBufferPointer, plugin: String) -> Int {
    let (number, _) = tags.number(of: tag)
    if number == run.series.count {
      begin(number, SummaryMetadata(pluginName: plugin, dataClass: .blobSequence))
    }
    return number
  }

  private mutating func begin(_ number: Int, _ metadata: SummaryMetadata) {
    run.series.append(
      TimeSeries(
        tag: tags.tags[number], metadata: metadata, capacity: samples.capacity(of: metadata)))
  }

  /// Damage that wasn't told yet.
  private mutating func warnings() -> [String] {
    told += Array(repeating: 0, count: files.reports.count - told.count)
    var sentences: [String] = []
    for (index, report) in files.reports.enumerated() {
      let count =
        report.damageCount + report.timelessEventCount + (report.failure == nil ? 0 : 1)
      guard count > told[index] else { continue }
      told[index] = count
      if let failure = report.failure { sentences.append(failure.description) }
      if let damage = report.damage.last {
        let places = report.damageCount == 1 ? "" : "; \(report.damageCount) places are damaged"
        sentences.append("\(report.path): \(damage)\(places)")
      }
      if report.timelessEventCount > 0 {
        sentences.append(
          "\(report.path): \(report.timelessEventCount) events whose time is no number are left out"
        )
      }
    }
    return sentences
  }
}
