package import EventFiles
import TextOutput

/// A log directory as one page: a table of runs, their curves, distributions, images and texts.
///
/// The page is whole in itself: it refers to nothing outside, opens from a disk, and is a static image
/// where no scripts run. Nothing that a log says becomes markup or script.
package struct Report: Sendable {
  let options: ReportOptions
  /// All runs, by name.
  let runs: [ReportRun]
  /// Metrics of the runs, the most telling first.
  let metrics: [Metric]
  /// Positions of runs, the best first.
  let ranking: [Int]
  /// Positions of the runs that charts show, by name.
  let shown: [Int]
  /// The number of the style of each shown run: the same colour in every chart.
  let style: [Int: Int]
  /// Points of a curve that are drawn.
  let pointLimit: Int
  /// Short names of all runs.
  let labels: RunLabels
  private let files: [FileReport]
  /// Runs of images alone that are shown beside the best ones.
  private static let pictorialLimit = 8

  /// A report on what was read of a log directory.
  package init(of contents: [RunContents], _ options: ReportOptions) {
    self.options = options
    files = contents.flatMap(\.files)
    runs = ReportRun.all(in: contents)
    labels = RunLabels(runs.map(\.name))
    metrics = RunTable.metrics(of: runs)
    ranking = RunTable.order(of: runs, by: metrics)
    let all = runs
    // What deconv logs is a run of images, which no metric ranks.
    let pictorial = ranking.dropFirst(options.runLimit).filter { index in
      let kinds = all[index].series.map(\.series.kind)
      return kinds.contains(.image) && !kinds.contains(.scalar)
    }
    shown = (ranking.prefix(options.runLimit) + pictorial.prefix(Self.pictorialLimit)).sorted()
    style = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, $0) })
    let runs = runs
    let curves = shown.reduce(0) { count, index in
      count + runs[index].series.filter { $0.series.kind == .scalar && $0.series.count > 1 }.count
    }
    let share = options.pointBudget / max(1, curves)
    let range = options.pointsOfCurve
    pointLimit = min(max(share, range.lowerBound), range.upperBound)
  }

  /// How many runs it is about.
  package var runCount: Int { runs.count }

  /// Whether there is anything to show.
  package var isEmpty: Bool { runs.isEmpty }

  /// Classes of a shown run's curves.
  func styleClass(_ run: Int) -> String? { style[run].map { RunStyle($0).runClasses } }

  /// The page.
  ///
  /// - Throws: `EventFileError` when a file that was read can't be read again.
  package func html() throws -> String { try page().html() }

  func page() throws -> Page {
    var omissions = Omissions()
    if ranking.count > shown.count {
      omissions.append(
        "\(Format.counted(ranking.count - shown.count, "run")) of \(ranking.count): the table has all, "
          + "charts and images the \(shown.count) best. \(options.remedy)")
    }
    let tags = scalarTags()
    let table = RunTable(
      runs: runs, metrics: metrics, labels: labels,
      styleClass: { style[$0].map { RunStyle($0).classes } }, styleNumber: { style[$0] },
      order: ranking)
    var sections = [
      ReportSection(
        id: "runs", title: "Runs",
        html: runs.isEmpty
          ? "<p>Nothing was logged yet.</p>\n" : table.html(rowLimit: options.rowLimit))
    ]
    if let section = try seedsSection(&omissions) { sections.append(section) }
    if let section = settingsSection(&omissions) { sections.append(section) }
    if let section = metricsSection(tags) { sections.append(section) }
    if let section = scalarsSection(tags, &omissions) { sections.append(section) }
    if let section = statisticsSection(tags, &omissions) { sections.append(section) }
    if let section = try histogramsSection(&omissions) { sections.append(section) }
    if let section = try imagesSection(&omissions) { sections.append(section) }
    if let section = try textSection(&omissions) { sections.append(section) }
    sections.append(notesSection(omissions))
    return Page(report: self, sections: sections)
  }

  /// What the page is made of, in a few words: `3 runs, 4 metrics, 1,200 points`.
  package var summary: String {
    "\(Format.counted(runs.count, "run")), \(Format.counted(scalarPointCount, "scalar point"))"
  }

  /// Points of all curves.
  var scalarPointCount: Int {
    runs.reduce(0) { $0 + $1.series.reduce(0) { $0 + $1.series.numbers.count } }
  }

  /// Bytes of all event files.
  var byteCount: Int { files.reduce(0) { $0 + $1.byteCount + $1.unfinishedByteCount } }

  /// How the page was made, what isn't in it, and what was damaged.
  private func notesSection(_ omissions: Omissions) -> ReportSection {
    var html = "<ul>\n"
    func add(_ text: String) { html += "<li>\(Markup.escaped(text))</li>\n" }
    if options.smoothing > 0 {
      add(
        "Curves of \(ReportOptions.smoothedCount) points or more are smoothed by "
          + "\(Format.number(options.smoothing, digits: 2)), as by TensorBoard's slider, but "
          + "for learning rates; the faint line "
          + "behind is what was logged. Tables are of what was logged.")
    }
    add(
      "Curves of more than \(Format.count(pointLimit)) points are thinned for drawing; the greatest and "
        + "the least value of each stretch stay.")
    add(
      "Best is the greatest value of accuracies and the like, the least one of losses and errors, over "
        + "all steps that were logged.")
    html += "</ul>\n"
    let others = otherKinds()
    if !omissions.isEmpty || !others.isEmpty {
      html += "<h3>Left out</h3>\n<ul>\n"
      omissions.forEach(add)
      if !others.isEmpty { add("Not shown in reports: \(others.joined(separator: ", ")).") }
      html += "</ul>\n"
    }
    let damaged = files.filter { $0.damageCount > 0 || $0.failure != nil }
    if !damaged.isEmpty {
      html += "<h3 class=\"bad\">Damaged files</h3>\n<ul>\n"
      for file in damaged.prefix(100) {
        if let failure = file.failure { add("\(failure).") }
        guard let first = file.damage.first else { continue }
        add(
          "\(file.path): \(first)"
            + (file.damageCount > 1 ? ", and \(Format.count(file.damageCount - 1)) more" : "")
            + ". What is whole was read.")
      }
      html += "</ul>\n"
    }
    return ReportSection(id: "notes", title: "Notes", html: html)
  }

  /// Kinds of values that have no section, each with its number of tags.
  private func otherKinds() -> [String] {
    var tags: [String: Set<[UInt8]>] = [:]
    for (_, series) in runs.flatMap(\.series) {
      switch series.kind {
      case .tensor where series.pluginName != "hparams":
        tags[series.pluginName.isEmpty ? "tensors" : series.pluginName, default: []]
          .insert(series.tag.key)
      case .audio: tags["audio", default: []].insert(series.tag.key)
      default: break
      }
    }
    var kinds = tags.sorted { $0.key < $1.key }.map { kind, tags in
      "\(kind) (\(Format.counted(tags.count, "tag")))"
    }
    if runs.contains(where: { $0.contents.contains(where: \.hasGraph) }) { kinds.append("graphs") }
    return kinds
  }
}
