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
  @Option("Seed of every random choice.", name: .customLong("seed")) public var value = 1

  /// Seed 1.
  public init() {}
}

/// `--threads`.
public struct ThreadsOption: ParsableArguments {
  /// How many threads compute, or nil for one a core.
  @Option(
    "Threads that compute. (default: one a core)", "count", .within(1...4096),
    more: "The results are the same, bit for bit, with any number.", name: .customLong("threads"))
  public var count: Int?

  /// One a core.
  public init() {}
}

/// `--checkpoint`.
public struct CheckpointOption: ParsableArguments {
  /// The checkpoint's path, or nil for the newest.
  @Option(
    "The trained network. (default: the newest in logdir/)", "path",
    more: "A .safetensors or .onnx file, or the directory of a run.",
    name: .customLong("checkpoint"))
  public var path: String?

  /// The newest.
  public init() {}
}
