import ArgumentParser
import CommandSupport
import EventFiles
import Foundation
import TextOutput

/// `tbevents inspect`: what a log directory holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List runs, tags, kinds, points, steps, sizes and damage.",
    discussion: ExitStatus.helpText)

  @OptionGroup var selection: Selection

  @Option(help: ArgumentHelp("text, for people, or json.", valueName: "format"))
  var format = Format.text

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  func run() throws {
    let (runs, failures) = try selection.find()
    let contents = try readAll(runs, tags: selection.wantsTag)
    switch format {
    case .text: try Console.print(contents.map(text).joined(separator: "\n\n"))
    case .json: try Console.print(try json(contents))
    }
    if tellDamage(in: contents, failures) { throw ExitStatus.damagedInput }
  }

  private func text(_ contents: RunContents) -> String {
    let size = contents.files.reduce(0) { $0 + $1.byteCount + $1.unfinishedByteCount }
    let events = contents.files.reduce(0) { $0 + $1.eventCount }
    var lines = [
      "run \(Shown.tag(contents.run.name)): \(TextOutput.Format.counted(contents.files.count, "file")), "
        + "\(TextOutput.Format.bytes(size)), "
        + TextOutput.Format.counted(events, "event")
        + (contents.hasGraph ? ", with a graph" : "")
    ]
    var table = TextTable(
      ("  tag", .left), ("kind", .left), ("points", .right), ("first", .right), ("last", .right),
      ("bytes", .right), ("last value", .right))
    for series in contents.series {
      table.add(
        "  " + Shown.tag(series.tag), Shown.tag(kind(series)),
        TextOutput.Format.count(series.count),
        series.steps.first.map { TextOutput.Format.count($0) } ?? "",
        series.steps.last.map { TextOutput.Format.count($0) } ?? "",
        TextOutput.Format.bytes(series.byteCount),
        series.numbers.last.map { TextOutput.Format.number($0) } ?? "")
    }
    if !contents.series.isEmpty { lines.append(table.rendered()) }
    let superseded = contents.series.reduce(0) { $0 + $1.supersededCount }
    if superseded > 0 {
      lines.append(
        "  \(TextOutput.Format.counted(superseded, "value")) replaced by a restart, not counted"
      )
    }
    for file in contents.files where file.unfinishedByteCount > 0 {
      lines.append(
        "  \(SafeText.visible(file.path)): \(TextOutput.Format.bytes(file.unfinishedByteCount)) at the end are no "
          + "whole record: still being written, or cut off")
    }
    return lines.joined(separator: "\n")
  }

  private func kind(_ series: Series) -> String {
    series.kind == .tensor && !series.pluginName.isEmpty ? series.pluginName : series.kind.rawValue
  }

  private func json(_ contents: [RunContents]) throws -> String {
    struct Tag: Encodable {
      var tag, kind, plugin: String
      var points: Int
      var first_step, last_step: Int?
      var bytes, superseded: Int
    }
    struct File: Encodable {
      var path: String
      var events, bytes, unfinished_bytes: Int
      var damage: [String]
      var failure: String?
    }
    struct RunObject: Encodable {
      var run, directory: String
      var graph: Bool
      var files: [File]
      var tags: [Tag]
    }
    let objects = contents.map { contents in
      RunObject(
        run: contents.run.name, directory: contents.run.directory, graph: contents.hasGraph,
        files: contents.files.map {
          File(
            path: $0.path, events: $0.eventCount, bytes: $0.byteCount,
            unfinished_bytes: $0.unfinishedByteCount, damage: $0.damage.map(\.description),
            failure: $0.failure?.description)
        },
        tags: contents.series.map {
          Tag(
            tag: $0.tag, kind: $0.kind.rawValue, plugin: $0.pluginName, points: $0.count,
            first_step: $0.steps.first, last_step: $0.steps.last, bytes: $0.byteCount,
            superseded: $0.supersededCount)
        })
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(objects), as: UTF8.self)
  }
}
