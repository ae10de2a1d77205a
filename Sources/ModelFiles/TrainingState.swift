/// What a checkpoint knows of the training it is a moment of.
public struct TrainingState: Sendable, Equatable {
  /// Updates made so far.
  public var step: Int
  /// The seed of the run.
  public var seed: Int
  /// The data set it learns from.
  public var data: DataDescription?
  /// The command's settings as JSON, so that a run can be repeated and resumed; nil for none.
  public var settings: String?
  /// The best test so far.
  public var best: BestResult?
  /// Seconds that were trained so far.
  public var seconds: Double

  /// A moment of a training.
  public init(
    step: Int, seed: Int, data: DataDescription?, settings: String? = nil,
    best: BestResult? = nil, seconds: Double = 0
  ) {
    self.step = step
    self.seed = seed
    self.data = data
    self.settings = settings
    self.best = best
    self.seconds = seconds
  }
}

/// The test with the highest accuracy; of equal ones the first.
public struct BestResult: Sendable, Equatable, Codable {
  /// Updates made before the test.
  public var step: Int
  /// The share of correct predictions.
  public var accuracy: Double
  /// The mean cross entropy in nats.
  public var loss: Double

  /// A test's result.
  public init(step: Int, accuracy: Double, loss: Double) {
    self.step = step
    self.accuracy = accuracy
    self.loss = loss
  }
}

/// How to find a data set again, and what was made of its images.
public struct DataDescription: Sendable, Equatable, Codable {
  /// What the user gave: a drawn set's name (`shapes`, `digits`) or a path.
  public var source: String
  /// The names of the classes, in the order of the labels.
  public var classNames: [String]
  /// How bytes became scalars: `0..1` or `-1..1`.
  public var pixels: String
  /// Images taken of each class for training; nil for all.
  public var trainingPerClass: Int?
  /// Images taken of each class for the test; nil for all.
  public var testPerClass: Int?

  private enum CodingKeys: String, CodingKey {
    case source, pixels
    case classNames = "classes"
    case trainingPerClass = "train_per_class"
    case testPerClass = "test_per_class"
  }

  /// A data set.
  public init(
    source: String, classNames: [String], pixels: String, trainingPerClass: Int? = nil,
    testPerClass: Int? = nil
  ) {
    self.source = source
    self.classNames = classNames
    self.pixels = pixels
    self.trainingPerClass = trainingPerClass
    self.testPerClass = testPerClass
  }
}
