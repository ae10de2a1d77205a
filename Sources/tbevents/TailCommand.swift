import ArgumentParser
import CommandSupport
import EventFiles
import Foundation
import TextOutput

/// `tbevents tail`: the newest values, and those that come.
struct TailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Show the newest values, and with -f those that a running training adds.",
    discussion: ExitStatus.helpText)

  @OptionGroup var selection: Selection

  @Flag(name: [.customShort("f"), .customLong("follow")], help: "Wait for more, until Ctrl-C.")
  var follows = false

  @Option(name: [.customShort("n"), .customLong("lines")], help: "Values to begin with.")
  var count = 10

  @Option(help: ArgumentHelp("How often to look for more.", valueName: "seconds"))
  var interval = 1.0

  func validate() throws {
    guard count >= 0 else { throw ValidationError("--lines is 0 or more") }
    guard interval > 0, interval.isFinite else {
      throw ValidationError("--interval is a number of seconds above 0")
    }
  }

  func run() throws {
    let interruption = Interruption()
    var contents = try readAll(try selection.runs(), tags: selection.wantsTag)
    var shown: [String: [String: Int]] = [:]
    var lines = Self.news(contents, &shown)
    if lines.isEmpty, !follows { throw selection.noTag(in: contents) }
    lines = Array(lines.suffix(count))
    while true {
      if !lines.isEmpty {
        try Console.print(lines.map(\.text).joined(separator: "\n"))
      }
      guard follows, !interruption.isRequested else { break }
      Thread.sleep(forTimeInterval: interval)
      for index in contents.indices { try contents[index].readOn() }
      let known = Set(contents.map(\.run.name))
      let new = try selection.runs().filter { !known.contains($0.name) }
      contents += try readAll(new, tags: selection.wantsTag)
      lines = Self.news(contents, &shown)
    }
    if tellDamage(in: contents) { throw ExitStatus.damagedInput }
  }

  private struct Line {
    var wallTime: Double
    var text: String
  }

  /// What wasn't shown yet, by time.
  private static func news(
    _ contents: [RunContents], _ shown: inout [String: [String: Int]]
  ) -> [Line] {
    var lines: [Line] = []
    for contents in contents {
      for series in contents.series {
        let seen = min(shown[contents.run.name]?[series.tag] ?? 0, series.count)
        shown[contents.run.name, default: [:]][series.tag] = series.count
        for index in seen..<series.count {
          let value =
            series.numbers.indices.contains(index)
            ? Format.number(series.numbers[index]) : series.kind.rawValue
          let time = clock(series.wallTimes[index])
          lines.append(
            Line(
              wallTime: series.wallTimes[index],
              text: "\(time)  \(contents.run.name)  step \(Format.count(series.steps[index]))  "
                + "\(series.tag)  \(value)"))
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
