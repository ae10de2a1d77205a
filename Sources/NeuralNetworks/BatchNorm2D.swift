public import Tensors

/// Batch normalisation: an affine function of each channel, in training by the mean and variance of the
/// batch at hand, otherwise by those of training.
///
/// - Input and output: `[N, H, W, C]` or `[N, C]`.
/// - Parameters: `weight` and `bias` `[C]`, and the statistics `running_mean` and `running_var` `[C]`.
///   `parameterCount` doesn't count these: no gradient leads to them, but `updateStatistics(from:)` moves
///   them towards a training batch's.
/// - Formula: `y = (x - mean) / √(variance + epsilon) · weight + bias`; of a batch of `n` places,
///   `running += momentum · (batch's - running)`, its variance taken times `n / (n - 1)`.
/// - Source: Ioffe & Szegedy, "Batch Normalization", ICML 2015, arXiv 1502.03167, Algorithms 1 and 2; the
///   running statistics as PyTorch has them.
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
  /// What share of the way to a batch's statistics the running ones go.
  public let momentum: Float
  /// Whether mean and variance are always those of the batch at hand, as in training (Algorithm 1), and
  /// never the running ones: a network exported in training mode does so.
  public let usesBatchStatistics: Bool

  /// A normalisation with these statistics.
  public init(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor,
    epsilon: Float = 1e-5, momentum: Float = 0.1, usesBatchStatistics: Bool = false
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
    self.momentum = momentum
    self.usesBatchStatistics = usesBatchStatistics
  }

  /// A normalisation that has seen nothing: weights and variances of 1, biases and means of 0.
  public init(channels: Int) {
    let (ones, zeros) = (Tensor(shape: [channels], repeating: 1), Tensor(zeros: [channels]))
    self.init(weight: ones, bias: zeros, runningMean: zeros, runningVariance: ones)
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
    let measured =
      usesBatchStatistics
      ? ChannelMoments(centering: input) : phase.isTraining ? ChannelMoments(of: input) : nil
    let moments = measured ?? running
    let scale = scale(moments)
    let biases = bias.scalars
    let shift = scale.indices.map { Float(Double(biases[$0]) - moments.mean[$0] * scale[$0]) }
    let output = Kernels.scaledChannels(input, scale: scale.map { Float($0) }, shift: shift)
    var trace = Trace(input: input, output: phase.isTraining ? nil : output)
    trace.moments = measured
    return (output, trace)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "BatchNorm2D")
    let moments = trace.moments ?? running
    let deviations = moments.variance.map { ($0 + Double(epsilon)).squareRoot() }
    let (sums, products) = Kernels.sumsAndProductsOfChannels(gradient, times: input)
    // Σ dy · (x - mean) / deviation
    let normalized = sums.indices.map {
      (products[$0] - moments.mean[$0] * sums[$0]) / deviations[$0]
    }
    var gradients = Gradients()
    if wanted.contains(.parameters) {
      gradients.parameters["weight"] = Tensor(
        shape: [channels], scalars: normalized.map { Float($0) })
      gradients.parameters["bias"] = Tensor(shape: [channels], scalars: sums.map { Float($0) })
    }
    guard wanted.contains(.input) else { return gradients }
    let scale = scale(moments)
    guard trace.moments != nil else {
      gradients.input = Kernels.scaledChannels(gradient, scale: scale.map { Float($0) })
      return gradients
    }
    // The batch's mean and variance depend on each of its scalars.
    let count = Double(max(1, input.count / max(1, channels)))
    let slope = scale.indices.map {
      Float(-scale[$0] * normalized[$0] / (count * deviations[$0]))
    }
    let shift = scale.indices.map {
      Float(-scale[$0] * sums[$0] / count) - slope[$0] * Float(moments.mean[$0])
    }
    gradients.input = Kernels.combinedChannels(
      gradient, scale: scale.map { Float($0) }, input, slope: slope, shift: shift)
    return gradients
  }

  /// Moves the running statistics towards those of the batch that a training pass has seen.
  public mutating func updateStatistics(from trace: Trace) {
    guard !usesBatchStatistics, let moments = trace.moments else { return }
    let places = Double(moments.places)
    func move(_ running: inout Tensor, to batch: [Double]) {
      running = Tensor(
        shape: running.shape,
        scalars: zip(running.scalars, batch).map {
          Float(Double($0) + Double(momentum) * ($1 - Double($0)))
        })
    }
    move(&runningMean, to: moments.mean)
    move(&runningVariance, to: moments.variance.map { $0 * places / max(1, places - 1) })
  }

  /// A signal at the output brought to the input, mean and variance taken as constants.
  package func scaled(_ signal: Tensor, byStatisticsOf input: Tensor) -> Tensor {
    let moments = usesBatchStatistics ? ChannelMoments(centering: input) : running
    return Kernels.scaledChannels(signal, scale: scale(moments).map { Float($0) })
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

  private var running: ChannelMoments {
    ChannelMoments(
      mean: runningMean.scalars.map(Double.init),
      variance: runningVariance.scalars.map(Double.init), places: 0)
  }

  /// What each channel is multiplied by.
  private func scale(_ moments: ChannelMoments) -> [Double] {
    zip(weight.scalars, moments.variance).map {
      Double($0) / ($1 + Double(epsilon)).squareRoot()
    }
  }
}

/// The mean and the variance of each channel, over so many places of a batch.
struct ChannelMoments: Sendable {
  let mean: [Double]
  let variance: [Double]
  let places: Int

  init(mean: [Double], variance: [Double], places: Int) {
    (self.mean, self.variance, self.places) = (mean, variance, places)
  }

  /// By one look at the batch, as training wants it.
  init(of input: Tensor) {
    (mean, variance) = Kernels.momentsOfChannels(input)
    places = input.count / max(1, mean.count)
  }

  /// By the distances from the mean, in single precision: what networks of version 0.1 project depends on it,
  /// to the bit.
  init(centering input: Tensor) {
    let count = Double(max(1, input.count / max(1, input.shape.last ?? 1)))
    let mean = Kernels.sumsOfChannels(input).map { $0 / count }
    let centered = Kernels.scaledChannels(
      input, scale: mean.map { _ in 1 }, shift: mean.map { Float(-$0) })
    self.init(
      mean: mean, variance: Kernels.sumsOfChannels(centered, times: centered).map { $0 / count },
      places: Int(count))
  }
}
