import EventFiles
import Foundation
import Images
import TensorBoard
import Testing

@testable import Reports

@Suite struct ReportTests {
  private static let options = ReportOptions(
    title: "A & B", source: "log<dir>", tool: "tbevents 0", time: 1_700_000_000)

  private func page(
    _ folder: String, _ change: (inout ReportOptions) -> Void = { _ in }
  ) throws -> String {
    var options = Self.options
    change(&options)
    return try Report(of: try Run.all(under: folder).map { try $0.contents() }, options).html()
  }

  private func count(_ text: String, in page: String) -> Int {
    page.components(separatedBy: text).count - 1
  }

  @Test func `what torch logged is in the page`() throws {
    let page = try Report(of: try RunTableTests.torchRuns(), Self.options).html()
    for id in ["runs", "metrics", "histograms", "images", "text", "notes"] {
      #expect(page.contains("<a href=\"#\(id)\">") && page.contains("<section id=\"\(id)\">"))
    }
    #expect(!page.contains("id=\"scalars\"") && !page.contains("id=\"statistics\""))
    #expect(page.contains("<h1>A &amp; B</h1>"))
    #expect(page.contains("<code>log&lt;dir&gt;</code> on 2023-11-14 22:13 UTC by tbevents 0."))
    #expect(page.contains("<figcaption>Accuracy/val</figcaption>"))
    // hparam/accuracy has a single point a run: in the table, not in a chart.
    #expect(!page.contains("<figcaption>hparam/accuracy"))
    #expect(page.contains("\"x\":[0,1,2,3],\"y\":[0.25,0.75,0.625,0.5]"))
    // 3 ridges a run.
    #expect(count("<path class=\"ridge ", in: page) == 6)
    #expect(count("src=\"data:image/png;base64,", in: page) == 2)
    #expect(page.contains("class=\"pixels\"") && page.contains("width=\"64\" height=\"64\""))
    #expect(page.contains("<h4>adam</h4>") && page.contains("<h4>sgd</h4>"))
  }

  @Test func `nothing that a log says becomes markup, script or an address`() throws {
    let evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)> ${7*7} \u{202E}"
    try withTemporaryFolder { folder in
      for run in ["<b>run&", "'onclick='x"] {
        let writer = try SummaryWriter(directory: "\(folder)/\(run)")
        try writer.add(
          .hyperparameters([evil: .string(evil), "b": .string("\(run)\(evil)")]), step: 0)
        for step in 0..<3 {
          try writer.add(.scalar("loss\(evil)", Double(step)), step: step)
          try writer.add(.scalar(evil, Double(step)), step: step)
          try writer.add(.scalar("\(evil)_SUMMARY/mean", 1.0), step: step)
          try writer.add(.scalar("\(evil)_SUMMARY/std", 1.0), step: step)
        }
        try writer.add(.histogram("h\(evil)", [1, 2, 3] as [Float]), step: 1)
        try writer.add(
          .image("i\(evil)", Image(width: 2, height: 2, channels: 1, pixels: [0, 1, 2, 3])),
          step: 1)
        try writer.add(
          .text("t\(evil)", "\(evil)\n\n```\n\(evil)\n```\n[x](javascript:a)"), step: 1)
        try writer.close()
      }
      let page = try page(folder) {
        $0.title = evil
        $0.source = evil
      }
      // The page's own script at its end, and the numbers of charts.
      let scripts = page.components(separatedBy: "<script").dropFirst()
      #expect(scripts.count > 4)
      #expect(
        scripts.dropLast().allSatisfy { $0.hasPrefix(" type=\"application/json\">{\"g\":[[") })
      #expect(scripts.last?.hasPrefix(">\n(() => {\n'use strict';") == true)
      #expect(count("</script>", in: page) == scripts.count)
      #expect(!page.contains("\u{202E}"))
      try expectOnlyOwnTags(page)
      for script in scripts.dropLast() {
        let json = script.components(separatedBy: ">")[1].components(separatedBy: "<")[0]
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
        #expect((object as? [String: Any])?["s"] != nil)
      }
    }
  }

  /// Every `<` begins a tag of quoted attributes, none of which runs anything or leads outside.
  private func expectOnlyOwnTags(_ page: String) throws {
    let allowed: Set = [
      "lang", "charset", "name", "content", "class", "id", "for", "href", "src", "alt", "width",
      "height", "type", "scope", "rowspan", "colspan", "data-column", "data-v", "data-row",
      "data-run", "title",
      "hidden", "download", "placeholder",
      "tabindex", "aria-label", "aria-hidden", "role", "viewBox", "d", "x", "y", "text-anchor",
      "fill-opacity", "start",
    ]
    let text = page.replacing(/<(style|script)[^>]*>[\s\S]*?<\/(style|script)>/, with: "")
    var tags = 0
    for part in text.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
      if part.hasPrefix("!DOCTYPE html>") || part.prefixMatch(of: /\/[a-z0-9]+>/) != nil {
        continue
      }
      let tag = try #require(
        part.prefixMatch(of: /[a-z0-9]+((?:\s[a-zA-Z-]+(?:="[^"]*")?)*)\/?>/), "\(part.prefix(200))"
      )
      tags += 1
      for attribute in tag.1.matches(of: /\s([a-zA-Z-]+)(?:="([^"]*)")?/) {
        #expect(allowed.contains(String(attribute.1)), "\(tag.0)")
        if attribute.1 == "href" {
          #expect(attribute.2?.prefixMatch(of: /#|data:text\/(csv|plain);/) != nil)
        }
        if attribute.1 == "src" {
          #expect(attribute.2?.hasPrefix("data:image/png;base64,") == true)
        }
      }
    }
    #expect(tags > 100)
  }

  @Test func `a run of images alone is shown, however many runs have better metrics`() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b", "deconv"] {
        let writer = try SummaryWriter(directory: "\(folder)/\(name)")
        if name == "deconv" {
          try writer.add(
            .image("top/conv2", Image(width: 2, height: 1, channels: 1, pixels: [0, 255])), step: 1)
        } else {
          try writer.add(.scalar("loss", 1), step: 1)
        }
        try writer.close()
      }
      let page = try page(folder) { $0.runLimit = 1 }
      #expect(page.contains("top/conv2 of deconv at step 1"))
    }
  }

  @Test func `a page refers to nothing outside`() throws {
    let page = try Report(of: try RunTableTests.torchRuns(), Self.options).html()
    for word in ["http:", "https:", "url(", "@import", "src=\"/", "<link", "<iframe", "import("] {
      #expect(!page.contains(word), "\(word)")
    }
  }

  @Test func `a single run has training and test in one chart, and its statistics, too`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: "\(folder)/one")
      for step in 1...40 {
        try writer.add(
          .scalar("loss/train", 1 / Double(step)), .scalar("loss/test", 2 / Double(step)),
          .scalar("W1_SUMMARY/mean", 0.5), .scalar("W1_SUMMARY/std", 0.25), step: step)
      }
      try writer.close()
      let page = try page(folder)
      #expect(count("<figure class=\"chart\">", in: page) == 1)
      #expect(page.contains("loss/train</span>") && page.contains("loss/test</span>"))
      #expect(count("class=\"band c0\"", in: page) == 1)
      #expect(!page.contains("id=\"legend\"") && !page.contains(".r0{"))
      // 40 points: smoothed, and what was logged is told beside. A logarithmic chart waits.
      #expect(page.contains("\"z\":[1,") && count("class=\"raw c0\"", in: page) == 2)
      #expect(count("<div class=\"plot\" hidden>", in: page) == 1)
    }
  }

  @Test func `a diverging loss has powers of ten first`() throws {
    try withTemporaryFolder { folder in
      for (run, factor) in [("good", 0.9), ("bad", 1.5)] {
        let writer = try SummaryWriter(directory: "\(folder)/\(run)")
        var loss = 2.0
        for step in 1...40 {
          loss *= factor
          try writer.add(.scalar("loss", loss), .scalar("accuracy", loss), step: step)
        }
        try writer.close()
      }
      let page = try page(folder)
      let loss = try #require(page.components(separatedBy: "<figcaption>loss<").last)
      #expect(loss.contains("aria-label=\"loss: bad, good, logarithmic\""))
      let first = try #require(loss.firstRange(of: "logarithmic"))
      let second = try #require(loss.firstRange(of: "<div class=\"plot\" hidden>"))
      #expect(first.lowerBound < second.lowerBound)
      // Powers of ten of accuracies say nothing.
      #expect(count("logarithmic", in: page) == 1)
    }
  }

  @Test func `a large log directory makes a page of bounded size that says what it leaves out`()
    throws
  {
    try withTemporaryFolder { folder in
      let noise = (0..<6_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }
      for run in 0..<12 {
        let writer = try SummaryWriter(directory: "\(folder)/run\(run)")
        for step in 0..<2_000 {
          try writer.add(
            .scalar("loss", Double(step * 7919 % 1000 + run)), .scalar("other", Double(step)),
            step: step)
        }
        for tag in 0..<4 {
          try writer.add(.histogram("h\(tag)", [1, 2, 3] as [Float]), step: 1)
          try writer.add(
            .image("i\(tag)", Image(width: 60, height: 100, channels: 1, pixels: noise)), step: 1)
        }
        try writer.add(.text("t", String(repeating: "word \(run) ", count: 1_000)), step: 1)
        try writer.close()
      }
      let page = try page(folder) {
        $0.remedy = "Choose others."
        $0.pointBudget = 2_400
        $0.runLimit = 10
        $0.histogramLimit = 8
        $0.imageBudget = 8_000
        $0.textBudget = 20_000
        $0.textLimit = 4_000
      }
      #expect(page.utf8.count < 400_000)
      // 12 runs in the table; 10 in the charts, 120 points each.
      #expect(count("<th scope=\"row\" ", in: page) == 12)
      #expect(count("class=\"curve r", in: page) == 20)
      for sentence in [
        "2 runs of 12: the table has all, charts and images the 10 best.",
        "Histograms of 2 runs a tag are shown, of the best ones; 32 charts of other runs are left out.",
        "in all. Choose others.", "beyond 20,000 letters in all.",
        "5 long texts: shown up to 4,000 letters.",
      ] {
        #expect(page.contains(sentence), "\(sentence)")
      }
    }
  }

  @Test func `what settings do is shown by the best value of the first metric`() throws {
    try withTemporaryFolder { folder in
      for (optimizer, seed, accuracy) in [
        ("adam", 1, 0.75), ("adam", 2, 0.5), ("sgd", 1, 0.25), ("sgd", 2, 0.125),
      ] {
        let writer = try SummaryWriter(
          directory: "\(folder)/net-optimizer=\(optimizer),seed=\(seed)")
        try writer.add(
          .hyperparameters([
            "optimizer": .string(optimizer), "seed": .number(Double(seed)), "batch": 64,
            "unique": .number(accuracy),
          ]), step: 0)
        for step in 1...2 {
          try writer.add(.scalar("accuracy", accuracy * Double(step)), step: step)
        }
        try writer.close()
      }
      let page = try page(folder)
      let section = try #require(
        page.components(separatedBy: "<section id=\"settings\">").last?
          .components(separatedBy: "</section>").first)
      // Not what is the same in all, nor what is different in each.
      let names = section.matches(of: /<figcaption>([^<]*)</).map { String($0.1) }
      #expect(names == ["optimizer", "seed"])
      #expect(section.contains("class=\"dot r0 c0\"") && section.contains("<title>adam · 1: 1.500"))
      #expect(count("class=\"mean\"", in: section) == 4)
      // Names that are settings are shortened to their values; the table tells their form.
      #expect(page.contains("title=\"net-optimizer=adam,seed=2\">"))
      #expect(page.contains("Runs are called <code>net-optimizer=…,seed=…</code>."))
      #expect(page.contains("<span class=\"note\">net-optimizer · seed:</span>"))
    }
  }

  @Test func `texts that say the same stand there once, several in a tensor are a table`() throws {
    try withTemporaryFolder { folder in
      for run in ["a", "b"] {
        let writer = try SummaryWriter(directory: "\(folder)/\(run)")
        try writer.add(.text("same", "*alike*"), step: 2)
        try writer.add(
          Summary(values: [
            Summary.Value(
              tag: "cells", metadata: SummaryMetadata(pluginName: "text", dataClass: .tensor),
              content: .tensor(
                TensorProto(shape: [2, 2], strings: ["a|b", "*c*", "d\ne", run])))
          ]), step: 2)
        try writer.close()
      }
      let page = try page(folder)
      #expect(count("<em>alike</em>", in: page) == 1)
      #expect(page.contains("</svg>b, step 2</p>"))
      #expect(page.contains("<tr><td>a|b</td><td><em>c</em></td></tr>"))
      #expect(page.contains("<tr><td>d<br>e</td><td>b</td></tr>"))
    }
  }

  @Test func `kinds without a section are named`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: "\(folder)/a")
      try writer.add(.scalar("x", 1), step: 1)
      try writer.add(
        .prCurve("pr", labels: [true, false], predictions: [0.5, 0.25] as [Float]), step: 1)
      try writer.close()
      #expect(try page(folder).contains("Not shown in reports: pr_curves (1 tag)."))
    }
  }

  @Test func `a histogram without values is told, not drawn`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: "\(folder)/a")
      try writer.add(.histogram("empty", [] as [Float]), step: 1)
      try writer.add(.histogram("full", [1, 2] as [Float]), step: 1)
      try writer.close()
      let page = try page(folder)
      #expect(page.contains("<h3>full</h3>") && !page.contains("<h3>empty</h3>"))
      #expect(page.contains("1 histogram without a finite value."))
    }
  }

  /// "é" composed and decomposed: equal as strings, two tags as TensorBoard's.
  @Test func `tags and texts that differ in normal form alone stay two`() throws {
    try withTemporaryFolder { folder in
      let names = ["caf\u{E9}", "cafe\u{301}"]
      let writer = try SummaryWriter(directory: "\(folder)/a")
      for (index, name) in names.enumerated() {
        for step in 1...2 {
          try writer.add(.scalar(name, Double(index)), step: step)
          try writer.add(.scalar("\(name)/loss", Double(index)), step: step)
          try writer.add(.scalar("\(name)/mean", Double(index)), step: step)
          try writer.add(.scalar("\(name)/std", Double(index)), step: step)
        }
        try writer.add(.histogram("h\(name)", [1, 2] as [Float]), step: 1)
        try writer.add(.text(name, name), step: 1)
      }
      try writer.close()
      let page = try page(folder)
      for name in names {
        let bytes = Array(name.utf8)
        func isThere(_ head: String, _ tail: String) -> Bool {
          Data(page.utf8).range(of: Data(head.utf8) + Data(bytes) + Data(tail.utf8)) != nil
        }
        #expect(isThere("<figcaption>", "</figcaption>") && isThere("<h3>h", "</h3>"))
        #expect(isThere("<h3>", "</h3>") && isThere("<p>", "</p>"))
      }
      let groups = StatisticsGroup.groups(of: names.flatMap { ["\($0)/mean", "\($0)/std"] })
      #expect(groups.count == 2 && groups.allSatisfy { $0.members.count == 2 })
    }
  }

  @Test func `damage is told`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: "\(folder)/a")
      for step in 1...3 { try writer.add(.scalar("x", 1), step: step) }
      try writer.close()
      let path = try Run(directory: "\(folder)/a").eventFiles()[0]
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count - 6] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      let page = try page(folder)
      #expect(page.contains("Damaged files") && page.contains("fit its checksum"))
    }
  }
}
