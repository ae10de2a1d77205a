import EventFiles
import TextOutput

extension Report {
  /// Images of a step and tag that are shown.
  private static let batchLimit = 8
  /// Runs whose images of a tag are shown.
  private static let runsOfTag = 12

  /// The latest images of each tag, the best runs first, as many as the budget holds.
  func imagesSection(_ omissions: inout Omissions) throws -> ReportSection? {
    let groups = seriesByTag(.image)
    guard !groups.isEmpty else { return nil }
    var html = [String](repeating: "", count: groups.count)
    var left = options.imageBudget
    var (missing, strange, shrunk) = (0, 0, 0)
    // Every tag's best run before any tag's second best.
    for rank in 0..<(groups.map(\.entries.count).max() ?? 0) {
      for (number, group) in groups.enumerated() where rank < group.entries.count {
        guard rank < Self.runsOfTag else {
          missing += 1
          continue
        }
        let entry = group.entries[rank]
        let last = entry.series.count - 1
        let blobs = try entry.contents.blobs(last, of: entry.series)
        missing += max(0, blobs.count - Self.batchLimit)
        for (index, blob) in blobs.prefix(Self.batchLimit).enumerated() {
          guard let image = ImageFile(blob) else {
            strange += 1
            continue
          }
          guard let fitting = image.fitting(options.imageLimit), fitting.bytes.count <= left
          else {
            missing += 1
            continue
          }
          if fitting.width != image.width { shrunk += 1 }
          left -= fitting.bytes.count
          html[number] += figure(
            fitting, entry, tag: group.tag, index: blobs.count > 1 ? index : nil,
            original: (image.width, image.height))
        }
      }
    }
    tell(missing: missing, strange: strange, shrunk: shrunk, &omissions)
    let parts = zip(groups, html).filter { !$1.isEmpty }.map { group, figures in
      "<div class=\"group\">\n<h3>\(Markup.escaped(group.tag))</h3>\n<div class=\"images\">\n"
        + "\(figures)</div>\n</div>\n"
    }
    return ReportSection(
      id: "images", title: "Latest images",
      html: parts.isEmpty
        ? "<p class=\"note\">None could be shown.</p>\n"
        : "<div class=\"groups\">\n\(parts.joined())</div>\n")
  }

  private func tell(missing: Int, strange: Int, shrunk: Int, _ omissions: inout Omissions) {
    if missing > 0 {
      omissions.append(
        "\(Format.counted(missing, "image")) beyond \(Self.runsOfTag) runs a tag, \(Self.batchLimit) "
          + "a step or \(Format.bytes(options.imageBudget)) in all. \(options.remedy)")
    }
    if strange > 0 {
      omissions.append(
        "\(Format.counted(strange, "image")) in a form other than PNG, GIF or JPEG.")
    }
    if shrunk > 0 {
      omissions.append(
        "\(Format.counted(shrunk, "large image")): shown smaller than logged.")
    }
  }

  private func figure(
    _ image: ImageFile, _ entry: TagEntry, tag: String, index: Int?,
    original: (width: Int, height: Int)
  ) -> String {
    let scale = image.magnification
    let name = labels.labels[entry.run]
    let step = entry.series.steps.last ?? 0
    let number = index.map { ", number \($0)" } ?? ""
    return "<figure class=\"image r\(entry.style)\">"
      + "<img\(scale > 1 ? " class=\"pixels\"" : "") src=\"\(image.dataURI)\" "
      + "width=\"\(image.width * scale)\" height=\"\(image.height * scale)\" "
      + "alt=\"\(Markup.escaped("\(tag) of \(name) at step \(step)\(number)"))\">\n<figcaption>"
      + (shown.count > 1
        ? HTML.sample(RunStyle(entry.style).classes) + "\(Markup.escaped(name)), " : "")
      + "step \(Format.count(step)), \(original.width)×\(original.height)</figcaption></figure>\n"
  }
}
