/// Why a checkpoint can't be loaded or saved.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, with the facts.
  public enum Problem: Sendable, Equatable {
    /// Neither a file nor a run's directory with a checkpoint in it.
    case notThere
    /// No run below this directory has a checkpoint.
    case noneBelow
    /// Tensors, but nothing that says what network they belong to.
    case noDescription(tensorCount: Int)
    /// An entry of the metadata that can't be understood.
    case badMetadata(key: String, String)
    /// A description that contradicts itself or the tensors.
    case model(ModelProblem)
    /// Saved without the optimizer's state, or by another tool.
    case noOptimizer
    /// An architecture for a model that says itself what it is.
    case needsNoArchitecture(String)
    /// The optimizer's file isn't the one this checkpoint was saved with.
    case foreignOptimizer(file: String, step: Int)
    /// The system can't list or make the directory; its words.
    case system(String)
  }

  /// The file or directory.
  public let path: String
  /// What is wrong with it.
  public let problem: Problem

  init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  /// The sentence for a user.
  public var description: String { "\(path): \(sentence)" }

  private var sentence: String {
    switch problem {
    case .notThere:
      "no checkpoint is there"
    case .noneBelow:
      "no run below this directory has a checkpoint; tbtrain lenet makes one"
    case .noDescription(let tensorCount):
      """
      its metadata doesn't say what network its \(tensorCount) tensors belong to, and their names \
      and shapes aren't those of a LeNet (conv1, conv2, fc1, fc2)
      """
    case .badMetadata(let key, let what):
      "\"\(key)\" in its metadata \(what)"
    case .model(let problem):
      problem.description
    case .noOptimizer:
      "was saved without the optimizer's state, so training can't go on from it"
    case .needsNoArchitecture(let file):
      "says itself what network it is, so \(file) isn't needed"
    case .foreignOptimizer(let file, let step):
      "\(file) isn't the optimizer's state of step \(step)"
    case .system(let reason):
      reason
    }
  }
}
