import EventFiles
import TextOutput

/// The table of runs: hyperparameters that differ, the best and the last value of each metric.
package struct RunTable {
  let runs: [ReportRun]
  /// Metrics, the most telling first.
  let metrics: [Metric]
  let labels: RunLabels
  /// Colour and dashes of a run; nil for runs that charts don't show.
  let styleClass: (Int) -> String?
  /// The number of a run's style, by which the page's script finds its curves.
  var styleNumber: (Int) -> Int? = { _ in nil }
  /// The runs' order, the best first.
  let order: [Int]

  /// Columns of hyperparameters, and metrics, at most.
  static let hyperparameterLimit = 12
  static let metricLimit = 8

  /// A metric's course in a run.
  struct Outcome: Equatable {
    var best: Double
    var bestStep: Int
    var last: Double
    var count: Int
  }

  /// The best and the last value of a metric; the best is not finite where none is.
  static func outcome(of metric: Metric, in run: ReportRun) -> Outcome? {
    guard let series = run.scalars(metric.tag), let last = series.numbers.last else { return nil }
    var best: Int?
    for (index, value) in series.numbers.enumerated() where value.isFinite {
      if best.map({ metric.isBetter(value, than: series.numbers[$0]) }) ?? true { best = index }
    }
    return Outcome(
      best: best.map { series.numbers[$0] } ?? .nan, bestStep: best.map { series.steps[$0] } ?? 0,
      last: last, count: series.count)
  }

  /// Metrics of runs, the most telling first: test before training data, accuracies before losses.
  static func metrics(of runs: [ReportRun]) -> [Metric] {
    let metrics = runs.flatMap(\.series).filter { $0.series.kind == .scalar }
      .grouped(by: \.series.tag).compactMap { Metric(tag: $0.name) }
    func rank(_ metric: Metric) -> Int {
      metric.data.rawValue * 2 + (metric.direction == .maximum ? 0 : 1)
    }
    return metrics.enumerated().sorted { a, b in
      (rank(a.element), a.offset) < (rank(b.element), b.offset)
    }.map(\.element)
  }

  /// Positions of runs, the best by the first metric first, those without it last.
  static func order(of runs: [ReportRun], by metrics: [Metric]) -> [Int] {
    guard let metric = metrics.first else { return Array(runs.indices) }
    let values = runs.map { outcome(of: metric, in: $0)?.best ?? .nan }
    return runs.indices.sorted { a, b in
      switch (values[a].isFinite, values[b].isFinite) {
      case (true, true):
        return values[a] == values[b] ? a < b : metric.isBetter(values[a], than: values[b])
      case (let first, let second): return first == second ? a < b : first
      }
    }
  }

  /// The table, and what stands below it.
  func html(rowLimit: Int) -> String {
    let names = Self.hyperparameterNames(of: runs)
    let shown = order.prefix(rowLimit)
    let table = table(names.differing)
    let filter =
      runs.count > 3
      ? "<input type=\"search\" id=\"filter\" hidden aria-label=\"filter runs\" "
        + "placeholder=\"filter: adam lr&lt;0.1\"> " : ""
    return "<p class=\"note tools save\">\(filter)\(table.links("runs", shown))</p>\n"
      + table.html(shown) + remarks(names, rowLimit: rowLimit)
  }

  /// Results before settings.
  private func table(_ names: [String]) -> ReportTable {
    var columns = metrics.prefix(Self.metricLimit).flatMap(columns)
    func number(_ value: Double?, _ text: (Double) -> String) -> TableCell? {
      value.map { TableCell(text: text($0), value: $0) }
    }
    columns.append(
      TableColumn(
        title: "steps",
        cells: runs.map { run in number(run.lastStep.map(Double.init)) { Format.count(Int($0)) } }))
    columns.append(
      TableColumn(
        title: "duration",
        cells: runs.map { run in number(run.times.map { $0.last - $0.first }, Format.duration) }))
    if runs.contains(where: { $0.sessionEnd != nil }) {
      columns.append(TableColumn(title: "state", cells: runs.map(state)))
    }
    columns += names.prefix(Self.hyperparameterLimit).map { name in
      TableColumn(
        title: name,
        cells: runs.map { run in run.hyperparameters[name].map(Self.cell) })
    }
    // Names that are settings stand in the columns beside.
    let rows = runs.indices.map { index in
      ReportTable.Row(
        name: labels.parts == nil ? runs[index].name : labels.labels[index],
        title: runs[index].name, styleClass: styleClass(index), number: styleNumber(index))
    }
    return ReportTable(rowTitle: "run", rows: rows, columns: columns)
  }

  /// A setting, as it was given.
  static func cell(_ setting: HyperparameterValue) -> TableCell {
    guard case .number(let number) = setting else { return TableCell(text: setting.text) }
    return TableCell(text: Number.setting(number), value: number)
  }

  /// A metric's best and last values; one column where no run has more than one.
  private func columns(_ metric: Metric) -> [TableColumn] {
    let outcomes = runs.map { Self.outcome(of: metric, in: $0) }
    let all = outcomes.compactMap { $0?.best }.filter(\.isFinite)
    let leader = metric.direction == .maximum ? all.max() : all.min()
    let isCurve = outcomes.contains { ($0?.count ?? 0) > 1 }
    let best = outcomes.map { outcome in
      outcome.map {
        TableCell(
          text: Format.number($0.best),
          detail: isCurve && $0.best.isFinite ? "at \(Format.count($0.bestStep))" : "",
          value: $0.best, isBest: all.count > 1 && $0.best == leader)
      }
    }
    guard isCurve else { return [TableColumn(title: metric.tag, cells: best)] }
    let last = outcomes.map { outcome in
      outcome.map {
        TableCell(text: Format.number($0.last), value: $0.last, isBad: !$0.last.isFinite)
      }
    }
    return [
      TableColumn(group: metric.tag, title: "best", cells: best),
      TableColumn(group: metric.tag, title: "last", cells: last),
    ]
  }

  private func state(_ run: ReportRun) -> TableCell? {
    switch run.sessionEnd?.status {
    case .success: TableCell(text: "done")
    case .failure: TableCell(text: "failed", isBad: true)
    case .running: TableCell(text: "running")
    case .unknown, nil: nil
    }
  }

  /// Hyperparameters that differ between runs, and those that all runs with any share.
  package static func hyperparameterNames(
    of runs: [ReportRun]
  ) -> (differing: [String], same: [(name: String, text: String)]) {
    let all = runs.map(\.hyperparameters).filter { !$0.isEmpty }
    let names = Set(all.flatMap(\.keys)).sorted().filter { name in
      !all.allSatisfy { repeatsOthers(name, in: $0) }
    }
    var differing: [String] = []
    var same: [(String, String)] = []
    for name in names {
      let values = Set(all.map { $0[name] })
      if values.count == 1, let value = values.first.flatMap(\.self) {
        same.append((name, value.text))
      } else {
        differing.append(name)
      }
    }
    return (differing, same)
  }

  /// Whether a text only tells other hyperparameters again, "batch-size 64, seed 1", as runs of `tbtrain`
  /// do for a dashboard of few columns.
  static func repeatsOthers(
    _ name: String, in values: [String: HyperparameterValue]
  ) -> Bool {
    guard case .string(let text)? = values[name], text.contains(" ") else { return false }
    return text.split(separator: ",").allSatisfy { part in
      part.split(separator: " ").first.map { values[String($0)] != nil } ?? false
    }
  }

  private func remarks(
    _ names: (differing: [String], same: [(name: String, text: String)]), rowLimit: Int
  ) -> String {
    var html = ""
    if labels.parts != nil, let name = runs.first?.name {
      let form = name.replacing(/=[^,]*/, with: "=…")
      html += "<p class=\"note\">Runs are called <code>\(Markup.escaped(form))</code>.</p>\n"
    }
    if !names.same.isEmpty {
      let items = names.same.map { name, text in
        "<span class=\"setting\">\(Markup.escaped(name)) <code>\(Markup.escaped(text))</code></span>"
      }
      html +=
        "<p class=\"settings\">\(runs.count > 1 ? "The same in all runs" : "Hyperparameters"): "
        + "\(items.joined(separator: " "))</p>\n"
    }
    func more(_ list: [String], _ what: String) {
      guard !list.isEmpty else { return }
      let text = list.prefix(40).joined(separator: ", ") + (list.count > 40 ? ", …" : "")
      html += "<p class=\"note\">\(what): \(Markup.escaped(text)).</p>\n"
    }
    more(Array(names.differing.dropFirst(Self.hyperparameterLimit)), "Differ, too")
    more(metrics.dropFirst(Self.metricLimit).map(\.tag), "More metrics, in the charts only")
    if order.count > rowLimit {
      html +=
        "<p class=\"note\">\(Format.counted(order.count - rowLimit, "run")) more, not as good.</p>\n"
    }
    return html
  }
}
