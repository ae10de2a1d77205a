import ArgumentParser
import Datasets

/// A half of a data set.
enum Split: String, ExpressibleByArgument, CaseIterable {
  case test, train
}

/// The flags that say which images a command looks at, but for the half of the set.
struct DataSourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A folder, shapes or digits. (default: the network's own)", valueName: "set"))
  var data: String?

  /// Images of a class, at most; nil for all.
  @Option(
    help: ArgumentHelp("At most so many images of a class. (default: all)", valueName: "count"))
  var perClass: Int?

  @Option(
    help: ArgumentHelp(
      "Black and white. (default: the network's own)", valueName: "range"))
  var pixels: PixelRange?

  func validate() throws {
    if let perClass, perClass < 1 {
      throw ValidationError("--per-class is at least 1, not \(perClass)")
    }
  }
}

/// The flags that say which images a command looks at: by default the test images.
struct DataOptions: ParsableArguments {
  @OptionGroup var source: DataSourceOptions

  @Option(help: ArgumentHelp("Its test or its train images.", valueName: "split"))
  var split = Split.test

  /// A data set's name or folder; nil for the one that the network learned from.
  var data: String? { source.data }
  var pixels: PixelRange? { source.pixels }
}
