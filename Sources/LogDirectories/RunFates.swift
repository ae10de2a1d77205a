internal import EventFiles

/// What becomes of each value of a run by a plan: decided from a first look at all of them, and told on
/// each further one. Takes memory for series and restarts, none for values.
struct RunFates {
  let run: Run
  let files: [String]
  /// What is wrong with the files.
  private(set) var reports: [FileReport] = []
  private(set) var numbers = SeriesNumbers()
  /// By the numbers of the series.
  var fates: [Fate] = []
  /// By the numbers of the tags.
  private(set) var places: [Place] = []
  /// The least and the greatest step.
  private(set) var steps: ClosedRange<Int>?
  private let plan: RewritePlan
  private var cuts = RestartCuts()
  private var ordinal = 0

  /// The values of a series.
  struct Fate {
    let isKept: Bool
    /// Settings of the run: no step range, thinning or restart applies.
    let isSetting: Bool
    var readCount = 0
    var readBytes = 0
    /// Values before thinning, and how many of them were met again.
    var candidateCount = 0
    var candidatesSeen = 0
    var writtenCount = 0
    var writtenBytes = 0
    var tally = Tally()
  }

  /// Where the values of a tag go.
  struct Place {
    /// As the plan has it; the tag is nil where it stays as it is.
    let run: String
    let tag: [UInt8]?
    /// Whether the metadata that the tag began with stand with a value that was written.
    var hasMetadata = false
    fileprivate var cuts = RestartCuts()
    fileprivate var lastStep: Int?
  }

  init(of run: Run, files: [String], plan: RewritePlan) throws {
    (self.run, self.files, self.plan) = (run, files, plan)
    var restarts = RestartMarks()
    for path in files {
      do {
        reports.append(
          try EventParts.forEach(in: path) { event, _ in
            count(event, &restarts)
          })
      } catch let error as EventFileError {
        var report = FileReport(path: path)
        report.failure = error
        reports.append(report)
      }
    }
  }

  /// Takes an event at the first look.
  private mutating func count(_ event: borrowing EventParts, _ restarts: inout RestartMarks) {
    steps =
      min(
        steps?.lowerBound ?? event.step, event.step)...max(
        steps?.upperBound ?? event.step, event.step)
    let (isStart, goesBack) = restarts.note(
      step: event.step, version: event.version, session: event.session,
      hasSummary: !event.values.isEmpty)
    if isStart { cuts.append(step: event.step, behind: ordinal) }
    for (value, message) in event.values {
      let series = number(of: value)
      let tag = numbers.series[series].tag
      let repeats =
        plan.restarts == .steps && places[tag].lastStep.map { event.step <= $0 } ?? false
      places[tag].lastStep = event.step
      if goesBack || repeats { places[tag].cuts.append(step: event.step, behind: ordinal) }
      ordinal += 1
      fates[series].readCount += 1
      fates[series].readBytes += message.count
    }
  }

  private mutating func number(of value: PackedValue) -> Int {
    let series = numbers.number(of: value)
    while places.count < numbers.tags.count {
      let name = numbers.tags[places.count].name
      let isSetting = numbers.series[series].kind == .hparams
      let place =
        isSetting ? RewritePlan.Place(run: "", tag: name) : plan.place(name)
      places.append(
        Place(
          run: place.run, tag: place.tag.utf8.elementsEqual(name.utf8) ? nil : Array(place.tag.utf8)
        ))
    }
    while fates.count < numbers.series.count {
      let key = numbers.series[fates.count]
      fates.append(
        Fate(
          isKept: plan.keeps(numbers.tags[key.tag].name, key.kind),
          isSetting: key.kind == .hparams))
    }
    return series
  }

  /// Goes to the start, for another look.
  mutating func rewind() {
    ordinal = 0
    cuts.rewind()
    for index in places.indices { places[index].cuts.rewind() }
    for index in fates.indices { fates[index].candidatesSeen = 0 }
  }

  /// Counts the candidates of each series, for the thinning.
  mutating func countCandidates() throws {
    rewind()
    for index in files.indices {
      try forEach(inFile: index) { run, event, _ in
        for (value, _) in event.values { _ = run.candidate(value, event.step) }
      }
    }
    for index in fates.indices { fates[index].candidateCount = fates[index].candidatesSeen }
  }

  /// Calls `body` with each event of a file that was there at the first look.
  mutating func forEach(
    inFile index: Int,
    _ body: (inout Self, borrowing EventParts, Int) throws -> Void
  ) throws {
    let report = reports[index]
    guard report.failure == nil else { return }
    _ = try EventParts.forEach(in: report.path, upTo: report.byteCount) {
      event, start in
      try body(&self, event, start)
    }
  }

  /// The number of the series of a value that is kept, the values being asked for in their order; nil
  /// where it isn't.
  mutating func kept(_ value: PackedValue, step: Int) -> Int? {
    guard let (series, index) = candidate(value, step) else { return nil }
    guard let thinning = plan.thinning, !fates[series].isSetting, value.field != 0,
      plan.thinned.contains(numbers.series[series].kind)
    else { return series }
    return thinning.keeps(index, of: fates[series].candidateCount) ? series : nil
  }

  /// The same before thinning, and the value's place among those of its series.
  private mutating func candidate(
    _ value: PackedValue, _ step: Int
  ) -> (series: Int, index: Int)? {
    let series = numbers.number(of: value)
    let tag = numbers.series[series].tag
    defer { ordinal += 1 }
    guard fates[series].isKept else { return nil }
    if !fates[series].isSetting {
      if let steps = plan.steps, !steps.contains(step) { return nil }
      if plan.restarts != .keep,
        cuts.replace(step: step, at: ordinal) || places[tag].cuts.replace(step: step, at: ordinal)
      {
        return nil
      }
    }
    defer { fates[series].candidatesSeen += 1 }
    return (series, fates[series].candidatesSeen)
  }

  /// Whether a tag's metadata must be added to a value that is written now.
  mutating func lacksMetadata(_ value: PackedValue, tag: Int) -> [UInt8]? {
    guard !places[tag].hasMetadata else { return nil }
    places[tag].hasMetadata = true
    return value.metadata == nil ? numbers.tags[tag].metadata : nil
  }
}

/// How many values there are, and a sum over them: alike for the same values in any order.
struct Tally: Sendable, Equatable {
  private(set) var count = 0
  private var sum: UInt64 = 0

  /// Adds a value: its content, step and time.
  mutating func add(_ value: PackedValue, step: Int, wallTime: Double) {
    count += 1
    let content = value.field == 2 ? value.bits : MaskedCRC.of(value.content)
    var mixed = UInt64(content) << 8 ^ UInt64(value.field)
    for part in [UInt64(bitPattern: Int64(step)), wallTime.bitPattern] {
      // The finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
      mixed = (mixed ^ part) &+ 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      mixed ^= mixed >> 31
    }
    sum &+= mixed
  }

  /// Adds those of another tally.
  mutating func add(_ other: Self) {
    count += other.count
    sum &+= other.sum
  }
}
