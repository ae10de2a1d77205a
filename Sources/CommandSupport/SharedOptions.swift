public import ArgumentParser

// The same flag has the same name, and the same words in `--help`, in every tool.

/// `--force`.
public struct ForceOption: ParsableArguments {
  /// Whether files that exist may be replaced.
  @Flag(name: .customLong("force"), help: "Replace files that exist already.")
  public var isOn = false

  /// Off.
  public init() {}
}

/// `--quiet`.
public struct QuietOption: ParsableArguments {
  /// Whether progress is kept to oneself.
  @Flag(name: .customLong("quiet"), help: "Show no progress, only results and errors.")
  public var isOn = false

  /// Off.
  public init() {}

  /// The progress style that the flag and stderr ask for.
  public var progressStyle: ProgressBar.Style { .automatic(quiet: isOn) }
}

/// `--seed`.
public struct SeedOption: ParsableArguments {
  /// What every random choice is a function of.
  @Option(name: .customLong("seed"), help: "Seed of every random choice.")
  public var value = 1

  /// Seed 1.
  public init() {}
}

/// `--threads`.
public struct ThreadsOption: ParsableArguments {
  /// How many threads compute, or nil for one a core.
  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: ArgumentHelp(
      "Threads that compute. (default: one a core)",
      discussion: "The results are the same, bit for bit, with any number.", valueName: "count"))
  public var count: Int?

  /// One a core.
  public init() {}

  /// Refuses numbers below 1, and more than any machine has.
  public func validate() throws {
    if let count, !(1...4096).contains(count) {
      throw ValidationError("--threads lies in 1 ... 4096, not \(count)")
    }
  }
}

/// `--checkpoint`.
public struct CheckpointOption: ParsableArguments {
  /// The checkpoint's path, or nil for the newest.
  @Option(
    name: .customLong("checkpoint"),
    help: ArgumentHelp(
      "The trained network. (default: the newest in logdir/)",
      discussion: "A .safetensors or .onnx file, or the folder of a run.", valueName: "path"))
  public var path: String?

  /// The newest.
  public init() {}
}
