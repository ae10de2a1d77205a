/// Short names of runs, for legends and captions: without what all names have in common.
struct RunLabels: Equatable {
  /// A label a run, as different from each other as the names.
  let labels: [String]
  /// What the parts of the labels are: "optimizer · learning-rate"; nil where they aren't settings.
  let parts: String?

  /// Labels of runs of these names.
  init(_ names: [String]) {
    if let settings = Self.settings(names) {
      self = settings
    } else {
      self.init(labels: Self.withoutCommonEnds(names), parts: nil)
    }
  }

  private init(labels: [String], parts: String?) {
    self.labels = labels
    self.parts = parts
  }

  /// Of names like `lenet-optimizer=adam,seed=1` the values that aren't the same in all.
  private static func settings(_ names: [String]) -> RunLabels? {
    let pairs = names.map { name in
      name.split(separator: ",", omittingEmptySubsequences: false).map { part in
        let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return sides.map(String.init)
      }
    }
    guard names.count > 1, let first = pairs.first,
      pairs.allSatisfy({ parts in
        parts.count == first.count
          && zip(parts, first).allSatisfy { $0.count == 2 && $1.count == 2 && $0[0] == $1[0] }
      })
    else { return nil }
    let differing = first.indices.filter { index in Set(pairs.map { $0[index][1] }).count > 1 }
    guard !differing.isEmpty else { return nil }
    return RunLabels(
      labels: pairs.map { parts in differing.map { parts[$0][1] }.joined(separator: " · ") },
      parts: differing.map { first[$0][0] }.joined(separator: " · "))
  }

  /// Names without their common beginning and end, cut where words end.
  private static func withoutCommonEnds(_ names: [String]) -> [String] {
    guard names.count > 1, let first = names.first else { return names }
    let separators = Set("-_/,= ")
    func common(_ names: [[Character]]) -> Int {
      let first = names[0]
      var count = 0
      while count < first.count, names.allSatisfy({ count < $0.count && $0[count] == first[count] })
      {
        count += 1
      }
      while count > 0, !separators.contains(first[count - 1]) { count -= 1 }
      return count
    }
    let head = common(names.map(Array.init))
    let tail = common(names.map { Array($0.reversed()) })
    // A short beginning is easily read again and again.
    let (before, after) = (head >= 8 ? head : 0, tail >= 8 ? tail : 0)
    guard names.allSatisfy({ $0.count > before + after }), first.count > before + after else {
      return names
    }
    return names.map { String($0.dropFirst(before).dropLast(after)) }
  }
}
