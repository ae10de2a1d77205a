import EventFiles
import Foundation
import TensorBoard
import Testing

@testable import Reports

@Suite struct SeedsSectionTests {
  /// The page of four runs: two settings of two seeds.
  private func page(
    _ options: ReportOptions = ReportOptions(title: "t", source: "s", tool: "t", time: 1e9),
    _ body: (String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      for (index, lr) in [0.1, 0.2].enumerated() {
        for seed in 1...2 {
          let writer = try SummaryWriter(directory: "\(folder)/lr=\(lr),seed=\(seed)")
          try writer.add(
            .hyperparameters(["lr": .number(lr), "seed": .number(Double(seed)), "note": "50 % & x"]
            ),
            step: 0)
          for step in 1...3 {
            try writer.add(.scalar("loss", Double(step + seed + 2 * index)), step: step)
            for (name, value) in [("mean", 0.0), ("std", 2.0), ("variance", 4.0)] {
              try writer.add(.scalar("W_SUMMARY/\(name)", value), step: step)
            }
          }
          try writer.close()
        }
      }
      let contents = try Run.all(under: folder).map { try $0.contents() }
      try body(try Report(of: contents, options).html())
    }
  }

  /// What a link of the page saves.
  private func file(_ name: String, of page: String) throws -> String {
    let link = try #require(page.firstRange(of: "download=\"\(name)\" href=\"data:"))
    let rest = page[link.upperBound...]
    let data = rest.prefix { $0 != "\"" }.split(separator: ",").last.map(String.init) ?? ""
    return String(decoding: try #require(Data(base64Encoded: data)), as: UTF8.self)
  }

  @Test func `a setting's seeds are one row, mean ± deviation, and one curve in its band`() throws {
    try page { page in
      let section = try #require(
        page.firstMatch(of: /<section id="seeds">[\s\S]*?<\/section>/)?.0)
      // Best losses are 2 and 3, last ones 4 and 5.
      #expect(section.contains("★\u{A0}2.500 ± 0.71</b>") && section.contains(">4.500 ± 0.71</td>"))
      #expect(section.contains("<td class=\"n\" data-v=\"0.1\">0.1</td>"))
      #expect(section.components(separatedBy: "class=\"band ").count == 3)
      #expect(section.contains("lr=0.1 (2 runs)"))
      #expect(section.contains("\"y\":[2.5,3.5,4.5]"))
      #expect(
        try file("seeds.csv", of: page).split(separator: "\n")[1] == "lr=0.1,2,2.5,4.5,0.1")
      let latex = try file("seeds.tex", of: page)
      #expect(
        latex.contains(
          "  lr=0.1 & 2 & \\textbf{2.500 $\\pm$ 0.71} & 4.500 $\\pm$ 0.71 & 0.1 \\\\\n"))
    }
  }

  @Test func `runs can be grouped by another rule`() throws {
    var options = ReportOptions(title: "t", source: "s", tool: "t", time: 1e9)
    options.grouping = { runs in
      (
        [RunGroup(name: "first seeds", runs: runs.filter { $0.name.hasSuffix("seed=1") })],
        runs.filter { !$0.name.hasSuffix("seed=1") }
      )
    }
    try page(options) { page in
      #expect(page.contains("Runs grouped by their names"))
      // Best losses are 2 and 4, last ones 4 and 6; lr isn't shared.
      let rows = try file("seeds.csv", of: page).split(separator: "\n").dropFirst()
      #expect(rows == ["first seeds,2,3,5"])
      #expect(page.contains("2 runs of 4 in no group, lr=0.1,seed=2 the first"))
    }
  }

  @Test func `the table of runs can be saved, its numbers whole`() throws {
    try page { page in
      let lines = try file("runs.csv", of: page).split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("run,loss best,loss last,steps,duration,lr,seed"))
      #expect(lines.count == 5 && lines[1].hasPrefix("\"lr=0.1,seed=1\",2,4,3,"))
      #expect(try file("runs.tex", of: page).hasPrefix("\\begin{tabular}{lrrr"))
    }
  }

  @Test func `a variance is drawn`() throws {
    try page { page in
      #expect(page.contains("<figcaption>variance"))
    }
  }

  @Test func `runs of one seed each make no section`() throws {
    let page = try Report(
      of: try RunTableTests.torchRuns(),
      ReportOptions(title: "t", source: "s", tool: "t", time: 1e9)
    ).html()
    #expect(!page.contains("id=\"seeds\""))
  }
}
