import ArgumentParser
import CommandSupport
import DatasetFetching
import Datasets
import TextOutput

/// `tbtrain data`: what there is to learn from.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "data", "List, look at and download data sets.",
    subcommands: [DataListCommand.self, DataPreviewCommand.self, DataFetchCommand.self])
}

/// `tbtrain data list`: a table of the data sets that are known by name.
struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "list", "List the data sets that are known by name.",
    """
    Your own images need no name: --data takes any directory with Train/<class>/*.png and \
    Test/<class>/*.png.
    """)

  @Option(.format) var format = OutputFormat.text

  func run() throws {
    typealias Known = (name: String, holds: String, byteCount: Int?)
    let drawn: [Known] = Dataset.drawnNames.map {
      ($0, "drawn \($0), 28x28 gray, 10,000 + 1,000", nil)
    }
    var result = CommandResult()
    result.table(
      drawn + PublishedDataset.all.map { ($0.name, $0.summary, $0.byteCount) },
      columns: [
        Column("name", .words, key: "name") { $0.name },
        Column("holds", .words, key: "holds") { $0.holds },
        Column("download") { $0.byteCount.map(Format.bytes) ?? "none" },
        Column(nil, key: "bytes") { $0.byteCount ?? 0 },
        Column("use", .words) {
          $0.byteCount == nil ? "--data \($0.name)" : "tbtrain data fetch \($0.name)"
        },
      ])
    try format.print(result)
  }
}
