import Foundation
import NeuralNetworks
import TestFixtures
import Tensors
import Testing

/// Layers that come with networks of other tools, against PyTorch's numbers.
@Suite struct ImportedLayerTests {
  /// The numbers that `Fixtures/make_imported_layers.py` had PyTorch compute.
  private static let archive = Result {
    try FixtureArchive(
      path: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/imported_layers.npz").path)
  }

  private func tensor(_ name: String) throws -> Tensor {
    try Self.archive.get().array(name).tensor
  }

  private func expect(
    _ tensor: Tensor?, _ name: String, within tolerance: Double = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tensor = try #require(tensor, "nothing for \(name)", sourceLocation: sourceLocation)
    let expected = try Self.archive.get().array(name)
    #expect(tensor.shape == expected.shape, "\(name)", sourceLocation: sourceLocation)
    let difference = relativeDifference(tensor.scalars, expected)
    #expect(
      difference < tolerance, "\(name) differs by \(difference)", sourceLocation: sourceLocation)
  }

  /// There and back, and the shape that was promised.
  ///
  /// - Parameter isSameInTraining: false for a layer that does something else then.
  private func check(
    _ layer: any Layer, _ name: String, parameters: [String] = [], isSameInTraining: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let input = try tensor("\(name)_x")
    let (output, trace) = layer.forward(input)
    try expect(output, "\(name)_y", sourceLocation: sourceLocation)
    #expect(
      try Array(output.shape.dropFirst())
        == layer.outputShape(for: Array(input.shape.dropFirst())),
      sourceLocation: sourceLocation)
    #expect(layer(input) == output, sourceLocation: sourceLocation)
    let gradient = try tensor("\(name)_dy")
    let gradients = layer.backward(gradient, trace)
    try expect(gradients.input, "\(name)_dx", sourceLocation: sourceLocation)
    #expect(
      layer.backward(gradient, trace, for: .input).input == gradients.input,
      sourceLocation: sourceLocation)
    for parameter in parameters {
      try expect(
        gradients.parameters[parameter], "\(name)_d\(parameter)", sourceLocation: sourceLocation)
    }
    guard isSameInTraining else { return }
    // What training keeps must do for the same gradients.
    let kept = layer.forward(input, phase: .training(seed: 1, step: 1)).trace
    #expect(
      layer.backward(gradient, kept).input == gradients.input, sourceLocation: sourceLocation)
  }

  private func convolution(_ name: String) throws -> Conv2D {
    let sizes = try Self.archive.get().array("\(name)_sizes").integers
    return Conv2D(
      weight: try tensor("\(name)_weight"), bias: try tensor("\(name)_bias"),
      stride: Extent(height: sizes[0], width: sizes[1]),
      padding: Padding(top: sizes[2], left: sizes[3], bottom: sizes[4], right: sizes[5]),
      dilation: Extent(height: sizes[6], width: sizes[7]), groups: sizes[8])
  }

  @Test(arguments: ["groups", "depthwise", "dilated", "both"])
  func `grouped and dilated convolutions equal PyTorch's`(name: String) throws {
    try check(convolution(name), name, parameters: ["weight", "bias"])
  }

  @Test(arguments: ["groups", "dilated", "both"])
  func `a model carries them out as they are alone`(name: String) throws {
    let layer = try convolution(name)
    let model = Sequential(["conv": layer, "relu": ReLU(), "pool": MaxPool2D(2)])
    let input = try tensor("\(name)_x")
    let apart = MaxPool2D(2)(ReLU()(layer(input)))
    #expect(model(input) == apart)
    let phase = Phase.training(seed: 1, step: 1)
    let (output, trace) = model.forward(input, phase: phase)
    #expect(output == apart)
    let gradients = model.backward(apart, trace)
    let (_, whole) = model.forward(input)
    let expected = model.backward(apart, whole)
    #expect(gradients.input?.shape == input.shape)
    for name in ["conv.weight", "conv.bias"] {
      let (got, want) = (gradients.parameters[name], expected.parameters[name])
      for (got, want) in zip(try #require(got).scalars, try #require(want).scalars) {
        #expect(abs(got - want) <= 1e-4 * max(1, abs(want)))
      }
    }
  }

  @Test(arguments: ["norm", "norm_batch"])
  func `batch normalisation equals PyTorch's`(name: String) throws {
    let layer = BatchNorm2D(
      weight: try tensor("\(name)_weight"), bias: try tensor("\(name)_bias"),
      runningMean: try tensor("\(name)_mean"), runningVariance: try tensor("\(name)_variance"),
      epsilon: 1e-3, usesBatchStatistics: name == "norm_batch")
    try check(
      layer, name, parameters: ["weight", "bias"], isSameInTraining: layer.usesBatchStatistics)
    // The batch's own statistics are remembered nowhere, as with PyTorch's `track_running_stats`.
    let remembered = layer.usesBatchStatistics ? [] : ["running_mean", "running_var"]
    #expect(layer.parameters.names == ["weight", "bias"] + remembered)
    #expect(layer.parameterCount == 2 * layer.channels)
  }

  @Test func `an optimizer leaves running statistics as they are`() throws {
    var model = Sequential([
      "norm": BatchNorm2D(
        weight: Tensor(shape: [2], scalars: [1, 2]), bias: Tensor(zeros: [2]),
        runningMean: Tensor(shape: [2], scalars: [3, 4]),
        runningVariance: Tensor(shape: [2], scalars: [5, 6]))
    ])
    let input = Tensor(shape: [1, 1, 2, 2], scalars: [1, 2, 3, 5])
    let (output, trace) = model.forward(input)
    var optimizer = SGD(learningRate: 0.1)
    optimizer.update(&model, model.backward(output, trace).parameters)
    #expect(model.parameters["norm.running_mean"]?.scalars == [3, 4])
    #expect(model.parameters["norm.running_var"]?.scalars == [5, 6])
    #expect(model.parameters["norm.weight"]?.scalars != [1, 2])
  }

  @Test(arguments: [1, 4, 5])
  func `local response normalisation equals PyTorch's`(size: Int) throws {
    try check(
      LocalResponseNormalization(size: size, alpha: 0.4, beta: size == 5 ? 0.75 : 0.6, k: 1.5),
      "lrn_\(size)")
  }

  @Test func `leaky rectifiers and softmaxes equal PyTorch's`() throws {
    try check(LeakyReLU(slope: 0.2), "leaky")
    try check(Softmax(), "softmax")
    try check(Softmax(), "softmax_maps")
    try check(LogSoftmax(), "logsoftmax")
  }

  @Test func `scores too large for an exponential stay finite`() {
    let scores = Tensor(shape: [1, 3], scalars: [1000, 999, -1000])
    #expect(Softmax()(scores).scalars.reduce(0, +) == 1)
    #expect(LogSoftmax()(scores).scalars[2] == -2000.3132)
  }

  @Test func `average pooling over whole images equals PyTorch's`() throws {
    try check(GlobalAveragePool2D(), "global")
  }

  @Test(arguments: [true, false])
  func `average pooling that rounds up equals PyTorch's`(counts: Bool) throws {
    try check(
      AveragePool2D(
        size: Extent(3), stride: Extent(2), padding: Padding(1), countsPadding: counts,
        roundsUp: true), "ceil_\(counts ? "counted" : "inside")")
  }
}
