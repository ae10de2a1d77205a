import Charts
import EventFiles
import TextOutput

extension Report {
  /// Runs from which on it is shown what settings do.
  private static let fewestRuns = 4
  /// Values of a setting that are shown beside each other.
  private static let mostValues = 12

  /// For each hyperparameter that differs: the best value of the first metric, by the setting.
  func settingsSection(_ omissions: inout Omissions) -> ReportSection? {
    guard shown.count >= Self.fewestRuns, let metric = metrics.first else { return nil }
    var figures = ""
    var crowded: [String] = []
    var logarithmic = false
    let outcomes = Dictionary(
      uniqueKeysWithValues: shown.compactMap { index in
        RunTable.outcome(of: metric, in: runs[index]).map { (index, $0) }
      })
    let values = outcomes.values.map(\.best).filter(\.isFinite)
    if metric.direction == .minimum, let least = values.min(), let most = values.max(), least > 0 {
      logarithmic = most / least > 1_000
    }
    for name in RunTable.hyperparameterNames(of: runs).differing {
      let settings = Set(shown.compactMap { runs[$0].hyperparameters[name] })
        .sorted { $0.precedes($1) }
      // Of as many values as runs, each is a run's own name or seed.
      guard (2...Self.mostValues).contains(settings.count), settings.count < outcomes.count else {
        if settings.count > Self.mostValues { crowded.append(name) }
        continue
      }
      let dots = shown.compactMap { index -> CategoryChart.Dot? in
        guard let setting = runs[index].hyperparameters[name],
          let category = settings.firstIndex(of: setting), let outcome = outcomes[index]
        else { return nil }
        let value = logarithmic ? log10(outcome.best) : outcome.best
        return CategoryChart.Dot(
          category: category, value: value,
          name: "\(labels.labels[index]): \(Format.number(outcome.best))",
          styleClass: styleClass(index) ?? "")
      }
      let chart = CategoryChart(categories: settings.map(\.text), dots: dots)
      figures +=
        "<figure class=\"chart small\">\n<figcaption>\(Markup.escaped(name))</figcaption>\n"
        + chart.figure(
          width: 320, height: 200, label: "best \(metric.tag) by \(name)") + "\n</figure>\n"
    }
    if !crowded.isEmpty {
      omissions.append(
        "What settings of more than \(Self.mostValues) values do: "
          + "\(crowded.joined(separator: ", ")).")
    }
    guard !figures.isEmpty else { return nil }
    let note =
      "Each dot is a run's best \(metric.tag)\(logarithmic ? ", as a power of ten" : ""); a line "
      + "marks the mean of the runs of a setting."
    return ReportSection(
      id: "settings", title: "Hyperparameters",
      html:
        "<p class=\"note\">\(Markup.escaped(note))</p>\n<div class=\"charts small\">\n\(figures)"
        + "</div>\n")
  }
}

extension HyperparameterValue {
  /// Whether it stands before another: numbers by size, then texts, then truth values.
  func precedes(_ other: HyperparameterValue) -> Bool {
    switch (self, other) {
    case (.number(let a), .number(let b)): a < b
    case (.string(let a), .string(let b)): a < b
    case (.bool(let a), .bool(let b)): !a && b
    default: rank < other.rank
    }
  }

  private var rank: Int {
    switch self {
    case .number: 0
    case .string: 1
    case .bool: 2
    }
  }
}
