import Testing

@testable import Reports

@Suite struct StatisticsGroupTests {
  @Test func `statistics of a tensor belong together, in the order of their tensors`() {
    let groups = StatisticsGroup.groups(of: [
      "loss/train", "W1_SUMMARY/mean", "W1_SUMMARY/std", "b/alone/mean", "W1_SUMMARY/variance",
      "net.fc.max", "net.fc.min", "W1_SUMMARY/histogram", "mean", "Max",
    ])
    #expect(groups.map(\.name) == ["W1", "net.fc"])
    #expect(
      groups[0].members == [
        .mean: "W1_SUMMARY/mean", .deviation: "W1_SUMMARY/std", .variance: "W1_SUMMARY/variance",
      ])
    #expect(groups[0].shown.map(\.statistic) == [.mean, .deviation, .variance])
    #expect(groups[1].shown.map(\.tag) == ["net.fc.min", "net.fc.max"])
  }
}
