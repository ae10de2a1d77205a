import FuzzSupport

/// The messages of event files, field by field.
///
/// - Source: TensorBoard, `compat/proto/*.proto` and `plugins/*/*.proto`.
enum LogGrammar {
  private static let tags = ["a", "loss", "b/c", "é", "e\u{301}", "", "=1+1", "../x", "\u{1B}[2J"]
  private static let plugins = [
    "scalars", "histograms", "images", "audio", "text", "hparams", "custom_scalars", "pr_curves",
    "mesh", "_hparams_/session_start_info",
  ]

  static let shape: MessageGrammar = [2: .message([1: .varint, 2: .text(["n"])]), 3: .varint]

  static let tensor: MessageGrammar = [
    1: .varint, 2: .message(shape), 3: .varint, 4: .bytes, 5: .floats, 6: .doubles, 7: .varints,
    8: .text(["# Title\n", "*text* `code`", "| a | b |\n|--|--|\n| 1 | 2 |"]), 9: .floats,
    10: .varints, 11: .varints, 13: .varints, 16: .varints, 17: .varints,
  ]

  static let value: MessageGrammar = [
    1: .text(tags), 2: .float,
    4: .message([1: .varint, 2: .varint, 3: .varint, 4: .bytes]),
    5: .message([
      1: .double, 2: .double, 3: .double, 4: .double, 5: .double, 6: .doubles, 7: .doubles,
    ]),
    6: .message([1: .float, 2: .varint, 3: .varint, 4: .bytes, 5: .text(["audio/wav"])]),
    8: .message(tensor), 9: .message(metadata),
  ]

  static let metadata: MessageGrammar = [
    1: .message([1: .text(plugins), 2: .message(hyperparameters)]), 2: .text(["name"]),
    3: .text(["**what** it is"]), 4: .varint,
  ]

  static let event: MessageGrammar = [
    1: .double, 2: .varint, 3: .text(["brain.Event:2", "brain.Event:1"]),
    4: .nested { graph }, 5: .message([1: .message(value)]), 6: .message([1: .varint, 2: .bytes]),
    7: .message([1: .varint, 2: .text(["p"]), 3: .text(["m"])]),
    8: .message([1: .text(tags), 2: .bytes]), 9: .bytes, 10: .message([1: .text(["w"])]),
  ]

  private static let anyValue: MessageGrammar = [
    1: .varint, 2: .double, 3: .text(["v"]), 4: .varint,
    5: .nested { [1: .message([1: .text(["k"]), 2: .message(anyValue)])] },
    6: .nested { [1: .message(anyValue)] },
  ]

  private static let metricName: MessageGrammar = [1: .text(["g"]), 2: .text(tags)]

  static let hyperparameters: MessageGrammar = [
    1: .varint,
    2: .message([
      1: .text([]), 2: .text([]), 3: .text([]), 4: .double,
      5: .message([
        1: .text(["lr"]), 2: .text(["rate"]), 3: .text([]), 4: .varint,
        5: .message([1: .message(anyValue)]), 6: .message([1: .double, 2: .double]),
      ]),
      6: .message([1: .message(metricName), 3: .text([]), 4: .text([]), 5: .varint]),
    ]),
    3: .message([
      1: .message([1: .text(["lr", "n"]), 2: .message(anyValue)]), 2: .text([]), 3: .text([]),
      4: .text(["g"]), 5: .double,
    ]),
    4: .message([1: .varint, 2: .double]),
  ]

  private static let list: MessageGrammar = [
    2: .bytes, 3: .varints, 4: .floats, 5: .varints, 6: .varints, 7: .message(shape),
    8: .message(tensor),
  ]

  private static let attribute: MessageGrammar = [
    1: .message(list), 2: .bytes, 3: .varint, 4: .float, 5: .varint, 6: .varint, 7: .message(shape),
    8: .message(tensor), 9: .text(["T"]), 10: .bytes,
  ]

  static let graph: MessageGrammar = [
    1: .message([
      1: .text(["a", "a/b", "c"]), 2: .text(["Conv2D"]), 3: .text(["a", "^a", "a:1"]),
      4: .text(["/device:GPU:0"]),
      5: .message([1: .text(["T", "_output_shapes"]), 2: .message(attribute)]),
    ]),
    3: .varint, 4: .message([1: .varint, 2: .varint]),
  ]

  private static let tagPatterns: MessageGrammar = [1: .text(tags)]

  static let layout: MessageGrammar = [
    1: .varint,
    2: .message([
      1: .text(["title"]),
      2: .message([
        1: .text(["chart"]), 2: .message(tagPatterns),
        3: .message([1: .message([1: .text(tags), 2: .text(tags), 3: .text(tags)])]),
      ]), 3: .varint,
    ]),
  ]
}
