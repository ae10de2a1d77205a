import Charts
import EventFiles
import TextOutput

extension Report {
  /// Runs that differ only in their seed, or those that belong together by the options: mean ± deviation of
  /// each metric, and curves of the means.
  func seedsSection(_ omissions: inout Omissions) throws -> ReportSection? {
    let isAsked = options.grouping != nil
    let (all, others) = try options.grouping?(runs) ?? (RunGroup.groups(of: runs), [])
    guard isAsked || all.contains(where: { $0.runs.count > 1 }) else { return nil }
    let shownMetrics = Array(metrics.prefix(RunTable.metricLimit))
    let outcomes = all.map { group in
      shownMetrics.map { metric in
        group.runs.compactMap { RunTable.outcome(of: metric, in: $0) }
      }
    }
    let table = table(all, shownMetrics, outcomes)
    // The best mean first, as in the table of runs.
    let order = all.indices.sorted { a, b in
      guard let metric = metrics.first else { return a < b }
      let (x, y) = (Self.mean(outcomes[a][0].map(\.best)), Self.mean(outcomes[b][0].map(\.best)))
      guard x.isFinite, y.isFinite else { return x.isFinite ? !y.isFinite : !y.isFinite && a < b }
      return x == y ? a < b : metric.isBetter(x, than: y)
    }
    let together =
      isAsked
      ? "Runs grouped by their names" : "Runs of the same settings with different seeds, together"
    var html =
      "<p class=\"note\">\(together): mean ± sample "
      + "standard deviation of each run's best and last value. \(table.links("seeds", order))</p>\n"
      + table.html(order)
    let groups = order.prefix(RunStyle.colors * RunStyle.dashes).map { all[$0] }
    let figures = metrics.prefix(options.chartLimit).compactMap { figure($0, groups) }
    if !figures.isEmpty {
      html +=
        "<p class=\"note\">Line: mean over the seeds at the steps that all have. Band: one standard "
        + "deviation to either side.</p>\n<div class=\"charts\">\n\(figures.joined())</div>\n"
    }
    if !others.isEmpty {
      omissions.append(
        "Over seeds: \(Format.counted(others.count, "run")) of \(runs.count) in no group, \(others[0].name) "
          + "the first.")
    }
    if groups.count < all.count {
      omissions.append(
        "Curves over seeds of \(Format.counted(all.count - groups.count, "setting")) of \(all.count): "
          + "the best \(groups.count) are shown.")
    }
    return ReportSection(id: "seeds", title: "Over seeds", html: html)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : Statistic.mean(values)
  }

  private func table(
    _ groups: [RunGroup], _ metrics: [Metric], _ outcomes: [[[RunTable.Outcome]]]
  ) -> ReportTable {
    var columns = [
      TableColumn(
        title: "runs",
        cells: groups.map { TableCell(text: "\($0.runs.count)", value: Double($0.runs.count)) })
    ]
    for (number, metric) in metrics.enumerated() {
      let of = outcomes.map { $0[number] }
      columns.append(column(metric, "best", of.map { $0.map(\.best) }, isRanked: true))
      if of.joined().contains(where: { $0.count > 1 }) {
        columns.append(column(metric, "last", of.map { $0.map(\.last) }, isRanked: false))
      }
    }
    let names = RunTable.hyperparameterNames(of: groups.map { $0.runs[0] }).differing
      .filter { !RunGroup.isSeed($0) }
    let shared = groups.map(\.hyperparameters)
    columns += names.prefix(RunTable.hyperparameterLimit).map { name in
      TableColumn(title: name, cells: shared.map { $0[name].map(RunTable.cell) })
    }
    let rows = groups.map {
      ReportTable.Row(name: $0.name, title: $0.name, styleClass: nil, number: nil)
    }
    return ReportTable(rowTitle: "setting", rows: rows, columns: columns)
  }

  /// Mean ± deviation of each group's values.
  private func column(
    _ metric: Metric, _ title: String, _ values: [[Double]], isRanked: Bool
  ) -> TableColumn {
    let means = values.map(Self.mean)
    let finite = means.filter(\.isFinite)
    let leader = metric.direction == .maximum ? finite.max() : finite.min()
    return TableColumn(
      group: metric.tag, title: title,
      cells: zip(values, means).map { values, mean in
        guard !values.isEmpty else { return nil }
        let deviation =
          values.count > 1 ? " ± \(Format.number(Statistic.deviation(values), digits: 2))" : ""
        return TableCell(
          text: Format.number(mean) + deviation, value: mean,
          isBest: isRanked && finite.count > 1 && mean == leader, isBad: !mean.isFinite)
      })
  }

  /// The means of a metric's curves; nil where no group has a curve.
  private func figure(_ metric: Metric, _ groups: [RunGroup]) -> String? {
    var curves: [Curve] = []
    var bands: [CurveFigure.Band] = []
    for (number, group) in groups.enumerated() {
      let series = group.runs.compactMap { $0.scalars(metric.tag) }
      guard series.contains(where: { $0.count > 1 }) else { continue }
      let style = RunStyle(number).classes
      var (steps, times, means) = ([Int](), [Double](), [Double]())
      var points: [LineChart.BandPoint] = []
      SeedCurves(series).forEach { point in
        let mean = Statistic.mean(point.values)
        let (low, high) = SeedBand.std.edges(point.values, mean: mean)
        steps.append(point.step)
        times.append(point.wallTime)
        means.append(mean)
        if low.isFinite, high.isFinite {
          points.append(.init(x: Double(point.step), low: low, high: high))
        }
      }
      guard !steps.isEmpty else { continue }
      curves.append(
        Curve(
          name: "\(group.name) (\(Format.counted(series.count, "run")))", styleClass: style,
          series: Series(tag: metric.tag, steps: steps, wallTimes: times, numbers: means)))
      if series.count > 1 { bands.append(CurveFigure.Band(points: points, styleClass: style)) }
    }
    guard !curves.isEmpty else { return nil }
    var figure = figure(TagCurves(tag: metric.tag, curves: curves), .large)
    figure.title = "\(metric.tag), mean over seeds"
    figure.hasLegend = true
    figure.bands = bands
    return figure.html()
  }
}
