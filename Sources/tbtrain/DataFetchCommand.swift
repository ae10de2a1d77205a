import ArgumentParser
import CommandSupport
import DatasetFetching
import Synchronization

/// `tbtrain data fetch`: downloads a published data set.
struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "fetch", "Download a published data set and check it.",
    """
    Each file's size and SHA-256 are compared with the published ones before it gets its name. A \
    transfer that broke off goes on where it stopped when the same command is given again.
    """)

  @Argument(
    help: ArgumentHelp(
      "Which one: \(PublishedDataset.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
  var name: String

  @Option(
    "The directory to put it in. (default: data/<name>)", "directory", name: .customLong("to"))
  var directory: String?

  @Option(
    "Another server's directory with the same files.", "url",
    more: "Its files are compared with the published checksums just the same.")
  var mirror: String?

  @Option("How long the server may say nothing.", "seconds", .above(0)) var timeout = 30.0
  @Flag(.quiet) var quiet = false

  func validate() throws {
    guard PublishedDataset.named(name) != nil else {
      throw ValidationError(
        """
        there is no data set "\(name)" to fetch; there are \
        \(PublishedDataset.all.map(\.name).joined(separator: ", "))
        """)
    }
  }

  func run() throws {
    guard let set = PublishedDataset.named(name) else { return }
    let directory = directory ?? "data/\(name)"
    let bar = Mutex(
      ProgressBar(unit: "byte", total: set.byteCount, style: .automatic(quiet: quiet)))
    defer { bar.withLock { $0.finish() } }
    let fetched = try set.fetch(to: directory, mirror: mirror, patience: timeout) { file, bytes in
      bar.withLock { $0.update(bytes, [file]) }
    }
    bar.withLock { $0.finish() }
    var result = CommandResult()
    result.fact("fetched", "\(set.name): \(set.summary)")
    result.fact("directory", fetched)
    result.fact("train", "tbtrain lenet --data \(fetched)")
    try Console.print(result.text)
  }
}
