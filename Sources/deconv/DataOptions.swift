import ArgumentParser
import Datasets

/// The flags that say which images a command looks at.
struct DataOptions: ParsableArguments {
  /// A half of a data set.
  enum Split: String, ExpressibleByArgument, CaseIterable {
    case test, train
  }

  @Option(
    help: ArgumentHelp(
      "A folder, shapes or digits. (default: the network's own)", valueName: "set"))
  var data: String?

  @Option(help: ArgumentHelp("Its test or its train images.", valueName: "split"))
  var split = Split.test

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
