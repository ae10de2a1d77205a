import ArgumentParser
import CommandSupport
import DatasetFetching
import Datasets
import TextOutput

/// `tbtrain data`: what there is to learn from.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "List, look at and download data sets.",
    discussion: ExitStatus.helpText,
    subcommands: [DataListCommand.self, DataPreviewCommand.self, DataFetchCommand.self])
}

/// `tbtrain data list`: a table of the data sets that are known by name.
struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the data sets that are known by name.",
    discussion: """
      Your own images need no name: --data takes any folder with Train/<class>/*.png and \
      Test/<class>/*.png.
      """)

  func run() throws {
    var table = TextTable(("name", .left), ("holds", .left), ("download", .right), ("use", .left))
    table.add(
      "shapes", "drawn shapes, 28x28 gray, 10,000 + 1,000", "none", "--data shapes")
    table.add(
      "digits", "drawn digits, 28x28 gray, 10,000 + 1,000", "none", "--data digits")
    for set in PublishedDataset.all {
      table.add(
        set.name, set.summary, Format.bytes(set.byteCount), "tbtrain data fetch \(set.name)")
    }
    try Console.print(table.rendered())
  }
}
