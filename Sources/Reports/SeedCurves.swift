package import EventFiles

/// Curves of one tag in several runs, step by step.
///
/// A step that a run has several times counts with its last value.
package struct SeedCurves: Sendable {
  /// What is done where runs have different steps.
  package struct Alignment: Sendable {
    /// Runs that a step must be in; nil: all.
    package var leastCount: Int?
    /// Whether a run without a step takes part with the value on the straight line between its
    /// neighbouring steps.
    package var interpolates: Bool

    /// By default the steps that all runs have.
    package init(leastCount: Int? = nil, interpolates: Bool = false) {
      (self.leastCount, self.interpolates) = (leastCount, interpolates)
    }
  }

  /// The runs' values at a step.
  package struct Point: Sendable, Equatable {
    package var step: Int
    /// The mean of the runs' times, in seconds since 1970.
    package var wallTime: Double
    /// A value of each run that has one here, in the runs' order.
    package var values: [Double]
  }

  /// How many runs have the tag.
  package var count: Int { curves.count }
  private let curves: [Curve]
  private let alignment: Alignment

  /// A run's points, each step once, ascending.
  private struct Curve: Sendable {
    var steps: [Int]
    var wallTimes: [Double]
    var numbers: [Double]

    init(_ series: Series) {
      (steps, wallTimes, numbers) = (series.steps, series.wallTimes, series.numbers)
      guard zip(steps, steps.dropFirst()).contains(where: { $0 >= $1 }) else { return }
      // The order in which they were logged decides among equal steps.
      let order = series.steps.indices.sorted {
        (series.steps[$0], $0) < (series.steps[$1], $1)
      }
      let last = order.indices.filter { index in
        index + 1 == order.count || series.steps[order[index]] != series.steps[order[index + 1]]
      }.map { order[$0] }
      steps = last.map { series.steps[$0] }
      wallTimes = last.map { series.wallTimes[$0] }
      numbers = last.map { series.numbers[$0] }
    }
  }

  /// The scalars of a tag in runs.
  package init(_ series: [Series], _ alignment: Alignment = Alignment()) {
    curves = series.map(Curve.init)
    self.alignment = alignment
  }

  /// The scalars of runs by their tags, in the order in which tags first occur; tags are alike when their
  /// bytes are.
  package static func scalars(of contents: [RunContents]) -> [(tag: String, series: [Series])] {
    contents.flatMap(\.series).filter { $0.kind == .scalar && $0.count > 0 }.grouped(by: \.tag)
      .map { (tag: $0.name, series: $0.elements) }
  }

  /// The points, each for as long as `body` runs.
  ///
  /// - Returns: how many steps were left out, because too few runs have them.
  @discardableResult
  package func forEach(_ body: (borrowing Point) throws -> Void) rethrows -> Int {
    var places = [Int](repeating: 0, count: curves.count)
    let least = min(max(1, alignment.leastCount ?? curves.count), max(1, curves.count))
    var omitted = 0
    var point = Point(step: 0, wallTime: 0, values: [])
    while true {
      var next: Int?
      for (curve, place) in zip(curves, places) where place < curve.steps.count {
        next = min(next ?? .max, curve.steps[place])
      }
      guard let step = next else { return omitted }
      point.step = step
      point.values.removeAll(keepingCapacity: true)
      var times = 0.0
      for (index, curve) in curves.enumerated() {
        let place = places[index]
        if place < curve.steps.count, curve.steps[place] == step {
          point.values.append(curve.numbers[place])
          times += curve.wallTimes[place]
          places[index] += 1
        } else if alignment.interpolates, place > 0, place < curve.steps.count {
          let (before, after) = (Double(curve.steps[place - 1]), Double(curve.steps[place]))
          let share = (Double(step) - before) / (after - before)
          func between(_ numbers: [Double]) -> Double {
            numbers[place - 1] + (numbers[place] - numbers[place - 1]) * share
          }
          point.values.append(between(curve.numbers))
          times += between(curve.wallTimes)
        }
      }
      guard point.values.count >= least else {
        omitted += 1
        continue
      }
      point.wallTime = times / Double(point.values.count)
      try body(point)
    }
  }
}

/// A band around a group's mean.
package enum SeedBand: String, Sendable, CaseIterable {
  /// Mean ± standard deviation.
  case std
  /// From the least to the greatest value.
  case range

  /// The band's edges; both the mean itself where there is no deviation.
  package func edges(_ values: [Double], mean: Double) -> (low: Double, high: Double) {
    switch self {
    case .std:
      let deviation = values.count > 1 ? Statistic.deviation(values) : 0
      return (mean - deviation, mean + deviation)
    case .range: return (Statistic.minimum(values), Statistic.maximum(values))
    }
  }
}
