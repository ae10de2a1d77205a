import Testing

@testable import Reports

@Suite struct StatisticTests {
  private static let values = [4.0, 1, 3, 10]

  @Test(arguments: [
    ("mean", 4.5), ("std", 3.872983346207417), ("min", 1), ("max", 10), ("median", 3.5),
    ("q0.25", 2.5), ("q0.9", 8.200000000000001), ("q0", 1), ("q1", 10),
  ]) func `figures are NumPy's`(name: String, wanted: Double) throws {
    let statistic = try #require(Statistic(name: name))
    #expect(statistic(Self.values) == wanted)
  }

  @Test(arguments: ["mean", "std", "min", "max", "median", "q0.5"])
  func `what isn't a number makes the figure none`(name: String) throws {
    let statistic = try #require(Statistic(name: name))
    for values in [[Double.nan, 1, 2], [1, .nan, 2], [2, 1, .nan]] {
      #expect(statistic(values).isNaN)
    }
    #expect(statistic([3]) == 3 || name == "std")
  }

  @Test(arguments: ["q", "q1.5", "q-0.1", "qnan", "variance", ""])
  func `other names are none`(name: String) { #expect(Statistic(name: name) == nil) }
}
