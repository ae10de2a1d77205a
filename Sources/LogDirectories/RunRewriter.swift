package import EventFiles
internal import Files

/// Rewrites runs by a plan, as a rule one, to a directory and directories below it.
///
/// Three or four looks at the files: what there is, for thinning how much would be kept, the writing beside
/// what is there, and a check of what was written. Nothing takes its place before the `steps` are taken.
package struct RunRewriter {
  /// What became of a series.
  package struct Row: Sendable {
    /// The run, and the tag's name in it.
    package let run: String
    package let tag: String
    package let kind: ContentKind
    /// Where its values went: a run below the new one, and a tag.
    package let place: RewritePlan.Place
    /// Values and the bytes of their messages, before and after.
    package let readCount: Int
    package let writtenCount: Int
    package let readBytes: Int
    package let writtenBytes: Int
  }

  /// What is wrong with the files that were read.
  package var reports: [FileReport] { runs.flatMap(\.reports) }
  /// Bytes of the files, before and after.
  package let readBytes: Int
  package private(set) var writtenBytes = 0
  /// Whether each file would be what it is: there is nothing to do.
  package var isUnchanged: Bool { changed.isEmpty }

  private let plan: RewritePlan
  private var runs: [RunFates]
  private var outputs: [(run: String, output: RewriteOutput)] = []
  /// The outputs' numbers, by the bytes of their runs' names.
  private var numbers: [[UInt8]: Int] = [[]: 0]
  private var otherCounts: [Int] = []
  private let status: [(path: String, status: FileStatus?)]
  private var changeCount = 0
  /// The files that don't stay what they are.
  private var changed: Set<[UInt8]> = []
  private var staged: [StagedFile] { outputs.flatMap(\.output.staged) }

  /// Reads the runs, and writes what becomes of them beside where it belongs.
  ///
  /// - Parameters:
  ///   - runs: With the paths of their event files, in order. More than one only where their files are
  ///     merged.
  ///   - directory: The new run's.
  ///   - isDry: Nothing is written.
  package init(
    _ runs: [(run: Run, files: [String])], to directory: String, plan: RewritePlan,
    isDry: Bool = false
  ) throws {
    self.plan = plan
    status = runs.flatMap(\.files).map { ($0, FileStatus(path: $0)) }
    self.runs = try runs.map { try RunFates(of: $0.run, files: $0.files, plan: plan) }
    readBytes = self.runs.flatMap(\.reports).reduce(0) {
      $0 + $1.byteCount + $1.unfinishedByteCount
    }
    try makeOutputs(directory, isDry)
    if plan.thinning != nil {
      for index in self.runs.indices { try self.runs[index].countCandidates() }
    }
    try write()
    writtenBytes = staged.reduce(0) { $0 + $1.byteCount }
    if !isDry { try check() }
  }

  /// One of the steps that put what was written in its place.
  package enum Step {
    /// A new file gets its name, in place of one that has it.
    case place(index: Int)
    /// A file goes whose values are elsewhere now, or nowhere.
    case remove(path: String)
  }

  /// What puts the files in their places: what is new comes before what is old goes, so that nothing is lost
  /// wherever it ends.
  ///
  /// - Parameter inPlace: Whether the files that were read go.
  /// - Throws: where another file has a name already, or a file that was read isn't any more what it was.
  package func steps(inPlace: Bool) throws -> [Step] {
    let old = inPlace ? changed : []
    var new: Set<[UInt8]> = []
    var (fresh, steps) = ([Step](), [Step]())
    for (index, file) in staged.enumerated() {
      let path = Array(file.path.utf8)
      let isRead = status.contains { $0.path.utf8.elementsEqual(path) }
      if inPlace, isRead, !changed.contains(path) { continue }
      guard new.insert(path).inserted,
        inPlace && isRead || FileStatus(path: file.path, followsLinks: false) == nil
      else { throw RewriteError.nameTaken(path: file.path) }
      // What takes the place of a file comes last: its values may be in any of the others.
      if isRead { steps.append(.place(index: index)) } else { fresh.append(.place(index: index)) }
    }
    for (path, status) in status where old.contains(Array(path.utf8)) {
      guard FileStatus(path: path) == status else {
        throw RewriteError.changedMeanwhile(path: path)
      }
      if !new.contains(Array(path.utf8)) { steps.append(.remove(path: path)) }
    }
    return fresh + steps
  }

  /// Takes a step.
  package func take(_ step: Step) throws {
    switch step {
    case .place(let index): try staged[index].place()
    case .remove(let path):
      do { try Directory.removeFile(path) } catch { throw EventFileError(error) }
      Directory.removeIfEmpty(Path.directory(of: path))
    }
  }

  /// The runs and the tags that it writes, each with the run it comes from.
  var targets: [(run: String, tag: [UInt8])] {
    runs.flatMap { run in
      zip(run.numbers.series, run.fates).filter { $1.writtenCount > 0 }.map { key, _ in
        let place = run.places[key.tag]
        return (place.run, place.tag ?? run.numbers.bytes(ofTag: key.tag))
      }
    }
  }

  /// What became of each series, in the order in which they occurred.
  package var rows: [Row] {
    runs.flatMap { run in
      zip(run.numbers.series, run.fates).map { key, fate in
        let place = run.places[key.tag]
        let name = run.numbers.tags[key.tag].name
        return Row(
          run: run.run.name, tag: name, kind: key.kind,
          place: RewritePlan.Place(
            run: place.run, tag: place.tag.map { String(decoding: $0, as: UTF8.self) } ?? name),
          readCount: fate.readCount, writtenCount: fate.writtenCount, readBytes: fate.readBytes,
          writtenBytes: fate.writtenBytes)
      }
    }
  }

  /// Makes the outputs, and sees to it that no two tags become one.
  private mutating func makeOutputs(_ directory: String, _ isDry: Bool) throws {
    if let steps = runs.compactMap(\.steps).reduce(
      nil as ClosedRange<Int>?,
      { all, one in
        min(all?.lowerBound ?? .max, one.lowerBound)...max(all?.upperBound ?? .min, one.upperBound)
      })
    {
      for step in [steps.lowerBound, steps.upperBound]
      where step.addingReportingOverflow(plan.stepShift).overflow {
        throw RewriteError.stepOutOfRange(run: runs[0].run.name, step: step, shift: plan.stepShift)
      }
    }
    outputs = [("", RewriteOutput(directory: directory, merge: plan.merge, isDry: isDry))]
    for run in runs {
      // By bytes: as strings, "é" composed and decomposed are one.
      var origins: [[[UInt8]]: String] = [:]
      for (key, fate) in zip(run.numbers.series, run.fates) where fate.isKept {
        let (tag, place) = (run.numbers.tags[key.tag].name, run.places[key.tag])
        let target = place.tag ?? Array(tag.utf8)
        if let other = origins.updateValue(tag, forKey: [Array(place.run.utf8), target]),
          !other.utf8.elementsEqual(tag.utf8)
        {
          throw RewriteError.sameTag(
            run: run.run.name, tag: other, other: tag, new: String(decoding: target, as: UTF8.self))
        }
        if numbers[Array(place.run.utf8)] == nil {
          guard LogDirectoryRewriter.isName(place.run) else {
            throw RewriteError.badRunName(place.run)
          }
          let output = RewriteOutput(
            directory: Path.joined(directory, place.run), merge: plan.merge, isDry: isDry)
          numbers[Array(place.run.utf8)] = outputs.count
          outputs.append((place.run, output))
        }
      }
    }
    otherCounts = outputs.map { _ in 0 }
  }

  private mutating func write() throws {
    let first = runs.first?.files.first.map { Path.lastComponent(of: $0) } ?? ""
    if plan.merge != nil { for (_, output) in outputs { output.begin(first) } }
    for number in runs.indices {
      var run = runs[number]
      // Else both would be changed, each on its own.
      runs[number].fates = []
      run.rewind()
      let targets = run.places.map { numbers[Array($0.run.utf8)] ?? 0 }
      for (index, path) in run.files.enumerated() {
        if plan.merge == nil {
          for (_, output) in outputs { output.begin(Path.lastComponent(of: path)) }
        }
        let (report, before) = (run.reports[index], changeCount)
        if report.damageCount + report.unfinishedByteCount > 0
          || status.count > 1 && plan.merge != nil
          || plan.isSorting
        {
          changeCount += 1
        }
        try run.forEach(inFile: index) { run, event, _ in
          try take(event, of: &run, targets)
        }
        if plan.merge == nil { for (_, output) in outputs { try output.end() } }
        if changeCount > before { changed.insert(Array(path.utf8)) }
      }
      runs[number] = run
    }
    if plan.merge != nil { for (_, output) in outputs { try output.end() } }
  }

  private mutating func take(
    _ event: borrowing EventParts, of run: inout RunFates, _ targets: [Int]
  ) throws {
    let isShifted = !plan.keepsStepsAndTimes
    if isShifted { changeCount += 1 }
    let wallTime = plan.timeShift == 0 ? nil : event.wallTime + plan.timeShift
    if event.values.isEmpty {
      if event.version != nil {
        var buffer = RecordBuffer()
        buffer.append(event, step: nil, wallTime: wallTime, values: nil)
        let record = isShifted ? buffer.bytes : Array(event.record)
        for (_, output) in outputs { output.setVersion(record) }
        return
      }
      // A restart is one of all runs that this one is split into.
      let isStart = RestartMarks.isStart(event.session)
      guard isStart ? plan.keepsRestartMarks : !event.hasGraph || plan.keeps("", .graphs) else {
        return changeCount += 1
      }
      for index in outputs.indices where index == 0 || isStart {
        try add(event, values: nil, to: index, wallTime)
        otherCounts[index] += 1
      }
      return
    }
    // As a rule the values of an event all go the same way.
    var kept: [(target: Int, value: EditedValue)] = []
    let step = plan.stepShift == 0 ? event.step : event.step + plan.stepShift
    for (value, message) in event.values {
      guard let series = run.kept(value, step: event.step) else { continue }
      let tag = run.numbers.series[series].tag
      let target = targets[tag]
      var edited = EditedValue(message: message, tag: run.places[tag].tag)
      if !plan.isSorting {
        edited.metadata = run.lacksMetadata(value, tag: tag)
      } else if let metadata = run.lacksMetadata(value, tag: tag) ?? value.metadata.map(Array.init)
      {
        let name = edited.tag ?? Array(value.tag)
        let output = outputs[target].output
        output.metadata[name] = output.metadata[name] ?? metadata
      }
      run.fates[series].writtenCount += 1
      run.fates[series].writtenBytes += message.count
      run.fates[series].tally.add(value, step: step, wallTime: wallTime ?? event.wallTime)
      kept.append((target, edited))
    }
    guard let first = kept.first?.target else { return changeCount += 1 }
    let isWhole =
      kept.count == event.values.count
      && kept.allSatisfy { $0.target == first && !$0.value.isEdited }
    if isWhole, first == 0 || !event.hasGraph {
      try add(event, values: nil, to: first, wallTime)
    } else {
      changeCount += 1
      let parts = Dictionary(grouping: kept, by: \.target)
      for (target, values) in parts.sorted(by: { $0.key < $1.key }) {
        try add(event, values: values.map(\.value), to: target, wallTime)
      }
    }
    if first != 0 { changeCount += 1 }
  }

  private func add(
    _ event: borrowing EventParts, values: [EditedValue]?, to target: Int, _ wallTime: Double?
  ) throws {
    let (step, record) = (event.step + plan.stepShift, event.record)
    let event = copy event
    try outputs[target].output.add(step: step, wallTime: wallTime ?? event.wallTime) { buffer in
      if values == nil, plan.keepsStepsAndTimes {
        buffer.append(record: record)
      } else {
        buffer.append(
          event, step: plan.stepShift == 0 ? nil : step, wallTime: wallTime, values: values)
      }
    }
  }

  /// Reads what was written, and compares it with what should have been.
  private func check() throws {
    var allWanted = outputs.map { _ in [[UInt8]: Tally]() }
    for run in runs {
      for (key, fate) in zip(run.numbers.series, run.fates) where fate.writtenCount > 0 {
        let place = run.places[key.tag]
        let tag = place.tag ?? run.numbers.bytes(ofTag: key.tag)
        allWanted[numbers[Array(place.run.utf8)] ?? 0][tag, default: Tally()].add(fate.tally)
      }
    }
    for (number, (_, output)) in outputs.enumerated() {
      let wanted = allWanted[number]
      var (table, tallies, otherCount) = (TagTable(), [Tally](), 0)
      for file in output.staged {
        try file.forEach { event, _ in
          if event.values.isEmpty, event.version == nil { otherCount += 1 }
          for (value, _) in event.values {
            let (tag, isNew) = table.number(of: value.tag)
            if isNew { tallies.append(Tally()) }
            tallies[tag].add(value, step: event.step, wallTime: event.wallTime)
          }
        }
      }
      let found = Dictionary(
        uniqueKeysWithValues: tallies.enumerated().map { (table.bytes(of: $0), $1) })
      guard found == wanted, otherCount == otherCounts[number] else {
        throw RewriteError.rewrittenOtherwise(path: output.directory)
      }
    }
  }
}
