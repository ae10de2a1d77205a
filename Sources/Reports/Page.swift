import TextOutput

/// The page around the sections.
struct Page {
  let report: Report
  let sections: [ReportSection]

  func html(script: String = Page.script) -> String {
    Self.shell(
      title: report.options.title, tool: report.options.tool,
      head: "<style id=\"toggles\">\n\(toggles)</style>\n",
      body: """
        \(header)\(navigation)<main>
        \(body.map(\.html).joined())</main>
        <script>
        \(script)</script>

        """)
  }

  /// A page that refers to nothing outside.
  ///
  /// - Parameters:
  ///   - head: elements behind the style of all pages.
  ///   - body: elements.
  static func shell(title: String, tool: String, head: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="\(Markup.escaped(tool))">
    <meta name="color-scheme" content="light dark">
    <title>\(Markup.escaped(title))</title>
    <style>
    \(style)</style>
    \(head)</head>
    <body>
    \(body)</body>
    </html>

    """
  }

  private var header: String {
    "<header id=\"head\">\n<h1>\(Markup.escaped(report.options.title))</h1>\n\(byline)\(facts)</header>\n"
  }

  private var navigation: String {
    let links = sections.map { section in
      "<a href=\"#\(section.id)\">\(Markup.escaped(section.title))</a>\n"
    }
    return "<nav id=\"contents\" aria-label=\"Sections\">\n\(links.joined())</nav>\n"
  }

  /// What stands in the page's main element: the sections, and the legend of the runs among them.
  private var body: [ReportPart] {
    var parts: [ReportPart] = []
    // The tables don't need the runs' legend; it stays in view from the runs' first chart on.
    let first = sections.firstIndex { !["runs", "seeds"].contains($0.id) }
    for (index, section) in sections.enumerated() {
      if index == first { parts.append(ReportPart(id: "legend", html: legend)) }
      var html =
        "<section id=\"\(section.id)\">\n<h2>\(Markup.escaped(section.title))</h2>\n"
      if index > first ?? 0, isChartSection(section) { html += printedLegend }
      parts.append(ReportPart(id: section.id, html: html + section.html + "</section>\n"))
    }
    return parts
  }

  /// All that differs between two pages of one log directory, in its order.
  var parts: [ReportPart] {
    [
      ReportPart(id: "toggles", html: "<style id=\"toggles\">\n\(toggles)</style>\n"),
      ReportPart(id: "head", html: header), ReportPart(id: "contents", html: navigation),
    ] + body
  }

  private func isChartSection(_ section: ReportSection) -> Bool {
    ["scalars", "statistics"].contains(section.id)
  }

  private var byline: String {
    "<p class=\"byline\">Made from <code>\(Markup.escaped(report.options.source))</code> on "
      + "\(Number.date(report.options.time)) by \(Markup.escaped(report.options.tool)).</p>\n"
  }

  /// Numbers that say at a glance what this is about.
  private var facts: String {
    let runs = report.runs
    var facts: [(String, String, String)] = []
    if let metric = report.metrics.first, let best = report.ranking.first,
      let outcome = RunTable.outcome(of: metric, in: runs[best]), outcome.best.isFinite
    {
      facts.append(
        (
          "best \(metric.tag)", Format.number(outcome.best),
          (runs.count > 1 ? "\(report.labels.labels[best]), " : "")
            + "step \(Format.count(outcome.bestStep))"
        ))
    }
    facts.append(("runs", Format.count(runs.count), ""))
    if let step = runs.compactMap(\.lastStep).max() {
      facts.append(("last step", Format.count(step), ""))
    }
    facts.append(("scalar points", Format.count(report.scalarPointCount), ""))
    let times = runs.compactMap(\.times)
    if let first = times.map(\.first).min(), let last = times.map(\.last).max() {
      let duration = Format.duration(seconds: last - first)
      facts.append(("logged within", duration, "from \(Number.date(first))"))
    }
    facts.append(("event files", Format.bytes(report.byteCount), ""))
    let items = facts.map { name, value, detail in
      "<div><dt>\(Markup.escaped(name))</dt><dd>\(Markup.escaped(value))"
        + (detail.isEmpty ? "" : "<small>\(Markup.escaped(detail))</small>") + "</dd></div>\n"
    }
    return "<dl class=\"facts\">\n\(items.joined())</dl>\n"
  }

  /// The runs' colours. A click on one hides it in all charts, and needs no script: it checks a box that
  /// isn't seen and stands before the sections, so that a rule of the style sheet reaches them.
  private var legend: String {
    guard report.shown.count > 1 else { return "" }
    let boxes = report.shown.enumerated().map { number, index in
      "<input type=\"checkbox\" class=\"toggle\" id=\"run\(number)\" "
        + "aria-label=\"hide \(Markup.escaped(report.runs[index].name))\">\n"
    }
    let items = report.shown.enumerated().map { number, index in
      "<label for=\"run\(number)\" title=\"\(Markup.escaped(report.runs[index].name))\">"
        + "\(HTML.sample(RunStyle(number).classes))"
        + "\(Markup.escaped(report.labels.labels[index]))</label>\n"
    }
    return "\(boxes.joined())<div class=\"legend\" id=\"legend\">\n\(legendHead)\(items.joined())"
      + "</div>\n"
  }

  /// What the parts of labels are.
  private var legendHead: String {
    report.labels.parts.map { "<span class=\"note\">\(Markup.escaped($0)):</span>\n" } ?? ""
  }

  /// The same for paper, at the head of later sections.
  private var printedLegend: String {
    guard report.shown.count > 1 else { return "" }
    let items = report.shown.enumerated().map { number, index in
      "<span>\(HTML.sample(RunStyle(number).classes))"
        + "\(Markup.escaped(report.labels.labels[index]))</span>\n"
    }
    return "<p class=\"legend paper\" aria-hidden=\"true\">\n\(legendHead)\(items.joined())</p>\n"
  }

  /// Rules that hide what belongs to a run whose box is checked.
  private var toggles: String {
    guard report.shown.count > 1 else { return "" }
    return report.shown.indices.map { number in
      """
      #run\(number):checked~section .r\(number){display:none}
      #run\(number):checked~.legend [for=run\(number)]{opacity:.45;text-decoration:line-through}
      #run\(number):focus-visible~.legend [for=run\(number)]{outline:2px solid}

      """
    }.joined()
  }
}
