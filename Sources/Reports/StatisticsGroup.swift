/// Statistics of one tensor: tags like `W1_SUMMARY/mean` and `W1_SUMMARY/std`.
struct StatisticsGroup: Equatable {
  /// What a statistic is.
  enum Statistic: String, CaseIterable {
    case mean
    case deviation = "std"
    case minimum = "min"
    case maximum = "max"
    case norm
    case variance

    /// What tags call it.
    static let words: [String: Statistic] = [
      "mean": .mean, "avg": .mean, "average": .mean, "std": .deviation, "stddev": .deviation,
      "std_dev": .deviation, "sd": .deviation, "stdev": .deviation, "min": .minimum,
      "max": .maximum, "minimum": .minimum, "maximum": .maximum, "norm": .norm, "l2": .norm,
      "l2_norm": .norm, "var": .variance, "variance": .variance,
    ]
  }

  /// The tensor: "W1" of "W1_SUMMARY".
  var name: String
  /// The tags.
  var members: [Statistic: String]

  /// All tags of the group.
  var tags: [String] { Array(members.values) }

  /// The statistics that are drawn: the variance only where there is no deviation, its root.
  var shown: [(statistic: Statistic, tag: String)] {
    Statistic.allCases.compactMap { statistic in
      if statistic == .variance, members[.deviation] != nil { return nil }
      return members[statistic].map { (statistic, $0) }
    }
  }

  /// The groups among tags, in their order: at least two statistics under one name.
  static func groups(of tags: [String]) -> [StatisticsGroup] {
    var order: [String] = []
    var groups: [String: StatisticsGroup] = [:]
    for tag in tags {
      guard let cut = tag.lastIndex(where: { $0 == "/" || $0 == "." }) else { continue }
      let word = tag[tag.index(after: cut)...].lowercased()
      guard let statistic = Statistic.words[word] else { continue }
      let stem = String(tag[..<cut])
      if groups[stem] == nil {
        order.append(stem)
        let name =
          stem.lowercased().hasSuffix("_summary")
          ? String(stem.dropLast("_summary".count)) : stem
        groups[stem] = StatisticsGroup(name: name, members: [:])
      }
      if groups[stem]?.members[statistic] == nil { groups[stem]?.members[statistic] = tag }
    }
    return order.compactMap { groups[$0] }.filter { $0.members.count > 1 }
  }
}
