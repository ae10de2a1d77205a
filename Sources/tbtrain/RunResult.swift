import CommandSupport
import Foundation
import ModelFiles

/// How a run ended; `result.json` in its folder.
struct RunResult: Codable, Equatable {
  enum Status: String, Codable {
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
  /// The time that the training took, since it was last resumed.
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
    deadFilters = evaluation.deadFilters.map { "\($0.layer) \($0.dead)" }
    self.best = best
  }

  static let fileName = "result.json"

  /// The result that a run's folder holds; nil when there is none, or it can't be read.
  init?(of folder: RunFolder) {
    let url = URL(fileURLWithPath: RunFolder.joined(folder.path, Self.fileName))
    guard let data = try? Data(contentsOf: url),
      let result = try? JSONDecoder().decode(Self.self, from: data)
    else { return nil }
    self = result
  }

  /// Writes the result into a run's folder.
  func write(to folder: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let path = RunFolder.joined(folder.path, Self.fileName)
    do {
      try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandFailure("\(path): can't be written: \(error.localizedDescription)")
    }
  }
}
