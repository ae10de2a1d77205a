import ArgumentParser

/// `--format`.
package struct FormatOption: ParsableArguments {
  /// How a result is printed.
  package enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, csv
  }

  @Option(
    "Print text, json (an object a line) or csv.",
    more: "What isn't finite is \"NaN\" or \"Infinity\" in JSON, nan or inf in CSV.")
  var format = Format.text

  /// Text.
  package init() {}

  /// Prints a result to stdout.
  package func print(_ result: CommandResult) throws {
    switch format {
    case .text: try Console.print(result.text)
    case .json: try Console.print(result.json)
    case .csv: try Console.print(result.csv)
    }
  }
}
