import EventFiles
import TextOutput

/// The table of runs: hyperparameters that differ, the best and the last value of each metric.
struct RunTable {
  let runs: [ReportRun]
  /// Metrics, the most telling first.
  let metrics: [Metric]
  let labels: RunLabels
  /// Colour and dashes of a run; nil for runs that charts don't show.
  let styleClass: (Int) -> String?
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
    let shownNames = Array(names.differing.prefix(Self.hyperparameterLimit))
    let shown = metrics.prefix(Self.metricLimit).map { metric in
      (metric, runs.map { Self.outcome(of: metric, in: $0) })
    }
    let hasState = runs.contains { $0.sessionEnd != nil }
    var groups = ""
    var heads = ""
    var column = 0
    func head(_ text: String) {
      heads += "<th scope=\"col\" data-column=\"\(column)\">\(Markup.escaped(text))</th>"
      column += 1
    }
    head("run")
    shownNames.forEach(head)
    groups += "<td colspan=\"\(column)\"></td>"
    for (metric, outcomes) in shown {
      if Self.isCurve(outcomes) {
        groups += "<th scope=\"colgroup\" colspan=\"2\">\(Markup.escaped(metric.tag))</th>"
        head("best")
        head("last")
      } else {
        groups += "<td></td>"
        head(metric.tag)
      }
    }
    let rest = hasState ? ["steps", "duration", "state"] : ["steps", "duration"]
    rest.forEach(head)
    groups += "<td colspan=\"\(rest.count)\"></td>"
    var html = "<table class=\"runs\" id=\"run-table\">\n<thead>\n"
    if groups.contains("<th") { html += "<tr>\(groups)</tr>\n" }
    html += "<tr>\(heads)</tr>\n</thead>\n<tbody>\n"
    for index in order.prefix(rowLimit) {
      html += row(index, shownNames, shown, hasState)
    }
    html += "</tbody>\n</table>"
    return HTML.scrolling(html) + remarks(names, rowLimit: rowLimit)
  }

  /// Whether a metric has a course in any run, not only a single value.
  private static func isCurve(_ outcomes: [Outcome?]) -> Bool {
    outcomes.contains { ($0?.count ?? 0) > 1 }
  }

  private func row(
    _ index: Int, _ names: [String], _ metrics: [(metric: Metric, outcomes: [Outcome?])],
    _ hasState: Bool
  ) -> String {
    let run = runs[index]
    let sample = styleClass(index).map { HTML.sample($0) } ?? ""
    // Names that are settings stand in the columns beside.
    let name = labels.parts == nil ? run.name : labels.labels[index]
    var html =
      "<tr><th scope=\"row\" title=\"\(Markup.escaped(run.name))\">\(sample)\(Markup.escaped(name))</th>"
    for name in names {
      switch run.hyperparameters[name] {
      case .number(let number):
        html += "<td class=\"n\" data-v=\"\(number)\">\(Number.setting(number))</td>"
      case let value: html += "<td>\(Markup.escaped(value?.text ?? ""))</td>"
      }
    }
    for (metric, outcomes) in metrics {
      let isCurve = Self.isCurve(outcomes)
      guard let outcome = outcomes[index] else {
        html += isCurve ? "<td></td><td></td>" : "<td></td>"
        continue
      }
      let all = outcomes.compactMap { $0?.best }.filter(\.isFinite)
      let leader = metric.direction == .maximum ? all.max() : all.min()
      let isBest = all.count > 1 && outcome.best == leader
      let mark = isBest ? "<b title=\"best of all runs\">★\u{A0}" : ""
      let (classes, end) = (isBest ? "n best" : "n", isBest ? "</b>" : "")
      let at =
        isCurve && outcome.best.isFinite
        ? " <small>at \(Format.count(outcome.bestStep))</small>" : ""
      html +=
        "<td class=\"\(classes)\" data-v=\"\(outcome.best)\">\(mark)\(Format.number(outcome.best))"
        + "\(end)\(at)</td>"
      if isCurve {
        html +=
          "<td class=\"n\(outcome.last.isFinite ? "" : " bad")\" data-v=\"\(outcome.last)\">"
          + "\(Format.number(outcome.last))</td>"
      }
    }
    let step = run.lastStep
    html +=
      "<td class=\"n\" data-v=\"\(step.map { "\($0)" } ?? "")\">\(step.map(Format.count) ?? "")</td>"
    let seconds = run.times.map { $0.last - $0.first }
    html +=
      "<td class=\"n\" data-v=\"\(seconds.map { "\($0)" } ?? "")\">"
      + "\(seconds.map(Format.duration) ?? "")</td>"
    if hasState { html += "<td>\(state(run))</td>" }
    return html + "</tr>\n"
  }

  private func state(_ run: ReportRun) -> String {
    switch run.sessionEnd?.status {
    case .success: "done"
    case .failure: "<span class=\"bad\">failed</span>"
    case .running: "running"
    case .unknown, nil: ""
    }
  }

  /// Hyperparameters that differ between runs, and those that all runs with any share.
  static func hyperparameterNames(
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
  private static func repeatsOthers(
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
