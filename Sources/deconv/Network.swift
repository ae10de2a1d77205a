import ArgumentParser
import CommandSupport
import Datasets
import Files
import JPEGImages
import ModelFiles
import NeuralNetworks
import TextOutput
import Visualization

/// A trained network and what its checkpoint knows of it.
struct Network {
  let checkpoint: Checkpoint
  let model: Sequential
  let deconvnet: Deconvnet
  /// How bytes become scalars.
  let pixels: PixelRange
  /// What is done to images before.
  let preparation: InputPreparation
  /// What its classes are called; nil where nobody said it.
  let knownClassNames: [String]?
  /// How many classes it tells apart; nil where its output isn't a row of them.
  let classCount: Int?
  /// What a preset and the file itself said of images and classes, in words.
  let origins: [(name: String, text: String)]

  /// Opens a checkpoint, or the newest of a directory of runs.
  init(_ options: LabOptions) throws {
    var wanted = Preprocessing(options)
    if options.architecture != nil, options.checkpoint == nil {
      throw CommandFailure("--architecture says what --checkpoint is; give both")
    }
    let architecture = try options.architecture.map { try Architecture(path: $0) }
    let size = wanted.preparation.size
    checkpoint =
      try options.checkpoint.map {
        try Checkpoint(path: $0, architecture: architecture, imageSize: size)
      } ?? Checkpoint.newest(under: options.runs)
    let metadata = checkpoint.imageMetadata
    var taken =
      wanted.complete(
        with: Preprocessing(metadata, channels: checkpoint.model.inputShape.last ?? 1)
      ).map { [$0] } ?? []
    preparation = wanted.preparation
    model = try Self.model(of: checkpoint, wanted)
    deconvnet = Deconvnet(of: model)
    let output = try model.outputShape(for: checkpoint.model.inputShape)
    classCount = output.count { $0 != 1 } < 2 ? output.reduce(1, *) : nil
    let names = try Self.classNames(options, checkpoint, count: classCount)
    knownClassNames = names.names
    if names.isOfMetadata { taken.append(Format.counted(names.names?.count ?? 0, "class name")) }
    origins =
      (options.preprocess.map { [("preprocess", $0.preprocessing.description)] } ?? [])
      + (taken.isEmpty ? [] : [("from the model", taken.joined(separator: ", "))])
    if metadata.isBlueFirst {
      Console.tell(
        "\(checkpoint.path): says that it takes blue before red, but images are given to it as RGB")
    }
    let recorded = checkpoint.state?.data?.pixels
    let known = PixelRange(rawValue: recorded ?? PixelRange.zeroToOne.rawValue)
    guard let known = wanted.pixels ?? known else {
      throw CommandFailure(
        "\(checkpoint.path): its pixels are \"\(recorded ?? "")\"; --pixels says what they are")
    }
    self.pixels = known
    if checkpoint.isRecognized {
      Console.tell(
        """
        \(checkpoint.path): says nothing of its network; by its tensors it is taken for a LeNet on \
        \(Self.size(checkpoint.model.inputShape)) images, pixels \(known.rawValue)
        """)
    }
  }

  /// The checkpoint's network, with what --mean and --std say before it, and without the softmax that
  /// some tools put at the end: commands ask for logits.
  private static func model(
    of checkpoint: Checkpoint, _ input: Preprocessing
  ) throws -> Sequential {
    var model = try checkpoint.makeModel()
    while let last = model.layers.last?.layer, last is Softmax || last is LogSoftmax {
      model.layers.removeLast()
    }
    let normalization = try InputPreparation.normalization(
      mean: input.mean, std: input.std, channels: checkpoint.model.inputShape.last ?? 1)
    guard let normalization else { return model }
    // A name that no layer of the network can have by accident.
    let named = Sequential.NamedLayer("(x - mean) / std", normalization)
    return model.behind(named)
  }

  /// The names of the classes: the flag's, the file's own, those of its training, a preset's.
  ///
  /// - Throws: `CommandFailure` when the flag's aren't as many as there are classes.
  private static func classNames(
    _ options: LabOptions, _ checkpoint: Checkpoint, count: Int?
  ) throws(CommandFailure) -> (names: [String]?, isOfMetadata: Bool) {
    if let path = options.classes {
      let names = try ClassNames(nameOrPath: path).names
      guard names.count == count else {
        let classes = count.map { "tells \(Format.counted($0, "class", plural: "classes")) apart" }
        throw CommandFailure(
          """
          --classes \(path): names \(Format.counted(names.count, "class", plural: "classes")), but \
          \(checkpoint.path) \(classes ?? "has no row of classes as its output")
          """)
      }
      return (names, false)
    }
    if let names = checkpoint.imageMetadata.classNames, names.count == count {
      return (names, true)
    }
    if let names = checkpoint.state?.data?.classNames, names.count == count {
      return (names, false)
    }
    let isImageNet = options.preprocess == .imagenet && count == ImageNetClasses.names.count
    return (isImageNet ? ImageNetClasses.names : nil, false)
  }

  /// A half of a data set by its name or directory, its images prepared for the network.
  ///
  /// - Parameter limit: at most so many images of a class; nil: all.
  /// - Throws: `DatasetError` or `CommandFailure`.
  func images(
    of nameOrPath: String, _ split: Split, perClass limit: Int?
  ) throws -> (setName: String, classNames: [String], images: LabeledImages) {
    let isTest = split == .test
    let known = ClassMatch.labels(of: knownClassNames, count: classCount ?? 0)
    if !Dataset.drawnNames.contains(nameOrPath),
      let directory = ImageDirectory(
        path: nameOrPath, half: isTest ? .test : .training, isClass: { known[$0] != nil })
    {
      if let other = directory.others.first {
        Console.tell(
          """
          \(nameOrPath): \(Format.counted(directory.others.count, "image")) of other formats left \
          out (\(Path.lastComponent(of: other))); convert to PNG or JPEG
          """)
      }
      let images = try directory.load(preparation, shape: inputShape, perClass: limit)
      return (directory.name, directory.classNames, images)
    }
    // Of the other half as few as possible are read.
    let set = try Dataset(
      nameOrPath: nameOrPath, formats: .photographs, trainingPerClass: isTest ? 1 : limit,
      testPerClass: isTest ? limit : 1, inColor: inputShape.last == 3)
    let images = try preparation.prepared(isTest ? set.test : set.training, shape: inputShape)
    return (set.name, set.classNames, images)
  }

  /// What a preset and the file itself said, a line each; nil where nothing was taken from them.
  var originText: String? {
    origins.isEmpty ? nil : origins.map { "\($0.name): \($0.text)" }.joined(separator: "\n")
  }

  /// Height, width and channels of the images it takes.
  var inputShape: [Int] { checkpoint.model.inputShape }

  /// `28x28 gray` for `[28, 28, 1]`.
  static func size(_ shape: [Int]) -> String {
    guard shape.count == 3 else { return "\(shape)" }
    let colors = [1: "gray", 3: "RGB"][shape[2]] ?? "\(shape[2])-channel"
    return "\(shape[0])x\(shape[1]) \(colors)"
  }
}

extension Network {
  /// The layer that is named, or the highest convolution.
  ///
  /// - Parameter use: what the layer is for.
  /// - Throws: `DeconvnetError`, or `CommandFailure` for a network of dense layers.
  func convolution(_ name: LayerName?, use: String) throws -> NumberedLayer {
    if let name { return try name.layer(of: deconvnet) }
    guard let highest = deconvnet.highestConvolution else {
      throw CommandFailure("\(checkpoint.path): has no convolution; --layer says \(use)")
    }
    return highest
  }

  /// The last layer but one, whose features are the network's own words.
  var lastButOne: NumberedLayer {
    get throws { try deconvnet.layer(max(1, deconvnet.layers.count - 1)) }
  }

  /// The names of its classes: numbers where nobody said them, none where there are no classes.
  var classNames: [String] { knownClassNames ?? (0..<(classCount ?? 0)).map { "\($0)" } }

  /// How many classes it tells apart.
  ///
  /// - Throws: `CommandFailure` when its output isn't a row of them.
  func classes() throws(CommandFailure) -> Int {
    if let classCount { return classCount }
    let shape = (try? model.outputShape(for: inputShape)) ?? []
    throw CommandFailure(
      """
      \(checkpoint.path): its output is \(shape.map(String.init).joined(separator: "x")), not a row of \
      classes, so that no class can be asked about; project, top, activations and maximize look at \
      its layers
      """)
  }

  /// Whether a layer's units are the classes.
  func isClassLayer(_ layer: NumberedLayer) -> Bool {
    layer.isLast && layer.filters == classNames.count
  }

  /// `filter 7`, or a class's name.
  func name(of filter: Int, in layer: NumberedLayer) -> String {
    isClassLayer(layer) ? Subject.phrase(classNames[filter]) : "\(layer.filterNoun) \(filter)"
  }

  /// A gray from 0, black, to 1, white, as the network takes it: one scalar a channel.
  func inputScalars(ofGray gray: Float) -> [Float] {
    let (black, white) = (pixels.scalar(of: 0), pixels.scalar(of: 255))
    return Array(repeating: black + gray * (white - black), count: inputShape[2])
  }
}
