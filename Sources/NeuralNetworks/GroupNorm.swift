public import Tensors

/// Each image's groups of channels brought to mean 0 and variance 1, then scaled and shifted; with a
/// group a channel it is instance normalisation.
///
/// - Input and output: `[N, H, W, C]`.
/// - Parameters: `weight` and `bias` `[C]`, if it has them.
/// - Formula: `y = (x - mean) / √(variance + epsilon) · weight + bias`.
/// - Source: Wu & He, "Group Normalization", ECCV 2018, arXiv 1803.08494, §3.1; Ulyanov, Vedaldi &
///   Lempitsky, "Instance Normalization", arXiv 1607.08022, 2016.
public struct GroupNorm: Layer {
  /// The groups that the channels are divided into.
  public let groups: Int
  /// The channels.
  public let channels: Int
  /// What normalised scalars are multiplied by, `[C]`; nil for nothing.
  public var weight: Tensor?
  /// What is added then, `[C]`; nil for nothing.
  public var bias: Tensor?
  /// Keeps the root from 0.
  public let epsilon: Float

  /// - `weight`, `bias`: both or none.
  public init(
    groups: Int, channels: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5
  ) {
    precondition(
      groups > 0 && channels > 0 && channels.isMultiple(of: groups),
      "\(channels) channels can't be divided into \(groups) groups")
    precondition(
      [weight, bias].allSatisfy { $0.map { $0.shape == [channels] } ?? true }
        && (weight == nil) == (bias == nil),
      "a normalisation of \(channels) channels has a weight and a bias for each, or none")
    (self.groups, self.channels, self.epsilon) = (groups, channels, epsilon)
    (self.weight, self.bias) = (weight, bias)
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try inputShape.expectImages(channels: channels)
    return inputShape
  }

  private func sets(of input: Tensor) -> NormalizedSets {
    NormalizedSets(
      images: input.shape[0], places: input.shape[1] * input.shape[2], groups: groups,
      channels: channels, epsilon: epsilon)
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = sets(of: input).normalized(input, weight, bias)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "GroupNorm")
    return sets(of: input).gradients(gradient, input, weight, bias, for: wanted)
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try weight.visit(as: "weight", visit)
    try bias.visit(as: "bias", visit)
  }
}

/// The channels of each place, or the scalars of each row, brought to mean 0 and variance 1, then scaled
/// and shifted.
///
/// - Input and output: `[N, H, W, C]` or `[N, C]`.
/// - Parameters: `weight` and `bias` `[C]`, if it has them.
/// - Formula: `y = (x - mean) / √(variance + epsilon) · weight + bias`.
/// - Source: Ba, Kiros & Hinton, "Layer Normalization", arXiv 1607.06450, 2016, §3.
public struct LayerNorm: Layer {
  /// The channels.
  public let channels: Int
  /// What normalised scalars are multiplied by, `[C]`; nil for nothing.
  public var weight: Tensor?
  /// What is added then, `[C]`; nil for nothing.
  public var bias: Tensor?
  /// Keeps the root from 0.
  public let epsilon: Float

  /// - `weight`, `bias`: of as many scalars as channels.
  public init(channels: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5) {
    precondition(
      channels > 0 && [weight, bias].allSatisfy { $0.map { $0.shape == [channels] } ?? true },
      "a normalisation of \(channels) channels has parameters of as many scalars")
    (self.channels, self.weight, self.bias, self.epsilon) = (channels, weight, bias, epsilon)
  }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    guard inputShape.last == channels else {
      throw ShapeError(takes: "\(channels) channels", gets: inputShape)
    }
    return inputShape
  }

  private func sets(of input: Tensor) -> NormalizedSets {
    NormalizedSets(
      images: input.count / channels, places: 1, groups: 1, channels: channels, epsilon: epsilon)
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let output = sets(of: input).normalized(input, weight, bias)
    return (output, Trace(input: input, output: phase.isTraining ? nil : output))
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    let input = required(trace.input, "the input", of: "LayerNorm")
    return sets(of: input).gradients(gradient, input, weight, bias, for: wanted)
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    try weight.visit(as: "weight", visit)
    try bias.visit(as: "bias", visit)
  }
}

/// Sets of scalars that are normalised together: of each image, a group of channels at all places.
private struct NormalizedSets {
  let images, places, groups, channels: Int
  let epsilon: Float

  private var perGroup: Int { channels / groups }

  /// The mean of each set, and what its scalars are divided by.
  private func statistics(_ x: UnsafeBufferPointer<Float>, _ image: Int) -> [(Double, Double)] {
    var result: [(Double, Double)] = []
    let count = Double(max(1, places * perGroup))
    for group in 0..<groups {
      func sum(_ term: (Double) -> Double) -> Double {
        var sum = 0.0
        for place in 0..<places {
          let start = (image * places + place) * channels + group * perGroup
          for index in start..<start + perGroup { sum += term(Double(x[index])) }
        }
        return sum
      }
      let mean = sum { $0 } / count
      let variance = sum { ($0 - mean) * ($0 - mean) } / count
      result.append((mean, (variance + Double(epsilon)).squareRoot()))
    }
    return result
  }

  func normalized(_ input: Tensor, _ weight: Tensor?, _ bias: Tensor?) -> Tensor {
    let (weights, biases) = (weight?.scalars, bias?.scalars)
    return Tensor(uninitializedShape: input.shape) { y in
      input.withUnsafeBufferPointer { x in
        Parallel.forEachRange(images, chunk: max(1, 4096 / max(1, places * channels))) { range in
          for image in range {
            let statistics = statistics(x, image)
            for place in 0..<places {
              let start = (image * places + place) * channels
              for channel in 0..<channels {
                let (mean, deviation) = statistics[channel / perGroup]
                let value = (Double(x[start + channel]) - mean) / deviation
                y[start + channel] = Float(
                  value * Double(weights?[channel] ?? 1) + Double(biases?[channel] ?? 0))
              }
            }
          }
        }
      }
    }
  }

  /// With `x̂` normalised and `g = dy · weight`: `dx = (g - mean(g) - x̂ · mean(g · x̂)) / deviation`, the
  /// means over a set.
  func gradients(
    _ gradient: Tensor, _ input: Tensor, _ weight: Tensor?, _ bias: Tensor?,
    for wanted: GradientKinds
  ) -> Gradients {
    let weights = weight?.scalars
    var dx = Tensor(zeros: input.shape)
    var (dWeight, dBias) = (
      [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
    )
    let count = Double(max(1, places * perGroup))
    dx.withUnsafeMutableBufferPointer { dx in
      input.withUnsafeBufferPointer { x in
        gradient.withUnsafeBufferPointer { dy in
          for image in 0..<images {
            let statistics = statistics(x, image)
            for group in 0..<groups {
              let (mean, deviation) = statistics[group]
              func forEach(_ body: (_ index: Int, _ channel: Int, _ normal: Double) -> Void) {
                for place in 0..<places {
                  let start = (image * places + place) * channels
                  for channel in group * perGroup..<(group + 1) * perGroup {
                    body(start + channel, channel, (Double(x[start + channel]) - mean) / deviation)
                  }
                }
              }
              var (sum, product) = (0.0, 0.0)
              forEach { index, channel, normal in
                let signal = Double(dy[index])
                dWeight[channel] += signal * normal
                dBias[channel] += signal
                sum += signal * Double(weights?[channel] ?? 1)
                product += signal * Double(weights?[channel] ?? 1) * normal
              }
              forEach { index, channel, normal in
                let signal = Double(dy[index]) * Double(weights?[channel] ?? 1)
                dx[index] = Float((signal - sum / count - normal * product / count) / deviation)
              }
            }
          }
        }
      }
    }
    var gradients = Gradients(input: wanted.contains(.input) ? dx : nil)
    guard wanted.contains(.parameters) else { return gradients }
    for (name, parameter, sums) in [("weight", weight, dWeight), ("bias", bias, dBias)]
    where parameter != nil {
      gradients.parameters[name] = Tensor(shape: [channels], scalars: sums.map { Float($0) })
    }
    return gradients
  }
}
