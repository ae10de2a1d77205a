package import EventFiles
internal import ProtobufWire

/// In what two runs differ: settings, graphs, tags, and the values at the steps that both have.
package struct RunDifference: Sendable {
  /// A thing that both runs may have.
  package struct Entry: Sendable {
    /// "setting", "graph", or the kind of a tag's values.
    package var what: String
    /// A setting's or a tag's name.
    package var name = ""
    /// What each run has: a setting's value, a curve's last value, a count of other values; nil for nothing.
    package var first: String?
    package var second: String?
    /// Steps that both have, and that only one of them has.
    package var commonSteps: Int?
    package var otherSteps: Int?
    /// The first common step at which the values differ by more than the tolerance.
    package var firstStep: Int?
    /// The absolute difference at common steps, of curves.
    package var largest: Double?
    package var mean: Double?
    package var differs: Bool

    /// A whole run that only one log has.
    package static func run(inFirst isFirst: Bool) -> Self {
      Entry(
        what: "run", first: isFirst ? "there" : nil, second: isFirst ? nil : "there", differs: true)
    }
  }

  /// How far numbers may lie apart and count as equal: `absolute + relative · max(|a|, |b|)`.
  package struct Tolerance: Sendable {
    package var absolute: Double
    package var relative: Double

    package init(absolute: Double, relative: Double) {
      (self.absolute, self.relative) = (absolute, relative)
    }

    func holds(_ one: Double, _ other: Double) -> Bool {
      if one == other || one.isNaN && other.isNaN { return true }
      return abs(one - other) <= absolute + relative * max(abs(one), abs(other))
        && one.isFinite && other.isFinite
    }
  }

  /// All that either run has.
  package let entries: [Entry]

  /// Compares two runs.
  package init(
    _ first: RunContents, _ second: RunContents, tolerance: Tolerance
  ) throws {
    var entries = Self.settings(first, second)
    if first.hasGraph || second.hasGraph {
      entries.append(
        Entry(
          what: "graph", first: first.hasGraph ? "there" : nil,
          second: second.hasGraph ? "there" : nil, differs: first.hasGraph != second.hasGraph))
    }
    var compared: Set<[UInt8]> = []
    for (contents, isFirst) in [(first, true), (second, false)] {
      for series in contents.series where series.count > 0 && series.pluginName != "hparams" {
        let kind = ContentKind(series.kind).rawValue
        guard compared.insert(Array(kind.utf8) + [0] + Array(series.tag.utf8)).inserted else {
          continue
        }
        let other = (isFirst ? second : first).series(tag: series.tag, kind: series.kind)
        var entry = Entry(what: kind, name: series.tag, differs: other == nil)
        entry.first = isFirst ? Self.end(of: series) : nil
        entry.second = isFirst ? other.map(Self.end) : Self.end(of: series)
        if isFirst, let other {
          try entry.compare(series, of: first, other, of: second, tolerance)
        }
        entries.append(entry)
      }
    }
    self.entries = entries
  }

  private static func end(of series: Series) -> String {
    guard let last = series.numbers.last else {
      return series.count == 1 ? "1 value" : "\(series.count) values"
    }
    return series.isSinglePrecision ? "\(Float(last))" : "\(last)"
  }

  private static func settings(_ first: RunContents, _ second: RunContents) -> [Entry] {
    let (one, other) = (
      first.sessionStart?.hyperparameters ?? [:], second.sessionStart?.hyperparameters ?? [:]
    )
    return Set(one.keys).union(other.keys).sorted().map { name in
      Entry(
        what: "setting", name: name, first: one[name].map(text), second: other[name].map(text),
        differs: one[name] != other[name])
    }
  }

  private static func text(_ value: HyperparameterValue) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .string(let text): text
    case .bool(let value): "\(value)"
    }
  }
}

extension RunDifference.Entry {
  /// Compares two series of one kind; of several values at a step the last counts.
  fileprivate mutating func compare(
    _ one: Series, of first: RunContents, _ other: Series, of second: RunContents,
    _ tolerance: RunDifference.Tolerance
  ) throws {
    func places(_ series: Series) -> [Int: Int] {
      Dictionary(zip(series.steps, series.steps.indices)) { $1 }
    }
    let (places, otherPlaces) = (places(one), places(other))
    let common = places.keys.filter { otherPlaces[$0] != nil }.sorted()
    commonSteps = common.count
    otherSteps = places.count + otherPlaces.count - 2 * common.count
    var sum = 0.0
    for step in common {
      guard let index = places[step], let otherIndex = otherPlaces[step] else { continue }
      let isEqual: Bool
      if one.kind == .scalar {
        let (a, b) = (one.numbers[index], other.numbers[otherIndex])
        isEqual = tolerance.holds(a, b)
        let difference = a == b || a.isNaN && b.isNaN ? 0 : abs(a - b)
        // One that is no number is as far away as can be.
        let distance = difference.isNaN ? .infinity : difference
        largest = max(largest ?? 0, distance)
        sum += distance
      } else {
        let (a, b) = (try first.value(index, of: one), try second.value(otherIndex, of: other))
        isEqual = Self.bytes(a) == Self.bytes(b)
      }
      if !isEqual, firstStep == nil { firstStep = step }
    }
    if one.kind == .scalar, !common.isEmpty { mean = sum / Double(common.count) }
    differs = firstStep != nil || otherSteps ?? 0 > 0
  }

  /// A value's content in one form, whichever the file has it in.
  private static func bytes(_ value: Summary.Value?) -> [UInt8]? {
    value.map { Summary.Value(tag: "", content: $0.content).wireBytes }
  }
}
