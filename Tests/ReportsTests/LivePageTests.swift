import EventFiles
import Foundation
import TensorBoard
import Testing

@testable import Reports

@Suite struct LivePageTests {
  private static let options = ReportOptions(
    title: "live", source: "logdir", tool: "tbevents 0", time: 1_700_000_000)

  private func report(_ folder: String) throws -> Report {
    Report(of: try Run.all(under: folder).map { try $0.contents() }, Self.options)
  }

  private func log(_ tag: String, _ steps: Range<Int>, to run: String) throws {
    let writer = try SummaryWriter(directory: run)
    for step in steps { try writer.add(.scalar(tag, 1 / Double(step + 1)), step: step) }
    try writer.close()
  }

  /// The ids of the parts that somebody with a version is told of, and whether what is told is one line.
  private func parts(_ page: LivePage, since version: Int) -> (ids: [String], isLine: Bool)? {
    guard let news = page.news(since: version),
      let json = try? JSONSerialization.jsonObject(with: Data(news.json.utf8)) as? [String: Any],
      let parts = json["parts"] as? [[String: String]]
    else { return nil }
    return (parts.compactMap { $0["id"] }, !news.json.contains("\n"))
  }

  @Test func `only what has changed is told`() throws {
    try withTemporaryFolder { folder in
      try log("loss", 0..<5, to: folder + "/a")
      let page = LivePage(version: 100)
      #expect(page.html.isEmpty && page.news(since: 0) == nil)
      #expect(try page.show(report(folder)))
      #expect(page.version == 101)
      #expect(try !page.show(report(folder)))
      #expect(page.version == 101 && page.news(since: 101) == nil)

      try log("loss", 5..<9, to: folder + "/a")
      #expect(try page.show(report(folder)))
      let grown = try #require(parts(page, since: 101))
      #expect(grown.isLine)
      #expect(grown.ids.contains("metrics") && grown.ids.contains("runs"))
      #expect(!grown.ids.contains("notes") && !grown.ids.contains("toggles"))

      try log("other", 0..<5, to: folder + "/a")
      #expect(try page.show(report(folder)))
      #expect(try #require(parts(page, since: 102)).ids.contains("scalars"))
      #expect(try #require(parts(page, since: 102)).ids.contains("metrics") == false)
      // Who was away gets both; who has another process's version, all.
      #expect(try #require(parts(page, since: 101)).ids.contains("metrics"))
      for version in [0, 99, 1 << 60] {
        #expect(try #require(parts(page, since: version)).ids.contains("notes"))
      }
    }
  }

  @Test func `the page is the report's, and follows`() throws {
    try withTemporaryFolder { folder in
      for run in ["a", "b"] { try log("loss", 0..<5, to: "\(folder)/\(run)") }
      let page = LivePage(version: 7)
      _ = try page.show(report(folder))
      let live = page.html
      let still = try report(folder).html()
      #expect(live.contains("const version = 8;") && live.contains("new EventSource("))
      #expect(!still.contains("EventSource"))
      let main = still.components(separatedBy: "<main>")[1].components(separatedBy: "</main>")[0]
      #expect(live.contains(main))
      // Every part is an element of the page.
      for part in try report(folder).page().parts where !part.html.isEmpty {
        #expect(still.contains(part.html), "\(part.id)")
        #expect(part.html.contains("id=\"\(part.id)\""), "\(part.id)")
      }
    }
  }

  @Test func `without runs there is a page`() throws {
    let page = LivePage(version: 0)
    #expect(try page.show(Report(of: [], Self.options)))
    #expect(page.html.contains("Nothing was logged yet"))
  }
}
