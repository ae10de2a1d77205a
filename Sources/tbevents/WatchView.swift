import Charts
import CommandSupport
import EventFiles
import Reports
import TextOutput

/// What `watch` shows, and what keys change of it; it knows no terminal.
struct WatchView {
  /// The keys and what they do, for the help and the last line.
  static let keys: [(key: String, effect: String)] = [
    ("arrows", "choose a chart"), ("enter", "show one chart alone, or all again"),
    ("/", "show tags that match a regular expression"),
    ("r", "show runs that match a regular expression"), ("s S", "smooth more, less"),
    ("l", "powers of ten evenly on the vertical axis, or not"),
    ("h", "the table of hyperparameters and last values, or the charts"),
    ("n p", "next, previous page"), ("q", "quit"),
  ]

  /// A curve of a chart.
  struct Curve {
    /// The run's position.
    var run: Int
    var series: Series
  }

  /// What a key asks of the program.
  enum Outcome { case goOn, quit }

  let logdir: String
  let usesUnicode: Bool
  let usesColor: Bool
  /// What there is to say of the files, until a key is pressed.
  var note = ""
  private(set) var smoothing: Double
  private(set) var runs: [ReportRun] = []
  private var all: [(tag: String, curves: [Curve])] = []

  private var tagFilter = Filter()
  private var runFilter = Filter()
  /// The filter that is being typed, and what it was.
  private var typed: (isOfRuns: Bool, before: Filter)?
  /// The chosen chart among those that are shown.
  private var chosen = 0
  private var isAlone = false
  private var isTable = false
  private var isLogarithmic = false
  private var firstRow = 0
  /// Charts beside and below each other on the last frame, and lines of the table.
  private var grid = (columns: 1, rows: 1)

  /// A regular expression, kept while another is typed that isn't one yet.
  struct Filter {
    var text = "" {
      didSet {
        let made = try? Regex(text)
        isValid = made != nil
        if let made { regex = text.isEmpty ? nil : made }
      }
    }
    private(set) var isValid = true
    private var regex: Regex<AnyRegexOutput>?

    func matches(_ name: String) -> Bool {
      guard let regex else { return true }
      return (try? regex.firstMatch(in: name)) != nil
    }
  }

  init(logdir: String, smoothing: Double, usesUnicode: Bool, usesColor: Bool) {
    self.logdir = logdir
    self.smoothing = smoothing
    self.usesUnicode = usesUnicode
    self.usesColor = usesColor
  }

  /// Takes what was read.
  mutating func update(_ contents: [RunContents], wants: (String) -> Bool) {
    runs = ReportRun.all(in: contents)
    var places: [[UInt8]: Int] = [:]
    all = []
    for (number, run) in runs.enumerated() {
      for series in run.contents.flatMap(\.series)
      where series.kind == .scalar && series.count > 0 && wants(series.tag) {
        let place = places[series.tag.key] ?? all.count
        if place == all.count {
          places[series.tag.key] = place
          all.append((series.tag, []))
        }
        all[place].curves.append(Curve(run: number, series: series))
      }
    }
  }

  /// The charts that the filters leave.
  private var charts: [(tag: String, curves: [Curve])] {
    all.filter { tagFilter.matches($0.tag) }.compactMap { tag, curves in
      let curves = curves.filter { runFilter.matches(runs[$0.run].name) }
      return curves.isEmpty ? nil : (tag, curves)
    }
  }

  private var pageSize: Int { isAlone ? 1 : max(1, grid.columns * grid.rows) }

  /// Does what a key asks for.
  mutating func handle(_ key: FullScreen.Key) -> Outcome {
    note = ""
    if typed != nil {
      type(key)
      return .goOn
    }
    switch key {
    case .character("q"): return .quit
    case .character("/"): typed = (false, tagFilter)
    case .character("r"): typed = (true, runFilter)
    case .character("s"):
      smoothing = min(0.99, smoothing < 0.9 ? smoothing + 0.1 : smoothing + 0.03)
    case .character("S"): smoothing = max(0, smoothing > 0.9 ? smoothing - 0.03 : smoothing - 0.1)
    case .character("l"): isLogarithmic.toggle()
    case .character("h"): (isTable, firstRow) = (!isTable, 0)
    case .enter: (isAlone, isTable) = (!isAlone && !isTable, false)
    case .escape: (isAlone, isTable) = (false, false)
    default: move(key)
    }
    if smoothing < 0.005 { smoothing = 0 }
    return .goOn
  }

  /// A key of the filter's line.
  private mutating func type(_ key: FullScreen.Key) {
    guard let typed else { return }
    var filter = typed.isOfRuns ? runFilter : tagFilter
    switch key {
    case .character(let character): filter.text.append(character)
    case .backspace: _ = filter.text.popLast()
    case .enter: self.typed = nil
    case .escape: (filter, self.typed) = (typed.before, nil)
    default: return
    }
    if typed.isOfRuns { runFilter = filter } else { tagFilter = filter }
    chosen = 0
  }

  private mutating func move(_ key: FullScreen.Key) {
    let page = isTable ? max(1, grid.rows) : pageSize
    let distance =
      switch key {
      case .left: isTable ? 0 : -1
      case .right: isTable ? 0 : 1
      case .up: isTable || isAlone ? -1 : -grid.columns
      case .down: isTable || isAlone ? 1 : grid.columns
      case .pageDown, .character("n"), .character(" "): page
      case .pageUp, .character("p"): -page
      case .home: -1_000_000
      case .end: 1_000_000
      default: 0
      }
    if isTable {
      firstRow = max(0, min(firstRow + distance, runs.count - 1))
    } else {
      chosen = max(0, min(chosen + distance, charts.count - 1))
    }
  }

  /// The lines of a screen of this size.
  mutating func frame(columns: Int, rows: Int) -> [String] {
    guard columns >= 30, rows >= 8 else {
      return ["Too small: 30x8", "is needed. q quits"]
    }
    let charts = charts
    chosen = max(0, min(chosen, charts.count - 1))
    var body: [String]
    if isTable {
      body = table(charts, columns: columns, rows: rows - 2)
    } else if charts.isEmpty {
      body = [
        "", all.isEmpty ? "No scalars yet: waiting for them." : "No scalar matches; Esc in / or r.",
      ]
    } else if isAlone {
      body = alone(charts[chosen], columns: columns, rows: rows - 2)
    } else {
      body = page(charts, columns: columns, rows: rows - 2)
    }
    body = body.prefix(rows - 2) + Array(repeating: "", count: max(0, rows - 2 - body.count))
    return [head(charts.count)] + body + [foot(columns)]
  }

  private func head(_ count: Int) -> String {
    let place = SafeText.visible(logdir)
    var parts = [
      place.count > 20 ? (usesUnicode ? "…" : "~") + "\(place.suffix(19))" : place,
      Format.counted(runs.count, "run"), Format.counted(count, "chart"),
    ]
    let pages = (count + pageSize - 1) / pageSize
    if !isTable, pages > 1 { parts.append("page \(chosen / pageSize + 1) of \(pages)") }
    if smoothing > 0 { parts.append("smoothed \(Format.fixed(smoothing, decimals: 2))") }
    if isLogarithmic { parts.append("logarithmic") }
    for (name, filter) in [("tags", tagFilter), ("runs", runFilter)] where !filter.text.isEmpty {
      parts.append("\(name) /\(SafeText.visible(filter.text))/")
    }
    return bold(parts.joined(separator: "  "))
  }

  private func foot(_ columns: Int) -> String {
    if let typed {
      let filter = typed.isOfRuns ? runFilter : tagFilter
      return "\(typed.isOfRuns ? "runs" : "tags") /\(SafeText.visible(filter.text))_  "
        + (filter.isValid ? "enter keeps it, Esc drops it" : "isn't a regular expression yet")
    }
    guard note.isEmpty else { return SafeText.visible(note) }
    let keys = "q quit  / tags  r runs  arrows enter zoom  s S smooth  l log  h table  n p page"
    return keys.count <= columns ? keys : "q quit  / r filter  enter zoom  s l h n p"
  }

  private func bold(_ text: String) -> String { usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  /// As many charts as there is room for, the chosen one among them, and the runs' marks below.
  private mutating func page(
    _ charts: [(tag: String, curves: [Curve])], columns: Int, rows: Int
  ) -> [String] {
    let legend = legend(columns)
    let height = rows - legend.count
    grid.columns = max(1, columns / 38)
    grid.rows = max(1, height / 10)
    // Few charts get all the room.
    grid.columns = min(grid.columns, charts.count)
    grid.rows = min(grid.rows, (charts.count + grid.columns - 1) / grid.columns)
    let (width, cellHeight) = (columns / grid.columns, height / grid.rows)
    let first = chosen / pageSize * pageSize
    var lines: [String] = []
    for row in 0..<grid.rows {
      let numbers = (first + row * grid.columns..<first + (row + 1) * grid.columns)
        .filter { $0 < charts.count }
      let cells = numbers.map { number in
        cell(charts[number], width - 1, cellHeight, isChosen: number == chosen)
      }
      for line in 0..<cellHeight {
        lines.append(
          cells.map { cell in
            FullScreen.fitted(line < cell.count ? cell[line] : "", width, fills: true)
          }.joined())
      }
    }
    return lines + Array(repeating: "", count: max(0, height - lines.count)) + legend
  }

  /// One chart, and its runs with their last values.
  private func alone(
    _ chart: (tag: String, curves: [Curve]), columns: Int, rows: Int
  ) -> [String] {
    let limit = max(1, min(chart.curves.count, rows / 3))
    var lines = cell(chart, columns, rows - limit, isChosen: false)
    for (number, curve) in chart.curves.prefix(limit).enumerated() {
      let hidden = chart.curves.count - limit
      guard number < limit - 1 || hidden == 0 else {
        lines.append("  and \(Format.counted(hidden + 1, "run")) more; r chooses")
        break
      }
      let last = curve.series.count - 1
      lines.append(
        "\(sample(curve.run)) \(SafeText.visible(runs[curve.run].name))  "
          + "\(Format.number(curve.series.numbers[last]))  step "
          + Format.count(curve.series.steps[last]))
    }
    return lines
  }

  private func sample(_ run: Int) -> String {
    let none = LineChart(series: runs.map { _ in LineChart.Series("", []) })
    return none.sample(run, usesUnicode: usesUnicode, usesColor: usesColor)
  }

  /// Runs by their colours or marks, on two lines at most.
  private func legend(_ columns: Int) -> [String] {
    guard runs.count > 1 else { return [] }
    let visible = runs.indices.filter { runFilter.matches(runs[$0].name) }
    var lines = [""]
    var used = 0
    for (number, run) in visible.enumerated() {
      let name = SafeText.visible(runs[run].name)
      let width = name.count + 5
      if used > 0, used + width > columns {
        guard lines.count < 2 else {
          lines[1] += " +\(visible.count - number)"
          break
        }
        lines.append("")
        used = 0
      }
      lines[lines.count - 1] += "\(sample(run)) \(name) "
      used += width
    }
    return lines
  }

  /// A chart of a number of lines: its tag, the plot and the steps.
  private func cell(
    _ chart: (tag: String, curves: [Curve]), _ columns: Int, _ rows: Int, isChosen: Bool
  ) -> [String] {
    var series = runs.map { _ in LineChart.Series("", []) }
    for curve in chart.curves {
      let numbers = Smoothing.exponential(curve.series.numbers, weight: smoothing)
      let positions = Thinning.positions(of: numbers, limit: 10 * columns)
      series[curve.run].points = positions.map {
        LineChart.Point(x: Double(curve.series.steps[$0]), y: numbers[$0])
      }
    }
    var plot = LineChart(xName: "", series: series)
    if isLogarithmic { plot.yScale = .logarithmic }
    let text = plot.text(
      columns: columns, rows: max(2, rows - 3), usesUnicode: usesUnicode, usesColor: usesColor)
    let last = chart.curves.count == 1 ? chart.curves[0].series.numbers.last : nil
    let name = Shown.tag(chart.tag) + (last.map { "  \(Format.number($0))" } ?? "")
    let mark = isChosen && !isAlone ? (usesUnicode ? "▸ " : "> ") : "  "
    return [isChosen ? bold(mark + name) : mark + name]
      + text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Runs, their last values of the first charts, and their hyperparameters that differ.
  private mutating func table(
    _ charts: [(tag: String, curves: [Curve])], columns: Int, rows: Int
  ) -> [String] {
    grid = (1, max(1, rows - 1))
    let names = RunTable.hyperparameterNames(of: runs).differing
    let shown = charts.prefix(4)
    var heads: [(title: String, alignment: TextTable.Alignment)] = [("run", .left)]
    heads += shown.map { (Shown.tag($0.tag), .right) }
    heads.append(("step", .right))
    heads += names.map { ($0, .left) }
    var table = TextTable(heads)
    for (number, run) in runs.enumerated() where runFilter.matches(run.name) {
      let curves = shown.map { chart in chart.curves.first { $0.run == number }?.series }
      let step = curves.compactMap { $0?.steps.last }.max()
      var cells = [run.name]
      cells += curves.map { $0?.numbers.last.map { Format.number($0) } ?? "" }
      cells.append(step.map(Format.count) ?? "")
      cells += names.map { run.hyperparameters[$0]?.text ?? "" }
      table.add(cells)
    }
    let lines = table.rendered().split(separator: "\n").map(String.init)
    return [bold(lines[0])] + lines.dropFirst(1 + firstRow)
  }
}
