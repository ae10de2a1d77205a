import Charts
import Testing

@Suite struct ThinningTests {
  @Test(arguments: [6, 50, 99, 400])
  func `the first, last, least and greatest values stay, in order`(limit: Int) {
    let values = (0..<10_007).map { Double($0 &* 7919 % 10_007) }
    let positions = Thinning.positions(of: values, limit: limit)
    #expect(positions.count <= limit)
    #expect(positions.first == 0 && positions.last == 10_006)
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
    let kept = positions.map { values[$0] }
    #expect(kept.min() == 0 && kept.max() == 10_006)
  }

  @Test func `each stretch keeps its extremes`() {
    var values = [Double](repeating: 1, count: 1_000)
    (values[137], values[138]) = (5, -5)
    let positions = Thinning.positions(of: values, limit: 100)
    #expect(positions.contains(137) && positions.contains(138))
    #expect(!positions.contains(139))
  }

  @Test func `a gap stays a gap, also where nothing else is`() {
    var values = (0..<1_000).map(Double.init)
    values[500] = .nan
    #expect(Thinning.positions(of: values, limit: 50).contains(500))
    let nothing = [Double](repeating: .infinity, count: 100)
    #expect(Thinning.positions(of: nothing, limit: 10) == [0, 49, 50, 99])
  }

  @Test func `few values all stay`() {
    #expect(Thinning.positions(of: [], limit: 10) == [])
    #expect(Thinning.positions(of: [1, 2, 3], limit: 0) == [0, 1, 2])
    #expect(Thinning.positions(of: [1, 2, 3], limit: 3) == [0, 1, 2])
  }
}
