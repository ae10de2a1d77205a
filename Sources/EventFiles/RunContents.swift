internal import ProtobufWire

/// What the event files of a run hold, as far as it was asked for.
///
/// Numbers are kept, 24 bytes a point; of everything else only the places, from which `value` reads one.
/// `readOn()` takes in what was written since.
public struct RunContents: Sendable {
  /// The series, in the order in which their tags first occurred.
  public var series: [Series] { all.filter { $0.count > 0 || $0.supersededCount > 0 } }

  /// The files, in TensorBoard's order, with what is damaged in them or keeps them from being read.
  public var files: [FileReport] { runFiles.reports }
  /// How often it was read anew, because a file had been replaced by another or cut.
  public private(set) var replacementCount = 0
  /// Whether a graph was logged.
  public private(set) var hasGraph = false
  /// The hyperparameters, as they were last written.
  public private(set) var sessionStart: HyperparameterData.SessionStart?
  /// How the run ended, as it was last written; nil again once it is started anew.
  public private(set) var sessionEnd: HyperparameterData.SessionEnd?
  /// Which hyperparameters and metrics there are, as the run last wrote it.
  public private(set) var experiment: HyperparameterData.Experiment?

  /// The run.
  public let run: Run
  private let wants: @Sendable (String) -> Bool
  private let appliesRestarts: Bool
  private var runFiles = RunFiles()
  private var table = TagTable()
  private var all: [Series] = []
  /// The metadata that each series began with.
  private var firstMetadata: [[UInt8]?] = []
  /// For each number of a tag its series' position, or -1 where it isn't wanted.
  private var positions: [Int32] = []
  /// The positions of further series, for values of another kind than the tag's first.
  private var otherKinds: [TagKind: Int] = [:]
  private var runRestarts = RunRestarts()
  private var restartMarks = RestartMarks()

  private struct TagKind: Hashable {
    var tag: Int
    var kind: Series.Kind
  }

  /// Reads a run's files to their ends.
  ///
  /// - `appliesRestarts`: Whether a restart drops the values it repeats, as TensorBoard does it.
  /// - `wants`: Which tags are asked for; nothing is kept of others.
  /// - Throws: `EventFileError` when the directory can't be listed. Damage within files, and files that
  ///   can't be opened, are listed in `files`, and what is whole is read.
  public init(
    of run: Run, appliesRestarts: Bool = true,
    tags wants: @escaping @Sendable (String) -> Bool = { _ in true }
  ) throws(EventFileError) {
    self.run = run
    self.wants = wants
    self.appliesRestarts = appliesRestarts
    try readOn()
  }

  /// The first series of a tag, which is known by its bytes.
  ///
  /// - `kind`: Only one of this kind; nil: of any.
  public func series(tag: String, kind: Series.Kind? = nil) -> Series? {
    all.first {
      $0.count > 0 && (kind == nil || $0.kind == kind) && $0.tag.utf8.elementsEqual(tag.utf8)
    }
  }

  /// The tags whose values are of several kinds, and so make several series.
  public var tagsOfSeveralKinds: [String] {
    Set(otherKinds.keys.map(\.tag)).sorted().map { table.tags[$0] }
  }

  /// Reads what was written since the last time, new files among it. A file that was replaced by another or
  /// cut has everything read anew.
  ///
  /// - Throws: `EventFileError` when the directory can't be listed.
  public mutating func readOn() throws(EventFileError) {
    if try !readFiles() {
      let count = replacementCount + 1
      self = try RunContents(of: run, appliesRestarts: appliesRestarts, tags: wants)
      replacementCount = count
    }
    runRestarts.finish()
    for index in all.indices { all[index].applyRestarts(ofRun: runRestarts) }
  }

  /// Reads the files on; false where one isn't what was read of it.
  private mutating func readFiles() throws(EventFileError) -> Bool {
    let paths = try run.eventFiles()
    var files = RunFiles()
    swap(&files, &runFiles)
    defer { runFiles = files }
    return files.readOn(paths) { take($0, file: $1, offset: $2) }
  }

  /// Takes an event, whose bytes begin at an offset of the file; returns its time, nil if it isn't one.
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, file: Int32, offset: Int
  ) -> Double? {
    guard let event = PackedEvent(bytes) else { return nil }
    if event.graph != nil { hasGraph = true }
    let (isStart, goesBack) = restartMarks.note(
      step: event.step, version: event.fileVersion, session: event.sessionLog,
      hasSummary: event.summary != nil)
    if isStart, appliesRestarts { runRestarts.append(event.step) }
    guard let summary = event.summary else { return event.wallTime }
    var values = PackedValues(summary)
    while true {
      switch values.next() {
      case .end: return event.wallTime
      case .malformed: return nil
      case .value(let value):
        take(
          value, values.message, of: event, in: bytes, file: file, offset: offset,
          goesBack: goesBack)
      }
    }
  }

  @inline(__always)
  private mutating func take(
    _ value: PackedValue, _ message: UnsafeRawBufferPointer, of event: PackedEvent,
    in bytes: UnsafeRawBufferPointer, file: Int32, offset: Int, goesBack: Bool
  ) {
    let (tag, isNew) = table.number(of: value.tag)
    if isNew {
      let isWanted = wants(table.tags[tag])
      positions.append(isWanted ? Int32(truncatingIfNeeded: all.count) : -1)
      if isWanted { begin(tag, Series.Kind(of: value), value) }
    }
    var position = Int(positions[tag])
    guard position >= 0 else { return }
    if let metadata = value.metadata, all[position].kind == .tensor,
      all[position].pluginName == "hparams"
    {
      noteHyperparameters(metadata)
    }
    guard value.field != 0 else { return }
    if value.field != 2 || all[position].kind != .scalar {
      position = self.position(of: value, tag, like: position)
    }
    if goesBack, appliesRestarts {
      all[position].restarts.append(step: event.step, behind: all[position].count)
    }
    if all[position].kind == .scalar {
      let (number, isSingle): (Double, Bool)
      if value.field == 2 {
        (number, isSingle) = (Double(Float(bitPattern: value.bits)), true)
      } else if let found = value.tensorScalar() {
        (number, isSingle) = found
      } else {
        return
      }
      if !isSingle { all[position].isSinglePrecision = false }
      all[position].numbers.append(number)
    } else {
      guard let start = bytes.baseAddress, let place = message.baseAddress else { return }
      all[position].places.append(
        Series.Place(
          file: file, byteCount: Int32(truncatingIfNeeded: message.count),
          offset: offset + (place - start)))
    }
    if runRestarts.count > 0, all[position].restarts.runCount != runRestarts.count {
      all[position].restarts.note(runCount: runRestarts.count, before: all[position].count)
    }
    all[position].steps.append(event.step)
    all[position].wallTimes.append(event.wallTime)
    all[position].byteCount += value.field == 2 ? 4 : value.content.count
  }

  /// The position of the series that takes a value: the tag's first, or one of the value's own kind.
  private mutating func position(of value: PackedValue, _ tag: Int, like first: Int) -> Int {
    let kind = Series.Kind(of: value, like: (all[first].kind, firstMetadata[first]))
    guard kind != all[first].kind else { return first }
    let key = TagKind(tag: tag, kind: kind)
    if let known = otherKinds[key] { return known }
    otherKinds[key] = all.count
    begin(tag, kind, value)
    return all.count - 1
  }

  private mutating func begin(_ tag: Int, _ kind: Series.Kind, _ value: PackedValue) {
    let bytes = value.metadata.map(Array.init)
    var metadata: SummaryMetadata?
    if let bytes {
      var decoder = WireDecoder(bytes)
      metadata = try? SummaryMetadata(from: &decoder)
    }
    all.append(Series(tag: table.tags[tag], kind: kind, metadata: metadata))
    firstMetadata.append(bytes)
  }

  /// Takes what the dashboard HParams reads: it stands in the metadata of values without content.
  private mutating func noteHyperparameters(_ bytes: UnsafeRawBufferPointer) {
    var decoder = WireDecoder(Array(bytes))
    guard let metadata = try? SummaryMetadata(from: &decoder) else { return }
    var content = WireDecoder(metadata.pluginContent)
    switch try? HyperparameterData(from: &content) {
    case .experiment(let told): experiment = told
    case .sessionStart(let start): (sessionStart, sessionEnd) = (start, nil)
    case .sessionEnd(let end): sessionEnd = end
    case nil: break
    }
  }
}
