import ArgumentParser
import Datasets

/// Which images a command looks at, as its flags say.
protocol DataSelection {
  /// A data set's name or folder; nil for the one that the network learned from.
  var data: String? { get }
  var split: DataOptions.Split { get }
  /// Images of a class, at most; nil for all.
  var perClass: Int? { get }
}

/// The flags that say which images a command looks at: by default the test images.
struct DataOptions: ParsableArguments, DataSelection {
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

/// The same flags: by default the train images.
struct TrainingDataOptions: ParsableArguments, DataSelection {
  @Option(
    help: ArgumentHelp(
      "A folder, shapes or digits. (default: the network's own)", valueName: "set"))
  var data: String?

  @Option(help: ArgumentHelp("Its test or its train images.", valueName: "split"))
  var split = DataOptions.Split.train

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
