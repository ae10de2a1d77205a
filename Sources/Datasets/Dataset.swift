/// Labelled images to train and to test a classifier with.
public struct Dataset: Sendable, Equatable {
  /// What the data set is called: `shapes`, `cifar10`, or the name of its directory.
  public let name: String
  /// The names of the classes; a label is a position in this list.
  public let classNames: [String]
  /// The images to learn from.
  public let training: LabeledImages
  /// The images that are kept from training.
  public let test: LabeledImages

  /// A data set of these images, all of one size.
  public init(
    name: String, classNames: [String], training: LabeledImages, test: LabeledImages
  ) {
    precondition(
      training.imageShape == test.imageShape,
      "training images are \(training.imageShape), test images \(test.imageShape)")
    let highest = max(training.labels.max() ?? 0, test.labels.max() ?? 0)
    precondition(
      highest < classNames.count, "label \(highest) has no name among \(classNames.count)")
    self.name = name
    self.classNames = classNames
    self.training = training
    self.test = test
  }

  /// Height, width and channels of every image.
  public var imageShape: [Int] { training.imageShape }

  /// The same data set with at most so many images of each class, the first ones; nil keeps all.
  public func limited(trainingPerClass: Int? = nil, testPerClass: Int? = nil) -> Dataset {
    guard trainingPerClass != nil || testPerClass != nil else { return self }
    return Dataset(
      name: name, classNames: classNames,
      training: trainingPerClass.map { training.limited(perClass: $0) } ?? training,
      test: testPerClass.map { test.limited(perClass: $0) } ?? test)
  }
}

extension Dataset: CustomStringConvertible {
  /// Name and sizes: `shapes: 10 classes, 10000 + 1000 images of 28x28x1`.
  public var description: String {
    let shape = imageShape.map(String.init).joined(separator: "x")
    return "\(name): \(classNames.count) classes, "
      + "\(training.count) + \(test.count) images of \(shape)"
  }
}
