package import EventFiles

/// A run as a report shows it.
package struct ReportRun: Sendable {
  package let name: String
  /// Its event files' contents; a session of hyperparameters that torch put into a directory below follows.
  package let contents: [RunContents]
  /// Hyperparameters by name: its own, or those of a directory above or below.
  package let hyperparameters: [String: HyperparameterValue]
  /// Its path below the directory above whose hyperparameters it has; empty where they are its own.
  let nameBelowSettings: String
  let sessionEnd: HyperparameterData.SessionEnd?

  /// All its series, with what each is a part of.
  var series: [(contents: RunContents, series: Series)] {
    contents.flatMap { contents in contents.series.filter { $0.count > 0 }.map { (contents, $0) } }
  }

  /// The curve of a tag.
  package func scalars(_ tag: String) -> Series? {
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

  /// The runs of a log directory. What torch's `add_hparams` writes into a directory below a run, named by
  /// the time, becomes part of that run; and directories without hyperparameters have those of the nearest
  /// directory above, as Keras writes them.
  ///
  /// - Parameter keepsEmpty: whether runs of which nothing was asked for or nothing logged are among them.
  package static func all(in contents: [RunContents], keepsEmpty: Bool = false) -> [ReportRun] {
    let byName = Dictionary(contents.map { ($0.run.name.key, $0) }) { first, _ in first }
    let sessions = contents.filter { one in
      guard one.sessionStart != nil, isTime(one.run.name), let above = parent(of: one.run.name)
      else { return false }
      return byName[above.key].map { $0.sessionStart == nil } ?? false
    }.grouped { parent(of: $0.run.name) ?? "." }
    // Several sessions of one run can't be told apart in its row: they stay rows of their own.
    let single = Dictionary(
      uniqueKeysWithValues: sessions.filter { $0.elements.count == 1 }.map {
        ($0.name.key, $0.elements[0])
      })
    let folded = Set(single.values.map(\.run.name.key))
    return contents.filter { !folded.contains($0.run.name.key) }.compactMap { one in
      let parts = [one] + [single[one.run.name.key]].compactMap(\.self)
      guard
        keepsEmpty
          || parts.contains(where: { $0.sessionStart != nil || $0.hasGraph || !$0.series.isEmpty })
      else { return nil }
      var source = parts.first { $0.sessionStart != nil }
      var above = parent(of: one.run.name)
      var below = ""
      while source == nil, let name = above {
        source = byName[name.key].flatMap { $0.sessionStart == nil ? nil : $0 }
        if source != nil {
          below = name == "." ? one.run.name : String(one.run.name.dropFirst(name.count + 1))
        }
        above = parent(of: name)
      }
      return ReportRun(
        name: one.run.name, contents: parts,
        hyperparameters: source?.sessionStart?.hyperparameters ?? [:],
        nameBelowSettings: below, sessionEnd: source?.sessionEnd)
    }
  }

  /// The name of the directory above; nil at the top.
  private static func parent(of name: String) -> String? {
    guard name != "." else { return nil }
    guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return String(Substring(name.utf8[..<slash]))
  }

  /// Whether a directory is named by the seconds since 1970.
  private static func isTime(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    return (Double(last) ?? 0) > 1e9 && last.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
  }
}

extension HyperparameterValue {
  /// As the table shows it.
  package var text: String {
    switch self {
    case .number(let number): Number.setting(number)
    case .string(let string): string
    case .bool(let bool): bool ? "true" : "false"
    }
  }
}
