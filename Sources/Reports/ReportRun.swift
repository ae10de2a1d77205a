import EventFiles

/// A run as a report shows it.
struct ReportRun: Sendable {
  let name: String
  /// Its event files' contents; a session of hyperparameters that torch put into a folder below follows.
  let contents: [RunContents]
  /// Hyperparameters by name: its own, or those of a folder above or below.
  let hyperparameters: [String: HyperparameterValue]
  let sessionEnd: HyperparameterData.SessionEnd?

  /// All its series, with what each is a part of.
  var series: [(contents: RunContents, series: Series)] {
    contents.flatMap { contents in contents.series.filter { $0.count > 0 }.map { (contents, $0) } }
  }

  /// The curve of a tag.
  func scalars(_ tag: String) -> Series? {
    contents.lazy.compactMap { $0.series(tag: tag, kind: .scalar) }.first
  }

  /// The greatest step of any value.
  var lastStep: Int? { series.compactMap { $0.series.steps.max() }.max() }

  /// When the first and the last value were logged.
  var times: (first: Double, last: Double)? {
    let all = contents.flatMap(\.series).flatMap { series in
      [series.wallTimes.first, series.wallTimes.last].compactMap { $0 }
    }.filter { $0.isFinite && $0 > 0 }
    guard let first = all.min(), let last = all.max() else { return nil }
    return (first, last)
  }

  /// The runs of a log directory. What torch's `add_hparams` writes into a folder below a run, named by
  /// the time, becomes part of that run; and folders without hyperparameters have those of the nearest
  /// folder above, as Keras writes them.
  static func all(in contents: [RunContents]) -> [ReportRun] {
    let byName = Dictionary(contents.map { ($0.run.name, $0) }) { first, _ in first }
    var sessions: [String: [RunContents]] = [:]
    var folded: Set<String> = []
    for one in contents where one.sessionStart != nil {
      guard let above = parent(of: one.run.name), let parent = byName[above],
        parent.sessionStart == nil, isTime(one.run.name)
      else { continue }
      sessions[above, default: []].append(one)
    }
    // Several sessions of one run can't be told apart in its row: they stay rows of their own.
    for (above, children) in sessions where children.count == 1 {
      folded.formUnion(children.map(\.run.name))
      _ = above
    }
    return contents.filter { !folded.contains($0.run.name) }.compactMap { one in
      let below = (sessions[one.run.name] ?? []).filter { folded.contains($0.run.name) }
      let parts = [one] + below
      guard
        parts.contains(where: { $0.sessionStart != nil || $0.hasGraph || !$0.series.isEmpty })
      else { return nil }
      var source = parts.first { $0.sessionStart != nil }
      var above = parent(of: one.run.name)
      while source == nil, let name = above {
        source = byName[name].flatMap { $0.sessionStart == nil ? nil : $0 }
        above = parent(of: name)
      }
      return ReportRun(
        name: one.run.name, contents: parts,
        hyperparameters: source?.sessionStart?.hyperparameters ?? [:],
        sessionEnd: source?.sessionEnd)
    }
  }

  /// The name of the folder above; nil at the top.
  private static func parent(of name: String) -> String? {
    guard name != "." else { return nil }
    guard let slash = name.lastIndex(of: "/") else { return "." }
    return String(name[..<slash])
  }

  /// Whether a folder is named by the seconds since 1970.
  private static func isTime(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    return (Double(last) ?? 0) > 1e9 && last.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
  }
}

extension HyperparameterValue {
  /// As the table shows it.
  var text: String {
    switch self {
    case .number(let number): Number.setting(number)
    case .string(let string): string
    case .bool(let bool): bool ? "true" : "false"
    }
  }
}
