import EventFiles
import TextOutput

extension Report {
  /// The latest text of each tag; what several runs say alike stands there once.
  func textSection(_ omissions: inout Omissions) throws -> ReportSection? {
    let groups = seriesByTag(.text)
    guard !groups.isEmpty else { return nil }
    var html = ""
    var left = options.textBudget
    var (missing, cut) = (0, 0)
    for group in groups {
      let texts = try group.entries.grouped { entry in
        try markdown(entry.contents, entry.series.count - 1, entry.series)
      }
      var part = ""
      for (text, speakers) in texts {
        let shownText = text.prefix(options.textLimit)
        guard shownText.count <= left else {
          missing += 1
          continue
        }
        left -= shownText.count
        let isCut = shownText.count < text.count
        if isCut { cut += 1 }
        part += block(String(shownText), speakers, isCut: isCut)
      }
      if !part.isEmpty {
        // Texts of several runs stand beside each other.
        html += "<h3>\(Markup.escaped(group.tag))</h3>\n"
        html += texts.count > 1 ? "<div class=\"texts\">\n\(part)</div>\n" : part
      }
    }
    if missing > 0 {
      omissions.append(
        "\(Format.counted(missing, "text")) beyond \(Format.count(options.textBudget)) letters in all."
      )
    }
    if cut > 0 {
      omissions.append(
        "\(Format.counted(cut, "long text")): shown up to \(Format.count(options.textLimit)) letters."
      )
    }
    return html.isEmpty ? nil : ReportSection(id: "text", title: "Text", html: html)
  }

  /// A text as Markdown: a tensor of several texts is a table, as in TensorBoard.
  private func markdown(
    _ contents: RunContents, _ index: Int, _ series: Series
  ) throws -> String {
    guard case .tensor(let tensor)? = try contents.value(index, of: series)?.content else {
      return ""
    }
    let texts = (tensor.strings ?? []).map { String(decoding: $0, as: UTF8.self) }
    guard texts.count > 1 else { return texts.first ?? "" }
    let columns = tensor.shape.count >= 2 ? max(1, tensor.shape.last ?? 1) : 1
    let cells = texts.map {
      $0.replacing("|", with: "\\|").split(whereSeparator: \.isNewline).joined(separator: "<br>")
    }
    let rows = stride(from: 0, to: cells.count, by: columns).map { start in
      "| " + cells[start..<min(start + columns, cells.count)].joined(separator: " | ") + " |"
    }
    let rule = "|" + String(repeating: "---|", count: columns)
    let head = "|" + String(repeating: "  |", count: columns)
    return ([head, rule] + rows).joined(separator: "\n")
  }

  private func block(_ text: String, _ entries: [TagEntry], isCut: Bool) -> String {
    let styles = entries.map { "r\($0.style)" }.joined(separator: " ")
    var head = entries.prefix(6).map { entry in
      (shown.count > 1 ? HTML.sample(RunStyle(entry.style).classes) : "")
        + Markup.escaped(labels.labels[entry.run])
    }.joined(separator: ", ")
    if entries.count > 6 { head += " and \(entries.count - 6) more" }
    let steps = Set(entries.compactMap { $0.series.steps.last })
    if steps.count == 1, let step = steps.first { head += ", step \(Format.count(step))" }
    return "<div class=\"text\(entries.count == 1 ? " \(styles)" : "")\">"
      + "<p class=\"by\">\(head)</p>\n\(MarkdownPage(text).html())"
      + (isCut ? "<p class=\"note\">Cut here.</p>\n" : "") + "</div>\n"
  }
}
