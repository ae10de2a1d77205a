package import ArgumentParser

// The same flag has the same name, and the same words in `--help`, in every tool:
//
//     @Flag(.force) var force = false
//     @Option(.threads) var threads: Int?
//
// They are no option groups: the parser's checks in debug builds cost several times more for each level.

/// A flag without a value that several commands have.
package enum SharedFlag: String {
  case force = "Replace files that exist already."
  case quiet = "Show no progress, only results and errors."
}

extension Flag where Value == Bool {
  package init(wrappedValue: Bool, _ shared: SharedFlag) {
    self.init(wrappedValue: wrappedValue, help: ArgumentHelp(stringLiteral: shared.rawValue))
  }
}

/// A flag with a value that several commands have.
package struct SharedOption<Value: ExpressibleByArgument & Sendable> {
  let help: String
  let value: String
  var bounds = Bounds<Value>(words: "be a value") { _ in true }
  let more: String
}

extension SharedOption<Int> {
  /// How many threads compute; nil for one a core.
  package static var threads: Self {
    Self(
      help: "Threads that compute. (default: one a core)", value: "count",
      bounds: .within(1...4096),
      more: "The results are the same, bit for bit, with any number.")
  }
}

extension SharedOption<String> {
  /// The checkpoint's path; nil for the newest.
  package static var checkpoint: Self {
    Self(
      help: "The trained network. (default: the newest in logdir/)", value: "path",
      more: "A .safetensors or .onnx file, or the directory of a run.")
  }
}

extension SharedOption<OutputFormat> {
  /// How a result is printed.
  package static var format: Self {
    Self(
      help: "Print text, json (an object a line) or csv.", value: "format",
      more: "What isn't finite is \"NaN\" or \"Infinity\" in JSON, nan or inf in CSV.")
  }
}

extension Option {
  package init(wrappedValue: Value, _ shared: SharedOption<Value>)
  where Value: ExpressibleByArgument & Sendable {
    self.init(wrappedValue: wrappedValue, shared.help, shared.value, more: shared.more)
  }

  package init<Given>(_ shared: SharedOption<Given>) where Value == Given? {
    if Given.self == String.self {
      self.init(shared.help, shared.value, more: shared.more)
    } else {
      self.init(shared.help, shared.value, shared.bounds, more: shared.more)
    }
  }
}

/// How a result is printed.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text, json, csv

  /// Prints a result to stdout.
  package func print(_ result: CommandResult) throws {
    switch self {
    case .text: try Console.print(result.text)
    case .json: try Console.print(result.json)
    case .csv: try Console.print(result.csv)
    }
  }
}
