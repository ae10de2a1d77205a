import Charts
import EventFiles
import TextOutput

/// A part of the page under a headline of its own.
struct ReportSection {
  var id: String
  var title: String
  var html: String
}

/// What a section leaves out, in sentences for the last one.
typealias Omissions = [String]

extension Report {
  /// A scalar tag and its curves, in the order in which tags first occurred.
  struct TagCurves {
    var tag: String
    var curves: [Curve]

    /// Whether there is a curve, not only single values: those the table has.
    var isCurve: Bool { curves.contains { $0.series.count > 1 } }
  }

  /// The scalars' tags of the runs that charts show.
  func scalarTags() -> [TagCurves] {
    shown.flatMap { index in
      runs[index].series.filter { $0.series.kind == .scalar }.map { _, series in
        Curve(name: labels.labels[index], styleClass: styleClass(index) ?? "", series: series)
      }
    }.grouped(by: \.series.tag).map { TagCurves(tag: $0, curves: $1) }
  }

  func figure(_ tag: TagCurves, _ size: CurveFigure.Size, title: String? = nil) -> CurveFigure {
    let words = Metric.words(tag.tag)
    // A schedule is what it is.
    let isSchedule = words.contains("lr") || words.contains("learning") && words.contains("rate")
    return CurveFigure(
      title: title ?? tag.tag, curves: tag.curves, size: size,
      smoothing: isSchedule ? 0 : options.smoothing, pointLimit: pointLimit,
      isShare: Metric(tag: tag.tag)?.direction == .maximum)
  }

  /// Accuracies, losses and the like. A single run's training and test share a chart.
  func metricsSection(_ tags: [TagCurves]) -> ReportSection? {
    let metrics = tags.filter(\.isCurve).compactMap { tag in
      Metric(tag: tag.tag).map { (metric: $0, tag: tag) }
    }
    guard !metrics.isEmpty else { return nil }
    // Accuracies first, and what is measured on training and on test data.
    let families = metrics.grouped(by: \.metric.family).enumerated().sorted { a, b in
      func rank(_ members: [(metric: Metric, tag: TagCurves)], _ offset: Int) -> (Int, Int, Int) {
        (
          members.count > 1 ? 0 : 1,
          members.contains { $0.metric.direction == .maximum } ? 0 : 1, offset
        )
      }
      return rank(a.element.elements, a.offset) < rank(b.element.elements, b.offset)
    }.map(\.element)
    var html = "<div class=\"charts\">\n"
    for (family, metrics) in families {
      // Training, then test: read from left to right.
      let members = metrics.enumerated().sorted {
        (-$0.element.metric.data.rawValue, $0.offset)
          < (-$1.element.metric.data.rawValue, $1.offset)
      }.map(\.element.tag)
      if shown.count == 1, members.count > 1, members.count <= 6 {
        let curves = members.enumerated().compactMap { index, tag in
          tag.curves.first.map {
            Curve(name: tag.tag, styleClass: RunStyle(index).classes, series: $0.series)
          }
        }
        var figure = figure(TagCurves(tag: family, curves: curves), .large)
        figure.hasLegend = true
        html += figure.html()
      } else {
        html += members.map { figure($0, .large).html() }.joined()
      }
    }
    return ReportSection(
      id: "metrics", title: "Accuracy and loss", html: html + "</div>\n")
  }

  /// Every other curve, grouped by what stands before the last slash.
  func scalarsSection(_ tags: [TagCurves], _ omissions: inout Omissions) -> ReportSection? {
    let statistics = Set(StatisticsGroup.groups(of: tags.map(\.tag)).flatMap(\.tags).map(\.key))
    let others = tags.filter {
      $0.isCurve && Metric(tag: $0.tag) == nil && !statistics.contains($0.tag.key)
    }
    guard !others.isEmpty else { return nil }
    if others.count > options.chartLimit {
      omissions.append(
        "\(Format.counted(others.count - options.chartLimit, "scalar")) of \(others.count) that are "
          + "neither metrics nor statistics: the first \(options.chartLimit) are shown.")
    }
    let html = others.prefix(options.chartLimit).map { figure($0, .small).html() }.joined()
    return ReportSection(
      id: "scalars", title: "Other scalars", html: "<div class=\"charts small\">\n\(html)</div>\n")
  }

  /// Means, deviations, extremes of parameters and activations. A single run has them in one chart each.
  func statisticsSection(_ tags: [TagCurves], _ omissions: inout Omissions) -> ReportSection? {
    let curves = Dictionary(tags.map { ($0.tag.key, $0) }) { first, _ in first }
    var groups = StatisticsGroup.groups(of: tags.filter(\.isCurve).map(\.tag))
    guard !groups.isEmpty else { return nil }
    let chartsOfGroup = shown.count == 1 ? 1 : 4
    let limit = max(1, options.chartLimit * 2 / chartsOfGroup)
    if groups.count > limit {
      omissions.append(
        "Statistics of \(Format.counted(groups.count - limit, "tensor")): the first \(limit) are shown."
      )
      groups = Array(groups.prefix(limit))
    }
    var html = ""
    if shown.count == 1 {
      html =
        "<p class=\"note\">Line: mean. Band: one standard deviation to either side. Dotted: least and "
        + "greatest value.</p>\n<div class=\"charts small\">\n"
      html +=
        groups.map { group in
          combined(group, curves).html()
            // On an axis of its own: it is a square.
            + (group.members[.variance].flatMap { curves[$0.key] }.map {
              figure($0, .small, title: "\(group.name) variance").html()
            } ?? "")
        }.joined() + "</div>\n"
    } else {
      for group in groups {
        html += "<h3>\(Markup.escaped(group.name))</h3>\n<div class=\"charts tiny\">\n"
        for (statistic, tag) in group.shown {
          if let tag = curves[tag.key] {
            html += figure(tag, .small, title: statistic.rawValue).html()
          }
        }
        html += "</div>\n"
      }
    }
    return ReportSection(id: "statistics", title: "Parameters and activations", html: html)
  }

  private func combined(_ group: StatisticsGroup, _ tags: [[UInt8]: TagCurves]) -> CurveFigure {
    func series(_ statistic: StatisticsGroup.Statistic) -> Series? {
      group.members[statistic].flatMap { tags[$0.key]?.curves.first?.series }
    }
    let styles: [(StatisticsGroup.Statistic, String)] = [
      (.maximum, "c0 thin"), (.mean, "c0"), (.minimum, "c0 thin"), (.norm, "c1"),
    ]
    var curves = styles.compactMap { statistic, style in
      series(statistic).map { Curve(name: statistic.rawValue, styleClass: style, series: $0) }
    }
    let mean = series(.mean)
    if mean == nil || curves.isEmpty, let deviation = series(.deviation) {
      curves.append(Curve(name: "std", styleClass: "c1", series: deviation))
    }
    var figure = figure(TagCurves(tag: group.name, curves: curves), .small)
    figure.smoothing = 0
    if let mean {
      let deviation = series(.deviation)
      let deviations = Dictionary(zip(deviation?.steps ?? [], deviation?.numbers ?? [])) { $1 }
      let points = zip(mean.steps, mean.numbers).compactMap { step, mean in
        deviations[step].flatMap { deviation in
          deviation.isFinite && mean.isFinite
            ? LineChart.BandPoint(x: Double(step), low: mean - deviation, high: mean + deviation)
            : nil
        }
      }
      figure.bands = [CurveFigure.Band(points: points, styleClass: "c0")]
    }
    return figure
  }
}
