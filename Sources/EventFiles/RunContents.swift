internal import ProtobufWire

/// What the event files of a run hold, as far as it was asked for.
///
/// Numbers are kept, 24 bytes a point; of everything else only the places, from which `value` reads one.
/// `readOn()` takes in what was written since.
public struct RunContents: Sendable {
  /// The series, in the order in which their tags first occurred.
  public var series: [Series] { all.filter { $0.count > 0 || $0.supersededCount > 0 } }

  /// The files, in TensorBoard's order.
  public private(set) var files: [FileReport] = []
  /// Whether a graph was logged.
  public private(set) var hasGraph = false
  /// The hyperparameters, as they were told last.
  public private(set) var sessionStart: HyperparameterData.SessionStart?
  /// How the run ended, as it was told last; nil again once it is started anew.
  public private(set) var sessionEnd: HyperparameterData.SessionEnd?
  /// Which hyperparameters and metrics there are, as the run told it last.
  public private(set) var experiment: HyperparameterData.Experiment?

  /// The run.
  public let run: Run
  private let wants: @Sendable (String) -> Bool
  private let appliesRestarts: Bool
  private var readers: [RecordReader?] = []
  private var table = TagTable()
  private var all: [Series] = []
  /// For each number of a tag its series' position, or -1 where it isn't wanted.
  private var positions: [Int32] = []
  private var hasVersion = false
  private var lastStep: Int?

  /// Reads a run's files to their ends.
  ///
  /// - Parameters:
  ///   - appliesRestarts: Whether a restart drops the values it repeats, as TensorBoard does it.
  ///   - wants: Which tags are asked for; nothing is kept of others.
  /// - Throws: `EventFileError` when a file or the directory can't be opened. Damage within files is told
  ///   in `files`, and what is whole behind it is read.
  public init(
    of run: Run, appliesRestarts: Bool = true,
    tags wants: @escaping @Sendable (String) -> Bool = { _ in true }
  ) throws(EventFileError) {
    self.run = run
    self.wants = wants
    self.appliesRestarts = appliesRestarts
    try readOn()
  }

  /// The series of a tag.
  public func series(tag: String) -> Series? {
    all.first { $0.tag == tag && $0.count > 0 }
  }

  /// Reads what was written since the last time, new files among it.
  public mutating func readOn() throws(EventFileError) {
    for path in try run.eventFiles() where !files.contains(where: { $0.path == path }) {
      readers.append(try RecordReader(path: path, maximumLength: FileReport.longestRecord))
      files.append(FileReport(path: path))
    }
    for index in files.indices { try read(file: index) }
  }

  private mutating func read(file index: Int) throws(EventFileError) {
    // Taken out while it is used: the reader's buffer isn't copied.
    guard var reader = readers[index] else { return }
    readers[index] = nil
    var isReadable = true
    reading: while true {
      let start = reader.offset
      do {
        guard let payload = try reader.next() else { break reading }
        files[index].eventCount += 1
        let isEvent = reader.buffer.withUnsafeBytes { bytes in
          take(
            UnsafeRawBufferPointer(rebasing: bytes[payload]), file: Int32(index), offset: start)
        }
        if !isEvent { files[index].add(.notAnEvent(offset: start)) }
      } catch .damagedRecord {
        let size = try reader.skip() ?? 0
        files[index].add(.damagedRecord(offset: start, byteCount: size))
      } catch .damagedLength, .recordTooLong {
        guard let next = try reader.seekWholeRecord() else {
          files[index].add(.lost(offset: start, byteCount: try reader.remainingByteCount()))
          isReadable = false
          break reading
        }
        files[index].add(.lost(offset: start, byteCount: next - start))
      } catch {
        throw error
      }
    }
    files[index].byteCount = reader.offset
    files[index].unfinishedByteCount = isReadable ? try reader.remainingByteCount() : 0
    if !isReadable { files[index].byteCount += try reader.remainingByteCount() }
    readers[index] = isReadable ? reader : nil
  }

  /// Takes an event; false if it isn't one.
  private mutating func take(
    _ bytes: UnsafeRawBufferPointer, file: Int32, offset: Int
  ) -> Bool {
    guard let event = PackedEvent(bytes) else { return false }
    if event.hasGraph { hasGraph = true }
    if event.fileVersion != nil { noteVersion(event.fileVersion) }
    if let session = event.sessionLog { restart(session, step: event.step) }
    guard let summary = event.summary else { return true }
    // Without a file version a step that goes down is a restart, of the event's own tags.
    let goesBack = !hasVersion && lastStep.map { event.step < $0 } ?? false
    lastStep = event.step
    var values = PackedValues(summary)
    var index: Int32 = 0
    while true {
      switch values.next() {
      case .end: return true
      case .malformed: return false
      case .value(let value):
        take(
          value, of: event, at: Series.Place(file: file, index: index, offset: offset),
          goesBack: goesBack)
        index += 1
      }
    }
  }

  @inline(__always)
  private mutating func take(
    _ value: PackedValue, of event: PackedEvent, at place: Series.Place, goesBack: Bool
  ) {
    let (number, isNew) = table.number(of: value.tag)
    if isNew { positions.append(begin(table.tags[number], value)) }
    let position = Int(positions[number])
    guard position >= 0 else { return }
    if let metadata = value.metadata, all[position].kind == .tensor,
      all[position].pluginName == "hparams"
    {
      noteHyperparameters(metadata)
    }
    guard value.field != 0 else { return }
    if goesBack, appliesRestarts { all[position].supersede(from: event.step) }
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
      all[position].places.append(place)
    }
    all[position].steps.append(event.step)
    all[position].wallTimes.append(event.wallTime)
    all[position].byteCount += value.field == 2 ? 4 : value.content.count
  }

  /// Begins a series if the tag is wanted, and returns its position.
  private mutating func begin(_ tag: String, _ value: PackedValue) -> Int32 {
    guard wants(tag) else { return -1 }
    var metadata: SummaryMetadata?
    if let bytes = value.metadata {
      var decoder = WireDecoder(Array(bytes))
      metadata = try? SummaryMetadata(from: &decoder)
    }
    let plugin = metadata?.pluginName ?? ""
    let kind: Series.Kind =
      switch (value.field, plugin) {
      case (2, _): .scalar
      case (4, _): .image
      case (5, _): .histogram
      case (6, _): .audio
      case (_, "scalars") where value.tensorScalar() != nil: .scalar
      case (_, "histograms"), (_, "distributions"): .histogram
      case (_, "images"): .image
      case (_, "audio"): .audio
      case (_, "text"): .text
      default: .tensor
      }
    all.append(Series(tag: tag, kind: kind, metadata: metadata))
    return Int32(truncatingIfNeeded: all.count - 1)
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

  private mutating func noteVersion(_ text: UnsafeRawBufferPointer?) {
    let text = text.map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard text.hasPrefix("brain.Event:") else { return }
    hasVersion = (Double(text.dropFirst("brain.Event:".count)) ?? 0) >= 2
  }

  private mutating func restart(_ session: UnsafeRawBufferPointer, step: Int) {
    var decoder = WireDecoder(Array(session))
    guard hasVersion, appliesRestarts, let log = try? SessionLog(from: &decoder),
      log.status == .start
    else { return }
    for index in all.indices { all[index].supersede(from: step) }
  }
}
