import EventFiles
import ProtobufWire
import TensorBoard
import Testing

@Suite struct CustomScalarsTests {
  private typealias Layout = CustomScalarLayout

  @Test func `several scalars have tags of their own in one run`() {
    #expect(
      Summary.scalars("loss", ["train": 1, "test": 2.5] as [String: Float])
        == Summary(
          values: Summary.scalar("loss/test", 2.5).values + Summary.scalar("loss/train", 1).values))
    #expect(Summary.scalars("l", ["a": 0.5]) == Summary.scalars("l", ["a": 0.5 as Float]))
    #expect(Summary.scalars("l", [String: Float]()).values.isEmpty)
  }

  @Test func `a layout is one string`() throws {
    let layout = Layout(categories: [
      .init(
        "c",
        charts: [
          .multiline("m", tags: ["loss/train (1+1)"]),
          .margin("n", value: "v", lower: "l", upper: "u"),
        ], isClosed: true)
    ])
    let value = try #require(try Summary.customScalars(layout).values.first)
    #expect(value.tag == "custom_scalars__config__")
    #expect(value.metadata == SummaryMetadata(pluginName: "custom_scalars", dataClass: .tensor))
    #expect(try tensor(value).shape == [])
    #expect(try Layout(wireBytes: strings(value)[0]) == layout)
  }

  @Test func `tags are matched whole, and their characters mean nothing else`() {
    #expect(
      Layout.Chart.multiline("m", tags: ["a.b(c)"]).content == .multiline([#"a\.b\(c\)$"#]))
    #expect(Layout.Chart.multiline("m", patterns: ["a.*"]).content == .multiline(["a.*"]))
  }

  @Test func `layouts with nothing to show are refused`() {
    func refusal(_ categories: [Layout.Category]) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try Summary.customScalars(Layout(categories: categories))
      }
    }
    let chart = Layout.Chart.multiline("m", tags: ["a"])
    let tag = "custom_scalars__config__"
    #expect(refusal([]) == .empty(tag: tag, what: "categories"))
    #expect(
      refusal([.init("c", charts: [])]) == .empty(tag: tag, what: "charts in the category c"))
    for empty in [
      Layout.Chart("m", content: nil), .multiline("m", tags: []), .multiline("m", patterns: [""]),
      .margin("m", value: "a", lower: "", upper: "b"), .init("m", content: .margin([])),
    ] {
      #expect(
        refusal([.init("c", charts: [empty])]) == .empty(tag: tag, what: "tags in the chart m"))
    }
    #expect(
      refusal([.init("c", charts: [chart]), .init("c", charts: [chart])])
        == .duplicate(tag: tag, what: "category", name: "c"))
    #expect(
      refusal([.init("c", charts: [chart, chart])])
        == .duplicate(tag: tag, what: "chart of the category c", name: "m"))
  }
}
