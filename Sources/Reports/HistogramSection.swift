import Charts
import EventFiles
import TextOutput

extension Report {
  /// Histograms over time: a chart for each tag and run, as many runs of each tag as there is room for,
  /// the best ones first.
  func histogramsSection(_ omissions: inout Omissions) throws -> ReportSection? {
    let groups = seriesByTag(.histogram).filter { !$0.entries.isEmpty }
    guard !groups.isEmpty else { return nil }
    let runsOfTag = min(8, max(1, options.histogramLimit / groups.count))
    let shownGroups = groups.prefix(options.histogramLimit)
    var html =
      "<p class=\"note\">Each ridge is the distribution of the values at a step; the newest is in front, "
      + "at the bottom. Heights are shares, on one scale within a chart; spikes far above the rest are "
      + "cut.</p>\n"
    html += "<div class=\"groups\">\n"
    var (hidden, empty) = (0, 0)
    for group in shownGroups {
      let entries = group.entries.prefix(runsOfTag)
      hidden += group.entries.count - entries.count
      var figures = ""
      for entry in entries {
        let figure = try figure(entry, tag: group.tag)
        if figure.isEmpty { empty += 1 }
        figures += figure
      }
      guard !figures.isEmpty else { continue }
      html +=
        "<div class=\"group\">\n<h3>\(Markup.escaped(group.tag))</h3>\n<div class=\"ridges\">\n"
        + "\(figures)</div>\n</div>\n"
    }
    html += "</div>\n"
    if groups.count > shownGroups.count {
      omissions.append(
        "\(Format.counted(groups.count - shownGroups.count, "histogram")) of \(groups.count): the first "
          + "\(shownGroups.count) are shown.")
    }
    if empty > 0 {
      omissions.append("\(Format.counted(empty, "histogram")) without a finite value.")
    }
    if hidden > 0 {
      omissions.append(
        "Histograms of \(Format.counted(runsOfTag, "run")) a tag are shown, of the best ones; "
          + "\(Format.counted(hidden, "chart")) of other runs are left out. \(options.remedy)"
      )
    }
    return ReportSection(id: "histograms", title: "Histograms over time", html: html)
  }

  private func figure(_ entry: TagEntry, tag: String) throws -> String {
    let series = entry.series
    let count = min(options.ridgeLimit, series.count)
    let positions = (0..<count).map { index in
      count > 1 ? index * (series.count - 1) / (count - 1) : series.count - 1
    }
    let ridges = try positions.map { position in
      let buckets = try entry.contents.histogram(position, of: series)
      return RidgeChart.Ridge(
        Format.count(series.steps[position]),
        buckets.map { RidgeChart.Bin(left: $0.left, right: $0.right, count: $0.count) })
    }
    let chart = RidgeChart(ridges)
    guard !chart.ridges.isEmpty else { return "" }
    let style = RunStyle(entry.style)
    let name = labels.labels[entry.run]
    let image = chart.figure(
      width: 320, height: 250, label: "\(tag) over time, \(name)", styleClass: style.classes)
    let caption =
      shown.count > 1
      ? "<figcaption>\(HTML.sample(style.classes))\(Markup.escaped(name))</figcaption>\n" : ""
    return "<figure class=\"chart r\(entry.style)\">\n\(caption)\(image)\n</figure>\n"
  }
}

extension Report {
  /// A series of a tag in a run.
  struct TagEntry {
    /// The run's position.
    var run: Int
    /// The number of its style.
    var style: Int
    var contents: RunContents
    var series: Series
  }

  /// Series of a kind by tag, in the order in which tags first occurred; within a tag the best run first.
  func seriesByTag(_ kind: Series.Kind) -> [(tag: String, entries: [TagEntry])] {
    let ranks = Dictionary(uniqueKeysWithValues: zip(ranking, ranking.indices))
    return shown.flatMap { index in
      runs[index].series.filter { $0.series.kind == kind }.map { contents, series in
        TagEntry(run: index, style: style[index] ?? 0, contents: contents, series: series)
      }
    }.grouped(by: \.series.tag).map { tag, entries in
      (tag, entries.sorted { (ranks[$0.run] ?? 0, $0.run) < (ranks[$1.run] ?? 0, $1.run) })
    }
  }
}
