import ArgumentParser
import CommandSupport
import Datasets
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// The flags that say which image is looked at.
struct ImageOptions: ParsableArguments {
  @Option("Look at this PNG or JPEG, not one of the data set.", "file") var image: String?
  @Option("The data set's image, from 0. (default: 0)", "number") var index: Int?
  @OptionGroup var data: DataOptions

  func validate() throws {
    guard image != nil, data.data != nil || index != nil else { return }
    throw ValidationError(
      "--image and \(index != nil ? "--index" : "--data") both say what to look at; give one")
  }

  /// The image, as commands show and name it.
  ///
  /// - Throws: what reading it throws, and `CommandFailure` when it isn't there.
  func input(for network: Network) throws -> InputImage {
    try image.map { try InputImage(file: $0, for: network) }
      ?? DataImages(data, for: network, remedy: "--data or --image says what to look at")
      .numbered(index ?? 0)
  }
}

/// The flags that say which image is looked at, and for which class.
struct SubjectOptions: ParsableArguments {
  @OptionGroup var one: ImageOptions

  @Option(
    "The class, by name or number. (default: the image's own)", "class",
    more: "A file has none of its own: then it is the most probable one.",
    name: .customLong("class"))
  var label: String?

  /// Reads the image and asks the network about it.
  ///
  /// - Throws: what reading it throws, and `CommandFailure` when it or the class isn't there.
  func subject(for network: Network) throws -> Subject {
    _ = try network.classes()
    let subject =
      try one.image.map { try Subject(file: $0, network) }
      ?? DataImages(one.data, for: network).subject(one.index ?? 0, network)
    return try label.map { try subject.asking(for: $0) } ?? subject
  }
}

/// The flags that say which images are compared.
struct SubjectListOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Take this PNG or JPEG; may be given several times.", valueName: "file"))
  var image: [String] = []

  @Option(
    "Images of the set, as 0,7,20-22. (default: of five classes one)", "numbers",
    more: "Counted from 0.")
  var index: NumberList?

  @OptionGroup var data: DataOptions

  func validate() throws {
    if !image.isEmpty, data.data != nil || index != nil {
      throw ValidationError(
        "--image and \(index != nil ? "--index" : "--data") both say what to look at; give one")
    }
    if let index, index.ranges.contains(where: { $0.count > 10_000 }) {
      throw ValidationError("--index names at most 10000 images")
    }
  }

  /// Reads the images; without flags the first of each of five classes.
  ///
  /// - Parameter needsClasses: whether the network is asked about classes.
  /// - Throws: what reading them throws, and `CommandFailure` where one isn't there.
  func subjects(for network: Network, needsClasses: Bool = true) throws -> [Subject] {
    if needsClasses { _ = try network.classes() }
    if !image.isEmpty { return try image.map { try Subject(file: $0, network) } }
    let source = try DataImages(data, for: network)
    let labels = source.images.labels
    let numbers =
      index.map { Array($0.ranges.joined()) }
      ?? Set(labels).sorted().prefix(5).compactMap { labels.firstIndex(of: $0) }
    return try numbers.map { try source.subject($0, network) }
  }
}

/// An image and the class that is asked about.
struct Subject {
  let image: InputImage
  /// The image as the network takes it.
  let tensor: Tensor
  /// The class asked about.
  var label: Int
  /// Where the class comes from, in a word or two.
  var origin: String
  let classNames: [String]
  /// What the network says of the image; nothing where its output isn't a row of classes.
  let probabilities: [Float]
  /// The most probable class.
  private let best: Int

  /// - Parameter label: nil for the most probable class.
  init(_ image: InputImage, label: Int?, classNames: [String], _ network: Network) {
    self.image = image
    self.classNames = classNames
    tensor = image.tensor(network.pixels)
    let probabilities =
      network.classCount == nil ? [] : network.deconvnet.probabilities(of: tensor).scalars
    self.probabilities = probabilities
    best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    self.label = label ?? best
    origin = label == nil ? "the most probable" : "its own"
  }

  /// An image file, asked about its most probable class.
  init(file path: String, _ network: Network) throws {
    self.init(
      try InputImage(file: path, for: network), label: nil, classNames: network.classNames, network)
  }

  /// The same image, asked about a class of this name or number.
  func asking(for text: String) throws(CommandFailure) -> Subject {
    var subject = self
    (subject.label, subject.origin) = (try classNames.number(ofClass: text), "asked for")
    return subject
  }

  /// What the class asked about is called.
  var className: String { classNames[label] }

  /// The same as a phrase.
  var phrase: String { Self.phrase(className) }

  /// Checkpoint, image and class, as JSON begins with them.
  func json(_ network: Network) -> JSON {
    JSON([
      "checkpoint": network.checkpoint.path, "image": image.name, "class": label,
      "class_name": className,
    ])
  }

  /// A line on what the network says: `cat (its own), probability 0.82; most probable: cat`.
  var answer: String {
    func probability(_ label: Int) -> String { Format.number(probabilities[label], digits: 3) }
    let own = "\(phrase) (\(origin)), probability \(probability(label))"
    return best == label
      ? own + ", the most probable"
      : "\(own); most probable is \(Self.phrase(classNames[best])), \(probability(best))"
  }

  /// `5` alone says nothing: `class 5`.
  static func phrase(_ className: String) -> String {
    className.allSatisfy(\.isNumber) ? "class \(className)" : className
  }
}

extension [String] {
  /// The number of a class that a user named, or counted from 0.
  func number(ofClass text: String) throws(CommandFailure) -> Int {
    guard !isEmpty else {
      throw CommandFailure(
        "there is no class \(text): the network's output isn't a row of classes")
    }
    guard let number = firstIndex(of: text) ?? Int(text), indices.contains(number) else {
      throw CommandFailure("there is no class \(text): they are \(Words.list(self))")
    }
    return number
  }
}
