import ArgumentParser
import CommandSupport
import Datasets
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

  /// Opens a checkpoint, or the newest of a directory of runs.
  init(_ options: LabOptions) throws {
    preparation = InputPreparation(resize: options.resize, crop: options.crop)
    if options.architecture != nil, options.checkpoint == nil {
      throw CommandFailure("--architecture says what --checkpoint is; give both")
    }
    let architecture = try options.architecture.map { try Architecture(path: $0) }
    let size = preparation.size
    checkpoint =
      try options.checkpoint.map {
        try Checkpoint(path: $0, architecture: architecture, imageSize: size)
      } ?? Checkpoint.newest(under: options.runs)
    model = try Self.model(of: checkpoint, options)
    deconvnet = Deconvnet(of: model)
    let recorded = checkpoint.state?.data?.pixels
    let known = PixelRange(rawValue: recorded ?? PixelRange.zeroToOne.rawValue)
    guard let known = options.pixels ?? known else {
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
    of checkpoint: Checkpoint, _ input: LabOptions
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

  /// A data set by its name or directory, its images prepared for the network.
  ///
  /// - Parameters:
  ///   - trainingPerClass: at most so many images of a class; nil: all.
  ///   - testPerClass: the same for the test images.
  /// - Throws: `DatasetError`, `ImageError` or `CommandFailure`.
  func dataset(
    _ nameOrPath: String, trainingPerClass: Int? = nil, testPerClass: Int? = nil
  ) throws -> Dataset {
    if !Dataset.drawnNames.contains(nameOrPath), let directory = ImageDirectory(path: nameOrPath) {
      return try directory.load(preparation, shape: inputShape, perClass: testPerClass)
    }
    let set = try Dataset(
      nameOrPath: nameOrPath, trainingPerClass: trainingPerClass, testPerClass: testPerClass)
    guard !preparation.isNothing else { return set }
    return Dataset(
      name: set.name, classNames: set.classNames,
      training: try preparation.prepared(set.training, shape: inputShape),
      test: try preparation.prepared(set.test, shape: inputShape))
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

  /// The names that the checkpoint has for its classes; numbers where it has none.
  var classNames: [String] {
    let classes = deconvnet.classCount(input: inputShape)
    let names = checkpoint.state?.data?.classNames ?? []
    return names.count == classes ? names : (0..<classes).map { "\($0)" }
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
