import ArgumentParser
import CommandSupport
import DatasetFetching
import Synchronization

/// `tbtrain data fetch`: downloads a published data set.
struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download a published data set and check it.",
    discussion: """
      Each file's size and SHA-256 are compared with the published ones before it gets its name. A \
      transfer that broke off goes on where it stopped when the same command is given again.

      \(ExitStatus.helpText)
      """)

  @Argument(
    help: ArgumentHelp(
      "Which one: \(PublishedDataset.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var name: String

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "The folder to put it in. (default: data/<name>)", valueName: "folder"))
  var folder: String?

  @Option(
    help: ArgumentHelp(
      "Another server's folder with the same files.",
      discussion: "Its files are compared with the published checksums just the same.",
      valueName: "url"))
  var mirror: String?

  @Option(help: ArgumentHelp("How long the server may say nothing.", valueName: "seconds"))
  var timeout = 30.0

  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard PublishedDataset.named(name) != nil else {
      throw ValidationError(
        """
        there is no data set "\(name)" to fetch; there are \
        \(PublishedDataset.all.map(\.name).joined(separator: ", "))
        """)
    }
    guard timeout > 0, timeout.isFinite else {
      throw ValidationError("--timeout is a number of seconds above 0")
    }
  }

  func run() throws {
    guard let set = PublishedDataset.named(name) else { return }
    let folder = folder ?? "data/\(name)"
    let bar = Mutex(
      ProgressBar(unit: "byte", total: set.byteCount, style: quiet.progressStyle))
    defer { bar.withLock { $0.finish() } }
    let result = try set.fetch(to: folder, mirror: mirror, patience: timeout) { file, bytes in
      bar.withLock { $0.update(bytes, [file]) }
    }
    bar.withLock { $0.finish() }
    var table = TextTable(("", .left), ("", .left))
    table.add("fetched", "\(set.name): \(set.summary)")
    table.add("folder", result)
    table.add("train", "tbtrain lenet --data \(result)")
    try Console.print(table.rendered())
  }
}
