import EventFiles

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

  /// The statistics that there are, in the order in which they are drawn.
  var shown: [(statistic: Statistic, tag: String)] {
    Statistic.allCases.compactMap { statistic in
      members[statistic].map { (statistic, $0) }
    }
  }

  /// The groups among tags, in their order: at least two statistics under one name.
  static func groups(of tags: [String]) -> [StatisticsGroup] {
    tags.compactMap { tag -> (stem: String, statistic: Statistic, tag: String)? in
      guard let cut = tag.lastIndex(where: { $0 == "/" || $0 == "." }) else { return nil }
      let word = tag[tag.index(after: cut)...].lowercased()
      return Statistic.words[word].map { (String(tag[..<cut]), $0, tag) }
    }.grouped(by: \.stem).map { stem, members in
      StatisticsGroup(
        name: stem.lowercased().hasSuffix("_summary")
          ? String(stem.dropLast("_summary".count)) : stem,
        members: Dictionary(members.map { ($0.statistic, $0.tag) }) { first, _ in first })
    }.filter { $0.members.count > 1 }
  }
}
