import Foundation
import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import ModelFiles

@Suite struct CheckpointTests {
  private let state = TrainingState(
    step: 120, seed: 7,
    data: DataDescription(
      source: "shapes", classNames: ["disc", "ring"], pixels: "0..1", trainingPerClass: 5),
    settings: #"{"batch_size":50}"#, seconds: 12.5)

  /// Every kind of layer, one of them inside another, sizes that differ from each other.
  static func everyLayer() -> Sequential {
    var generator = SeededGenerator(seed: 3)
    return Sequential([
      "conv1": Conv2D(
        in: 3, out: 4, kernel: Extent(height: 3, width: 5), stride: Extent(height: 1, width: 2),
        padding: Padding(top: 1, left: 2, bottom: 0, right: 1), initializer: .he,
        using: &generator),
      "tanh": Tanh(),
      "pool1": MaxPool2D(size: Extent(3), stride: Extent(2), padding: Padding(1), roundsUp: true),
      "block": Sequential([
        "conv": Conv2D(
          weight: Conv2D(
            in: 4, out: 5, kernel: Extent(3), initializer: .he, using: &generator
          ).weight, bias: nil, padding: Padding(1)),
        "sigmoid": Sigmoid(),
      ]),
      "pool2": AveragePool2D(size: Extent(2), stride: Extent(1), countsPadding: false),
      "flatten": Flatten(),
      "fc1": Dense(in: 75, out: 6, initializer: .he, using: &generator),
      "relu": ReLU(),
      "dropout": Dropout(rate: 0.25),
      "fc2": Dense(
        weight: Dense(in: 6, out: 2, initializer: .he, using: &generator).weight, bias: nil),
    ])
  }

  /// Every kind of layer that comes with networks of other tools.
  static func importedLayers() -> Sequential {
    func numbers(_ shape: [Int], _ first: Float = 0.5) -> Tensor {
      Tensor(shape: shape, scalars: (0..<shape.reduce(1, *)).map { first + Float($0 % 7) / 9 })
    }
    return Sequential([
      "conv": Conv2D(
        weight: numbers([2, 2, 1, 4]), bias: numbers([4]), padding: Padding(16),
        dilation: Extent(height: 2, width: 3), groups: 2),
      "norm": BatchNorm2D(
        weight: numbers([4]), bias: numbers([4]), runningMean: numbers([4]),
        runningVariance: numbers([4]), epsilon: 1e-3),
      "leaky": LeakyReLU(slope: 0.3),
      "lrn": LocalResponseNormalization(size: 4, before: 1, alpha: 0.1, beta: 0.5, k: 2),
      "mean": AveragePool2D(size: Extent(3), stride: Extent(2), roundsUp: true),
      "batch": BatchNorm2D(
        weight: numbers([4]), bias: numbers([4]), runningMean: numbers([4]),
        runningVariance: numbers([4]), usesBatchStatistics: true),
      "global": GlobalAveragePool2D(),
      "softmax": Softmax(),
      "flatten": Flatten(),
      "logsoftmax": LogSoftmax(),
    ])
  }

  @Test func `layers of other tools come back too`() throws {
    try withTemporaryFolder { folder in
      let model = Self.importedLayers()
      try Checkpoint.save(
        model, inputShape: [5, 6, 2], state: state, optimizer: nil, in: folder)
      let loaded = try Checkpoint(path: folder).makeModel()
      #expect(bits(loaded.parameters) == bits(model.parameters))
      #expect(
        try ModelDescription(of: loaded, inputShape: [5, 6, 2])
          == ModelDescription(of: model, inputShape: [5, 6, 2]))
      let input = Tensor(shape: [2, 5, 6, 2], scalars: (0..<120).map { Float($0 % 11) / 11 })
      #expect(loaded(input) == model(input))
    }
  }

  @Test(arguments: RecurrentCell.allCases)
  func `a recurrent network is in the file as torch has it`(_ cell: RecurrentCell) throws {
    try withTemporaryFolder { folder in
      let model = Sequential.rowReader(
        cell: cell, hidden: 6, input: [5, 4, 3], classes: 7, seed: 3)
      let path = try Checkpoint.save(
        model, inputShape: [5, 4, 3], state: state, optimizer: nil, in: folder)
      let file = try SafetensorsFile(path: path)
      let shapes = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0.shape) })
      let rows = 6 * cell.gates
      #expect(
        shapes == [
          "\(cell).weight_ih_l0": [rows, 12], "\(cell).weight_hh_l0": [rows, 6],
          "\(cell).bias_ih_l0": [rows], "\(cell).bias_hh_l0": [rows], "fc.weight": [7, 6],
          "fc.bias": [7],
        ])
      let loaded = try Checkpoint(path: path).makeModel()
      #expect(bits(loaded.parameters) == bits(model.parameters))
      let image = Tensor(shape: [1, 5, 4, 3], repeating: 0.5)
      #expect(loaded(image) == model(image))
    }
  }

  private func bits(_ tensors: NamedTensors) -> [String: [UInt32]] {
    Dictionary(
      uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor.scalars.map(\.bitPattern)) })
  }

  @Test func aNetworkComesBackBitForBitWithItsTraining() throws {
    try withTemporaryFolder { folder in
      let model = Self.everyLayer()
      var slots = NamedTensors()
      slots["m.conv1.weight"] = Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6])
      let path = try Checkpoint.save(
        model, inputShape: [12, 14, 3], state: state, optimizer: slots, in: folder + "/run")
      let checkpoint = try Checkpoint(path: folder + "/run")
      #expect(checkpoint.path == path)
      #expect(!checkpoint.isRecognized)
      #expect(checkpoint.state == state)
      #expect(checkpoint.model.inputShape == [12, 14, 3])
      let loaded = try checkpoint.makeModel()
      #expect(bits(loaded.parameters) == bits(model.parameters))
      #expect(loaded.parameters.names == model.parameters.names)
      #expect(
        try ModelDescription(of: loaded, inputShape: [12, 14, 3])
          == ModelDescription(of: model, inputShape: [12, 14, 3]))
      let input = Tensor(shape: [1, 12, 14, 3], scalars: (0..<504).map { Float($0 % 17) / 17 })
      #expect(loaded(input) == model(input))
      #expect(try checkpoint.optimizerState() == slots)
    }
  }

  @Test func filesSpeakPyTorch() throws {
    try withTemporaryFolder { folder in
      var weight = Tensor(zeros: [2, 3, 4, 5])
      weight[1, 2, 3, 4] = 7
      let model = Sequential([
        "conv": Conv2D(weight: weight, bias: nil, padding: Padding(1)), "flatten": Flatten(),
        "fc": Dense(
          weight: Tensor(shape: [15, 2], scalars: (0..<30).map(Float.init)), bias: nil),
      ])
      let path = try Checkpoint.save(
        model, inputShape: [1, 2, 4], state: state, optimizer: nil, in: folder)
      let file = try SafetensorsFile(path: path)
      #expect(file.entries.map(\.name) == ["conv.weight", "fc.weight"])
      let stored = try file.tensor(named: "conv.weight")
      #expect(stored.shape == [5, 4, 2, 3])
      #expect(stored[4, 3, 1, 2] == 7)
      let dense = try file.tensor(named: "fc.weight")
      #expect(dense.shape == [2, 15])
      #expect(dense[1, 3] == 7)
    }
  }

  @Test func onlyTheNewestOptimizerStateStays() throws {
    try withTemporaryFolder { folder in
      let model = Self.everyLayer()
      var state = state
      for step in [10, 20, 20] {
        state.step = step
        var slots = NamedTensors()
        slots["v"] = Tensor(shape: [1], scalars: [Float(step)])
        try Checkpoint.save(
          model, inputShape: [12, 14, 3], state: state, optimizer: slots, in: folder)
        #expect(try Checkpoint(path: folder).optimizerState() == slots)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
      }
    }
  }

  @Test func aKillBetweenTheTwoFilesLeavesTheOldPair() throws {
    try withTemporaryFolder { folder in
      let model = Self.everyLayer()
      var slots = NamedTensors()
      slots["v"] = Tensor(shape: [1], scalars: [1])
      try Checkpoint.save(
        model, inputShape: [12, 14, 3], state: state, optimizer: slots, in: folder)
      // What a killed save leaves: a newer state that nobody names, and half a checkpoint.
      var newer = NamedTensors()
      newer["v"] = Tensor(shape: [1], scalars: [2])
      try SafetensorsFile.write(newer, to: folder + "/optimizer-130.safetensors")
      try write([1, 2, 3], to: folder + "/.checkpoint.safetensors.77.temporary")
      let checkpoint = try Checkpoint(path: folder)
      #expect(checkpoint.state?.step == 120)
      #expect(try checkpoint.optimizerState() == slots)
      // The next save cleans up.
      try Checkpoint.save(
        model, inputShape: [12, 14, 3], state: state, optimizer: slots, in: folder)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == ["checkpoint.safetensors", "optimizer-120-2.safetensors"])
    }
  }

  @Test func theNewestOfAllRunsIsFound() throws {
    try withTemporaryFolder { folder in
      let missing = #expect(throws: CheckpointError.self) {
        try Checkpoint.newest(under: folder)
      }
      #expect(
        missing?.description
          == "\(folder): no run below this directory has a checkpoint; tbtrain lenet makes one")
      for (run, age) in [("b", 10.0), ("a/inner", 5), ("c", 20)] {
        let path = try Checkpoint.save(
          Self.everyLayer(), inputShape: [12, 14, 3], state: state, optimizer: nil,
          in: "\(folder)/\(run)")
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
      }
      #expect(
        try Checkpoint.newest(under: folder).path == "\(folder)/a/inner/checkpoint.safetensors")

      // Links are followed, also those that lead back.
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/a/inner/back", withDestinationPath: folder)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/link", withDestinationPath: folder + "/c")
      #expect(
        try Checkpoint.newest(under: folder + "/link").path
          == "\(folder)/link/checkpoint.safetensors")
    }
  }

  @Test(.enabled(if: sharedIsThere, needsShared))
  func aLeNetOfPyTorchIsRecognizedAndComputesItsLogits() throws {
    let checkpoint = try Checkpoint(
      path: SharedFolder.path("fixtures/lenet/lenet_cifar10.safetensors"))
    #expect(checkpoint.isRecognized)
    #expect(checkpoint.state == nil)
    #expect(checkpoint.model.inputShape == [28, 28, 1])
    #expect(
      checkpoint.model.layers.map(\.name) == [
        "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "fc1", "relu3", "fc2",
      ])
    let images = try FixtureArchive(leNet: "images")
    let pixels = try images.array("u8").floats.map { $0 / 255 }
    let logits = try checkpoint.makeModel()(Tensor(shape: [10, 28, 28, 1], scalars: pixels))
    #expect(relativeDifference(logits.scalars, try images.array("logits")) < 1e-5)
    let error = #expect(throws: CheckpointError.self) { try checkpoint.optimizerState() }
    #expect(error?.problem == .noOptimizer)
  }

  @Test func shapesThatDontFitALeNetAreNotRecognized() {
    let leNet = [
      "conv1.weight": [6, 1, 5, 5], "conv1.bias": [6], "fc1.weight": [10, 6 * 14 * 14],
      "fc1.bias": [10],
    ]
    #expect(ModelDescription(recognizing: leNet)?.inputShape == [28, 28, 1])
    for (name, shape) in [
      ("conv1.weight", [6, 1, 4, 4]), ("conv1.weight", [6, 1, 5, 3]), ("conv1.bias", [7]),
      ("fc1.weight", [10, 6 * 15]), ("fc1.weight", [10, 6 * 14 * 14 + 1]), ("fc2.weight", [3, 9]),
      ("bn.weight", [6]), ("conv1.weight", [6, 0, 5, 5]), ("conv2.weight", [8, 7, 5, 5]),
    ] {
      var changed = leNet
      changed[name] = shape
      #expect(ModelDescription(recognizing: changed) == nil)
    }
    #expect(ModelDescription(recognizing: [:]) == nil)
  }
}
