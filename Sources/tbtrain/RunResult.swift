import CommandSupport
import Files
import Foundation
import ModelFiles
import TextOutput

/// How a run ended; `result.json` in its directory.
struct RunResult: Decodable, Equatable {
  enum Status: String, Decodable {
    case finished
    case stoppedEarly = "stopped early"
    case diverged
    /// Stopped by the user: never in a file.
    case interrupted
  }

  var status: Status
  /// Updates made.
  var step: Int
  /// Updates of the whole training.
  var totalSteps: Int
  /// The last test's share of correct predictions; nil before the first test.
  var accuracy: Double?
  /// The last test's mean cross entropy in nats.
  var loss: Double?
  /// The best test.
  var best: BestResult?
  /// Convolutions and their dead filters, for people.
  var deadFilters: [String] = []
  /// The time that the training took, all its parts together.
  var seconds = 0.0

  init(status: Status, step: Int, totalSteps: Int) {
    (self.status, self.step, self.totalSteps) = (status, step, totalSteps)
  }

  private enum CodingKeys: String, CodingKey {
    case status, step, accuracy, loss, best, seconds
    case totalSteps = "total_steps"
    case deadFilters = "dead_filters"
  }

  /// Takes a test's result down.
  mutating func take(_ evaluation: Evaluation, best: BestResult?) {
    accuracy = evaluation.accuracy
    loss = evaluation.loss
    let dead = evaluation.deadFilters.map { "\($0.layer) \($0.dead)" }
    if !dead.isEmpty { deadFilters = dead }
    self.best = best
  }

  static let fileName = "result.json"

  /// The result that a run's directory holds; nil when there is none, or it can't be read.
  init?(of directory: RunDirectory) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let path = Path.joined(directory.path, Self.fileName)
    guard let bytes = try? OpenFile.contents(of: path, limit: 1_000_000),
      let result = try? decoder.decode(Self.self, from: Data(bytes))
    else { return nil }
    self = result
  }

  /// The result as the file and `--format json` have it.
  var json: JSON {
    JSON([
      "accuracy": accuracy,
      "best": best.map {
        JSON(["accuracy": $0.accuracy, "loss": $0.loss, "step": $0.step])
      },
      "dead_filters": deadFilters, "loss": loss, "seconds": seconds, "status": status.rawValue,
      "step": step, "total_steps": totalSteps,
    ])
  }

  /// Writes the result into a run's directory.
  func write(to directory: RunDirectory) throws {
    try OutputFile(path: Path.joined(directory.path, Self.fileName), force: true)
      .write("\(json.indentedText)\n".utf8)
  }
}
