import EventFiles
import TensorBoard
import Testing

@testable import Reports

@Suite struct SeedCurvesTests {
  /// The points of runs of these steps and values.
  private func points(
    _ runs: [[(step: Int, value: Double)]], _ alignment: SeedCurves.Alignment = .init()
  ) throws -> (points: [SeedCurves.Point], omitted: Int) {
    try withTemporaryFolder { folder in
      for (index, run) in runs.enumerated() {
        let writer = try SummaryWriter(directory: "\(folder)/seed\(index)")
        for (step, value) in run {
          try writer.add(.scalar("loss", value), step: step, wallTime: Double(step * 10 + index))
        }
        try writer.close()
      }
      let contents = try Run.all(under: folder).map { try $0.contents() }
      var points: [SeedCurves.Point] = []
      let all = SeedCurves.scalars(of: contents)
      #expect(all.map(\.tag) == ["loss"])
      let omitted = SeedCurves(all[0].series, alignment).forEach { points.append(copy $0) }
      return (points, omitted)
    }
  }

  private static let runs = [
    [(0, 1.0), (2, 3), (4, 5)], [(0, 10), (1, 20), (4, 50), (6, 60)],
  ]

  @Test func `by default the steps of all runs, with the mean of their times`() throws {
    let (points, omitted) = try points(Self.runs)
    #expect(
      points == [
        .init(step: 0, wallTime: 0.5, values: [1, 10]),
        .init(step: 4, wallTime: 40.5, values: [5, 50]),
      ])
    #expect(omitted == 3)
  }

  @Test func `steps of fewer runs`() throws {
    let (points, omitted) = try points(Self.runs, .init(leastCount: 1))
    #expect(points.map(\.step) == [0, 1, 2, 4, 6] && omitted == 0)
    #expect(points.map(\.values) == [[1, 10], [20], [3], [5, 50], [60]])
  }

  @Test func `straight lines between a run's own steps, none beyond them`() throws {
    let (points, omitted) = try points(Self.runs, .init(interpolates: true))
    #expect(points.map(\.step) == [0, 1, 2, 4] && omitted == 1)
    #expect(points.map(\.values) == [[1, 10], [2, 20], [3, 30], [5, 50]])
  }

  @Test func `of a step's values the last counts, and steps ascend`() throws {
    let (points, _) = try points([[(3, 1), (1, 2), (3, 4), (2, 9)], [(1, 1), (2, 1), (3, 1)]])
    #expect(points.map(\.step) == [1, 2, 3])
    #expect(points.map(\.values) == [[2, 1], [9, 1], [4, 1]])
  }
}
