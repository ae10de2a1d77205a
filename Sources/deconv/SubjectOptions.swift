import ArgumentParser
import CommandSupport
import Datasets
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// The flags that say which image is looked at, and for which class.
struct SubjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Look at this PNG, not one of the data set.", valueName: "png"))
  var image: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The image of the data set, from 0. (default: 0)", valueName: "number"))
  var index: Int?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "The class, by name or number. (default: the image's own)",
      discussion: "A PNG has none of its own: then it is the most probable one.",
      valueName: "class"))
  var label: String?

  @OptionGroup var data: DataOptions

  func validate() throws {
    if image != nil, data.data != nil || index != nil {
      throw ValidationError(
        "--image and \(index != nil ? "--index" : "--data") both say what to look at; give one")
    }
  }

  /// The image.
  ///
  /// - Throws: what reading it throws, and `CommandFailure` when it or the class isn't there.
  func subject(for network: Network) throws -> Subject {
    let subject: Subject
    if let image {
      subject = try Subject(
        InputImage(file: image, for: network), label: nil, classNames: network.classNames, network)
    } else {
      subject = try DataImages(data, for: network).subject(index ?? 0, network)
    }
    return try label.map { try subject.asking(for: $0) } ?? subject
  }
}

extension DataImages {
  /// One image as a subject.
  func subject(_ index: Int, _ network: Network) throws -> Subject {
    try checkClasses(network)
    guard images.labels.indices.contains(index) else {
      throw CommandFailure(
        "\(setName): has no \(split.rawValue) image \(index): they are 0 to \(count - 1)")
    }
    return Subject(
      InputImage(
        image: image(at: index), name: "\(split.rawValue) image \(index), \(name(of: index))",
        caption: caption(of: index)),
      label: images.labels[index], classNames: classNames, network)
  }

  /// Makes sure that labels are the network's classes.
  func checkClasses(_ network: Network) throws {
    let classes = network.deconvnet.classCount(input: network.inputShape)
    guard classNames.count == classes else {
      throw CommandFailure(
        """
        \(setName): has \(classNames.count) classes, but the network tells \(classes) apart
        """)
    }
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
  /// What the network says of the image.
  let probabilities: [Float]

  /// - Parameter label: nil for the most probable class.
  init(_ image: InputImage, label: Int?, classNames: [String], _ network: Network) {
    self.image = image
    self.classNames = classNames
    tensor = image.tensor(network.pixels)
    let probabilities = network.deconvnet.probabilities(of: tensor).scalars
    self.probabilities = probabilities
    let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    self.label = label ?? best
    origin = label == nil ? "the most probable" : "its own"
  }

  /// The same image, asked about a class of this name or number.
  func asking(for text: String) throws -> Subject {
    let number = classNames.firstIndex(of: text) ?? Int(text)
    guard let number, classNames.indices.contains(number) else {
      let names = classNames.prefix(12).joined(separator: ", ")
      throw CommandFailure(
        "there is no class \(text): they are \(names)\(classNames.count > 12 ? ", …" : "")")
    }
    var subject = self
    (subject.label, subject.origin) = (number, "asked for")
    return subject
  }

  /// What the class asked about is called.
  var className: String { classNames[label] }

  /// The same as a phrase.
  var phrase: String { Self.phrase(className) }

  /// The most probable class, and how probable it is.
  var prediction: (label: Int, probability: Float) {
    let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    return (best, probabilities[best])
  }

  /// A line on what the network says: `cat (its own), probability 0.82; most probable: cat`.
  var answer: String {
    let own =
      "\(phrase) (\(origin)), probability "
      + Format.number(Double(probabilities[label]), digits: 3)
    let (best, probability) = prediction
    return best == label
      ? own + ", the most probable"
      : own
        + "; most probable is \(Self.phrase(classNames[best])), "
        + Format.number(Double(probability), digits: 3)
  }

  /// `5` alone says nothing: `class 5`.
  static func phrase(_ className: String) -> String {
    className.allSatisfy(\.isNumber) ? "class \(className)" : className
  }
}

extension InputImage {
  /// An image that is there already.
  init(image: Image, name: String, caption: String) {
    self.image = image
    self.name = name
    self.caption = caption
  }
}

extension Network {
  /// The names that the checkpoint has for its classes; numbers where it has none.
  var classNames: [String] {
    let classes = deconvnet.classCount(input: inputShape)
    let names = checkpoint.state?.data?.classNames ?? []
    return names.count == classes ? names : (0..<classes).map { "\($0)" }
  }

  /// A gray from 0, black, to 1, white, as the network takes it: one scalar a channel.
  func inputScalars(ofGray gray: Float) -> [Float] {
    func scalars(_ color: Color) -> [Float] {
      let dot = Image(width: 1, height: 1, channels: inputShape[2], filledWith: color)
      return InputImage(image: dot, name: "", caption: "").tensor(pixels).scalars
    }
    return zip(scalars(.black), scalars(.white)).map { $0 + gray * ($1 - $0) }
  }
}
