public import Tensors

/// Batch normalisation as a trained network applies it: an affine function of each channel.
///
/// - Input and output: `[N, H, W, C]` or `[N, C]`.
/// - Parameters: `weight` and `bias` `[C]`, and the statistics `running_mean` and `running_var` `[C]`,
///   which training here leaves as they are; `parameterCount` doesn't count them.
/// - Formula: `y = (x - mean) / √(variance + epsilon) · weight + bias`.
/// - Source: Ioffe & Szegedy, "Batch Normalization", ICML 2015, arXiv 1502.03167, Algorithm 2.
public struct BatchNorm2D: Layer {
  /// What normalised scalars are multiplied by, `[C]`.
  public var weight: Tensor
  /// What is added then, `[C]`.
  public var bias: Tensor
  /// The mean of each channel, `[C]`.
  public var runningMean: Tensor
  /// The variance of each channel, `[C]`.
  public var runningVariance: Tensor
  /// Keeps the root from 0.
  public let epsilon: Float
  /// Whether mean and variance are those of the batch at hand, as in training (Algorithm 1), and not
  /// the running ones: a network exported in training mode does so.
  public let usesBatchStatistics: Bool

  /// A normalisation with these statistics.
  public init(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor,
    epsilon: Float = 1e-5, usesBatchStatistics: Bool = false
  ) {
    precondition(
      weight.rank == 1
        && [bias, runningMean, runningVariance].allSatisfy { $0.shape == weight.shape },
      "a batch normalisation has four numbers for each channel, got shapes \(weight.shape), "
        + "\(bias.shape), \(runningMean.shape) and \(runningVariance.shape)")
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.epsilon = epsilon
    self.usesBatchStatistics = usesBatchStatistics
  }

  /// The channels.
  public var channels: Int { weight.count }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard inputShape.last == channels else {
      throw ShapeError(takes: "\(channels) channels", gets: inputShape)
    }
    return inputShape
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let statistics = statistics(of: input)
    let scale = scale(statistics)
    let (means, biases) = (statistics.mean, bias.scalars)
    let shift = scale.indices.map { Float(Double(biases[$0]) - means[$0] * scale[$0]) }
    let output = Kernels.scaledChannels(input, scale: scale.map { Float($0) }, shift: shift)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "BatchNorm2D")
    let statistics = statistics(of: input)
    let deviations = statistics.variance.map { ($0 + Double(epsilon)).squareRoot() }
    let sums = Kernels.sumsOfChannels(gradient)
    let products = Kernels.sumsOfChannels(gradient, times: input)
    // Σ dy · (x - mean) / deviation
    let normalized = sums.indices.map {
      (products[$0] - statistics.mean[$0] * sums[$0]) / deviations[$0]
    }
    var gradients = Gradients()
    if wanted.contains(.parameters) {
      gradients.parameters["weight"] = Tensor(
        shape: [channels], scalars: normalized.map { Float($0) })
      gradients.parameters["bias"] = Tensor(shape: [channels], scalars: sums.map { Float($0) })
    }
    guard wanted.contains(.input) else { return gradients }
    let scale = scale(statistics)
    let direct = scaled(gradient, byStatisticsOf: input)
    guard usesBatchStatistics else {
      gradients.input = direct
      return gradients
    }
    // The batch's mean and variance depend on each of its scalars.
    let count = Double(max(1, input.count / max(1, channels)))
    let slope = scale.indices.map {
      Float(-scale[$0] * normalized[$0] / (count * deviations[$0]))
    }
    let shift = scale.indices.map {
      Float(-scale[$0] * sums[$0] / count) - slope[$0] * Float(statistics.mean[$0])
    }
    gradients.input = Kernels.rows(of: direct, and: input) { direct, x, dx in
      for channel in x.indices {
        dx[channel] = direct[channel] + slope[channel] * x[channel] + shift[channel]
      }
    }
    return gradients
  }

  /// A signal at the output brought to the input, mean and variance taken as constants.
  package func scaled(_ signal: Tensor, byStatisticsOf input: Tensor) -> Tensor {
    Kernels.scaledChannels(signal, scale: scale(statistics(of: input)).map { Float($0) })
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try visit("weight", &weight)
    try visit("bias", &bias)
    guard !usesBatchStatistics else { return }
    try visit("running_mean", &runningMean)
    try visit("running_var", &runningVariance)
  }

  public var parameterCount: Int { 2 * channels }

  private func statistics(of input: Tensor) -> (mean: [Double], variance: [Double]) {
    guard usesBatchStatistics else {
      return (runningMean.scalars.map(Double.init), runningVariance.scalars.map(Double.init))
    }
    let count = Double(max(1, input.count / max(1, channels)))
    let mean = Kernels.sumsOfChannels(input).map { $0 / count }
    let centered = Kernels.scaledChannels(
      input, scale: mean.map { _ in 1 }, shift: mean.map { Float(-$0) })
    let variance = Kernels.sumsOfChannels(centered, times: centered).map { $0 / count }
    return (mean, variance)
  }

  /// What each channel is multiplied by.
  private func scale(_ statistics: (mean: [Double], variance: [Double])) -> [Double] {
    zip(weight.scalars, statistics.variance).map {
      Double($0) / ($1 + Double(epsilon)).squareRoot()
    }
  }
}
