import ArgumentParser
import CommandSupport
import EventFiles
import Foundation
import TextOutput

/// `tbevents tail`: the newest values, and those that come.
struct TailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "tail", "Show the newest values, and with -f those that a running training adds.")

  @OptionGroup var selection: Selection

  @Flag(name: [.customShort("f"), .customLong("follow")], help: "Wait for more, until Ctrl-C.")
  var follows = false

  @Option(
    "Values to begin with.", "lines", .atLeast(0), name: [.customShort("n"), .customLong("lines")])
  var count = 10

  @Option("How often to look for more.", "seconds", .above(0)) var interval = 1.0

  func run() throws {
    guard follows else {
      let (runs, failures) = try selection.find()
      let contents = try readAll(runs, tags: selection.wantsTag)
      var seen: [Key: Seen] = [:]
      let lines = Self.news(contents, &seen)
      if lines.isEmpty { throw selection.noTag(in: contents) }
      try show(lines.suffix(count))
      if tellDamage(in: contents, failures) { throw ExitStatus.damagedInput }
      return
    }
    Interruption.endsAtOnce()
    var follower = LogFollower(selection: selection)
    var seen: [Key: Seen] = [:]
    func news() -> [Line] {
      for sentence in follower.readOn() { Console.tell(sentence) }
      return Self.news(follower.contents, &seen).filter { selection.wantsTag($0.tag) }
    }
    var lines = news().suffix(count)
    while true {
      try show(lines)
      Thread.sleep(forTimeInterval: min(interval, 1e6))
      lines = news()[...]
    }
  }

  private func show(_ lines: ArraySlice<Line>) throws {
    if !lines.isEmpty { try Console.print(lines.map(\.text).joined(separator: "\n")) }
  }

  private struct Line {
    var wallTime: Double
    var tag: String
    var text: String
  }

  private struct Key: Hashable {
    var run, tag: [UInt8]
    var kind: Series.Kind
  }

  /// How many values of a series there were, those that a restart replaced among them.
  private struct Seen: Equatable {
    var replacementCount, total: Int
  }

  /// What wasn't shown yet, by time.
  private static func news(_ contents: [RunContents], _ seen: inout [Key: Seen]) -> [Line] {
    var lines: [Line] = []
    for contents in contents {
      for series in contents.series {
        let key = Key(run: contents.run.name.key, tag: series.tag.key, kind: series.kind)
        let now = Seen(
          replacementCount: contents.replacementCount, total: series.count + series.supersededCount)
        let before = seen[key]
        guard before != now else { continue }
        seen[key] = now
        // A run that was read anew is shown anew.
        let isSame = before?.replacementCount == now.replacementCount
        let new = min(series.count, now.total - (isSame ? before?.total ?? 0 : 0))
        let name = SafeText.visible(contents.run.name)
        for index in (series.count - new)..<series.count {
          let value =
            series.numbers.indices.contains(index)
            ? Format.number(series.numbers[index]) : series.kind.rawValue
          let time = clock(series.wallTimes[index])
          lines.append(
            Line(
              wallTime: series.wallTimes[index], tag: series.tag,
              text: "\(time)  \(name)  step \(Format.count(series.steps[index]))  "
                + "\(Shown.tag(series.tag))  \(value)"))
        }
      }
    }
    return lines.sorted { $0.wallTime < $1.wallTime }
  }

  /// The time of day.
  private static func clock(_ wallTime: Double) -> String {
    guard wallTime.isFinite, abs(wallTime) < 1e11 else { return "--:--:--" }
    let parts = Calendar.current.dateComponents(
      [.hour, .minute, .second], from: Date(timeIntervalSince1970: wallTime))
    return [parts.hour, parts.minute, parts.second].map { part in
      let part = part ?? 0
      return part < 10 ? "0\(part)" : "\(part)"
    }.joined(separator: ":")
  }
}
