import ArgumentParser
import CommandSupport

/// A half of a data set.
enum Split: String, ExpressibleByArgument, CaseIterable {
  case test, train
}

/// The flags that say which images a command looks at.
struct DataOptions: ParsableArguments {
  @Option("A directory, shapes or digits. (default: the network's own)", "set") var data: String?

  @Option("At most so many images of a class. (default: all)", "count", .atLeast(1))
  var perClass: Int?

  @Option("Its test or its train images. (default: test; for evolve train)", "split")
  var split: Split?
}
