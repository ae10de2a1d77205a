import ArgumentParser
import CommandSupport
import EventFiles
import Files
import Foundation
import Images
import NumPyFiles
import TextOutput

/// `tbevents export`: every point, in a form that other tools read.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "export", "Export every point as CSV, JSON or .npy; images, audio and text as files.",
    """
    Not TensorBoard's sample of at most 1,000 points: all of them. Points that a restart of the \
    run replaced are left out, as in TensorBoard; --superseded keeps them. What isn't finite is \
    nan, inf and -inf in CSV, and "NaN", "Infinity" and "-Infinity" in JSON.
    """)

  @OptionGroup var selection: Selection

  @Option(
    "csv, json, jsonl (a line a point) or npy.",
    more: "npy: a file a series, [points, 3]: step, wall time, value.")
  var format = Format.csv

  @Option("What to export: scalars, histograms, images, audio or text.") var kind = Kind.scalars
  @Flag(help: "CSV with a row a step and a column a tag, not a row a point.") var wide = false

  @Option(
    help: ArgumentHelp("Only values of this step; may be repeated.", valueName: "step"))
  var step: [Int] = []

  @Flag(help: "Keep points that a restart of the run replaced.") var superseded = false

  @Option(
    "The file to write, or the directory for many.", "path",
    more: "By default stdout, as with -; images, audio and .npy files need a directory.")
  var output: String?

  @Flag(.force) var force = false

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json, jsonl, npy
  }

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case scalars, histograms, images, audio, text

    var series: Series.Kind {
      switch self {
      case .scalars: .scalar
      case .histograms: .histogram
      case .images: .image
      case .audio: .audio
      case .text: .text
      }
    }
  }

  func validate() throws {
    if wide, format != .csv || kind != .scalars {
      throw ValidationError("--wide is for scalars as CSV")
    }
    if format == .npy, kind != .scalars {
      throw ValidationError("--format npy is for scalars")
    }
    if isDirectory, output == nil || output == "-" {
      throw ValidationError("--output names the directory for the files")
    }
  }

  /// Whether the export is many files.
  private var isDirectory: Bool { format == .npy || kind == .images || kind == .audio }

  func run() throws {
    let file =
      isDirectory || output == "-"
      ? nil : try output.map { try OutputFile(path: $0, force: force) }
    let (runs, failures) = try selection.find()
    let contents = try readAll(runs, appliesRestarts: !superseded, tags: selection.wantsTag)
    guard contents.contains(where: { !chosen($0).isEmpty }) else {
      let others = Set(contents.flatMap { $0.series.map(\.kind.rawValue) })
      guard selection.tagPatterns.isEmpty, !others.isEmpty else {
        throw selection.noTag(in: contents)
      }
      throw CommandFailure(
        "\(selection.logdir): holds no \(kind.rawValue), only \(others.sorted().joined(separator: ", "))"
      )
    }
    if isDirectory {
      try exportFiles(contents, to: output ?? ".")
    } else {
      let sink = try ExportSink(file)
      switch format {
      case .csv where wide: try wideCSV(contents, sink)
      case .csv: try csv(contents, sink)
      case .jsonl: try jsonLines(contents, sink)
      case .json, .npy: try json(contents, sink)
      }
      try sink.finish()
    }
    if tellDamage(in: contents, failures) { throw ExitStatus.damagedInput }
  }

  /// The series that are asked for.
  func chosen(_ contents: RunContents) -> [Series] {
    contents.series.filter { $0.kind == kind.series && $0.count > 0 }
  }

  /// The positions in a series that are asked for.
  func positions(_ series: Series) -> [Int] {
    guard !step.isEmpty else { return Array(series.steps.indices) }
    let wanted = Set(step)
    return series.steps.indices.filter { wanted.contains(series.steps[$0]) }
  }

  /// Files below a directory: `<run>/<tag>.npy`, or `<run>/<tag>/<step>.png`.
  private func exportFiles(_ contents: [RunContents], to directory: String) throws {
    var count = 0
    var taken: Set<[UInt8]> = []
    for contents in contents {
      for series in chosen(contents) {
        let (run, tag) = (Self.path(contents.run.name), Self.path(series.tag))
        var base = "\(directory)/\(run)/\(tag)"
        // Two tags may differ only in what a file's name can't have.
        var number = 1
        while !taken.insert(base.key).inserted {
          number += 1
          base = "\(directory)/\(run)/\(tag)-\(number)"
        }
        if tag.utf8.count < series.tag.utf8.count - 8 {
          Console.tell(
            "\(contents.run.name): the tag \(Shown.tag(series.tag)) is too long for a file's name; "
              + "it is in \(base)")
        }
        if format == .npy, kind == .scalars {
          try write(npy(series), to: base + ".npy")
          count += 1
          continue
        }
        for index in positions(series) {
          let blobs = try contents.blobs(index, of: series)
          for (number, blob) in blobs.enumerated() {
            let suffix = blobs.count > 1 ? "-\(number)" : ""
            try write(
              blob,
              to: "\(base)/\(series.steps[index])\(suffix).\(FileSignature.fileExtension(of: blob))"
            )
            count += 1
          }
        }
      }
    }
    try Console.print("wrote \(TextOutput.Format.counted(count, "file")) to \(directory)")
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try OutputFile(path: path, force: force).write(bytes)
  }

  private func npy(_ series: Series) -> [UInt8] {
    let indices = positions(series)
    let rows = indices.flatMap {
      [Double(series.steps[$0]), series.wallTimes[$0], series.numbers[$0]]
    }
    return NumPyFile.bytes(of: rows, shape: [indices.count, 3])
  }

  /// A run's or tag's name as a path that stays in its directory; what is too long is cut, and ends with
  /// digits made of all of it.
  static func path(_ name: String) -> String {
    let parts = Path.components(of: name).filter { $0 != "." }.map { SafeText.fileName($0) }
    let joined = parts.joined(separator: "/")
    guard joined.utf8.count <= 1_000 else { return SafeText.fileName(name) }
    return joined.isEmpty ? "run" : joined
  }
}
