import FuzzSupport
import ModelFiles
import NeuralNetworks

@testable import tbtrain

// The recipe in a checkpoint, which must be checked like flags.

let checkpointFile = ScratchFile("recipe.safetensors")

/// Checks the settings of a checkpoint with this recipe: they can be written and read again, and what is
/// worked out from them doesn't trap.
func readRecipe(_ recipe: String) throws {
  let quoted =
    recipe.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  let header =
    "{\"__metadata__\":{\"architecture\":\"{\\\"input\\\":[2],\\\"layers\\\":[{\\\"type\\\":\\\"ReLU\\\"}]}\","
    + "\"step\":\"7\",\"seed\":\"1\",\"recipe\":\"\(quoted)\"}}"
  var choices = FuzzSupport.Choices([])
  checkpointFile.write(choices.safetensors(header))
  let settings = try TrainingSettings(recordedIn: Checkpoint(path: checkpointFile.path))
  let steps = settings.totalSteps(stepsPerEpoch: 1000)
  expect(steps > 0, "a training of \(steps) steps")
  let schedule = settings.makeSchedule(stepsPerEpoch: 1000)
  for step in [0, 1, steps / 2, steps - 1, steps] { _ = schedule.learningRate(at: step) }
  _ = settings.makeOptimizer()
  expect(settings.batchSize > 0, "a batch of \(settings.batchSize)")
  do {
    checkpointFile.write(
      choices.safetensors(
        header.replacing(quoted, with: settings.recorded.replacing("\"", with: "\\\""))))
  }
}

extension FuzzSupport.Choices {
  mutating func safetensors(_ header: String) -> [UInt8] {
    let bytes = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
  }

  private static let words = [
    "lenet", "rnn", "lstm", "gru", "adam", "momentum", "nesterov", "rmsprop", "sgd", "adagrad",
    "he",
    "torch", "xavier", "constant", "step", "cosine", "auto", "none", "flip", "shapes", "digits",
    "relu",
    "tanh", "0..1", "-1..1", "", "1e400", "nan", "-1", "9223372036854775807", "true",
  ]

  /// Settings in today's form, or version 0.1's flags.
  mutating func recipe() -> String {
    let isOld = once(in: 4)
    let fields = list(8) { choices in
      let flag = choices.pick(Setting.all).setting.flag
      let key = isOld ? flag : choices.camel(flag)
      let value: String
      switch choices.below(6) {
      case 0, 1: value = "\"\(choices.pick(Self.words))\""
      case 2, 3: value = "\(choices.number())"
      case 4:
        value = choices.pick([
          "1e400", "1e30", "0.5", "-0.5", "null", "true", "[1,2]", "{}", "1e-45",
        ])
      default: value = "\(Int(choices.byte()))"
      }
      return "\"\(key)\":\(isOld && !value.hasPrefix("\"") ? "\"\(value)\"" : value)"
    }
    let network = "\"network\":\"\(pick(["lenet", "rnn", "lenet", "rnn", "x"]))\""
    return "{" + ([network] + fields).joined(separator: ",") + "}"
  }

  private func camel(_ flag: String) -> String { flag.replacing("-", with: "_") }
}

@Sendable func recipe(_ input: [UInt8]) throws {
  try readRecipe(String(decoding: input, as: UTF8.self))
}

@Sendable func recipeGrammar(_ input: [UInt8]) throws {
  var choices = FuzzSupport.Choices(input)
  let text = choices.recipe()
  try readRecipe(String(decoding: choices.damaged(Array(text.utf8), once: 32), as: UTF8.self))
}

runFuzzer(["recipe": recipe, "recipe-grammar": recipeGrammar])
