// What each rule does at each layer on the way down, and what each layer is to those around it.

package import NeuralNetworks
package import Tensors

// MARK: The paper's layers

/// §2.1, "Filtering": transposed versions of the same filters, each flipped vertically and
/// horizontally, without the biases. That is a convolution's input gradient.
extension Conv2D: Projectable {
  package var reach: Reach { groups == 1 ? .window : .everything }
  package var role: LayerRole { .filters(.convolution, count: outChannels) }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    below.windowed(extent, stride, padding)
  }

  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    Kernels.convolutionInputGradient(windows, weight: denseWeight, geometry(for: inputShape))
  }

  /// §2.1, "Filtering", of single units: each one's filter times its signal, at its place.
  ///
  /// - Parameter signal: at each unit, `[units, 1, 1, 1]`.
  func project(
    _ units: [FeatureUnit], signal: Tensor, inputShape: [Int]
  ) -> SignalWindows {
    let geometry = geometry(for: inputShape)
    let (weight, kernel) = (denseWeight, extent)
    let count = weight.count / outChannels
    var filter: (number: Int, weights: [Float]) = (-1, [])
    var fields = Tensor(
      uninitializedShape: [units.count, kernel.height, kernel.width, inChannels]
    ) { _ in }
    fields.withUnsafeMutableBufferPointer { fields in
      for (index, unit) in units.enumerated() {
        if unit.filter != filter.number {
          let own = Kernels.channels(unit.filter..<unit.filter + 1, of: weight)
          filter = (unit.filter, own.scalars)
        }
        let value = signal[index, 0, 0, 0]
        for at in 0..<count { fields[index * count + at] = value * filter.weights[at] }
      }
    }
    let places = SignalWindows(
      signal,
      at: units.map { .init(image: $0.image, y: $0.activation.y, x: $0.activation.x) },
      map: geometry.output)
    let (_, corners) = places.fields(of: kernel, stride: stride, padding: padding)
    return SignalWindows(cropping: fields, at: corners, map: geometry.input)
  }
}

/// §2.1, "Unpooling": the switches place what comes from above into the locations of the maxima.
/// Where windows overlap, what they place adds up.
extension MaxPool2D: Projectable {
  package var reach: Reach { .window }
  package var role: LayerRole { .pooling }
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    below.windowed(size, stride, padding)
  }

  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    Kernels.maxUnpool(windows, required(trace.switches, "the switches", of: "MaxPool2D"))
  }
}

/// §2.1, "Rectification": the reconstructions of each layer are rectified, so that they are positive
/// as the feature maps are.
extension ReLU: Projectable {
  package var reach: Reach { .scalar }
  package var role: LayerRole { .activation(isRectified: true) }
  package var keepsFiltersApart: Bool { true }

  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    func passed(_ signal: Tensor) -> Tensor {
      let output = required(trace.output, "the output", of: "ReLU")
      return Kernels.gradient(of: .relu, output: output, signal)
    }
    return switch rule {
    case .deconvnet: Kernels.apply(.relu, signal)
    case .guided: passed(Kernels.apply(.relu, signal))
    case .gradient: passed(signal)
    }
  }
}

/// The paper's contrast normalisation (§3) has no word on the way down; here the signal passes it as it
/// is. Only the derivative takes the neighbours into account.
extension LocalResponseNormalization: Projectable {
  package var reach: Reach { .place }

  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    rule == .gradient ? derivative(signal, through: trace) : signal
  }
}

// MARK: Other layers

/// A rectifier of another form: one that lets a little of what is negative through, bounds what is positive,
/// or bends gently. The deconvnet's signal is rectified as behind a ReLU: what it stands for are feature
/// maps whose features are positive.
package protocol ProjectableRectifier: Projectable {}

extension ProjectableRectifier {
  package var reach: Reach { .place }
  package var role: LayerRole { .activation(isRectified: false) }
  package var keepsFiltersApart: Bool { true }

  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    switch rule {
    case .deconvnet: Kernels.apply(.relu, signal)
    case .guided: derivative(Kernels.apply(.relu, signal), through: trace)
    case .gradient: derivative(signal, through: trace)
    }
  }
}

extension LeakyReLU: ProjectableRectifier {}
extension PReLU: ProjectableRectifier {}
extension ELU: ProjectableRectifier {}
extension SiLU: ProjectableRectifier {}
extension Hardswish: ProjectableRectifier {}
extension GELU: ProjectableRectifier {}

/// Between two bounds: a rectifier if the lower one isn't negative, as in a ReLU6, and else a function
/// as `Tanh` is one.
extension Hardtanh: Projectable {
  package var reach: Reach { .place }
  package var role: LayerRole { .activation(isRectified: least >= 0) }
  package var keepsFiltersApart: Bool { least <= 0 && most >= 0 }

  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    guard least >= 0 else { return derivative(signal, through: trace) }
    return switch rule {
    case .deconvnet: Kernels.apply(.relu, signal)
    case .guided: derivative(Kernels.apply(.relu, signal), through: trace)
    case .gradient: derivative(signal, through: trace)
    }
  }
}

/// An affine function of each channel, transposed: only the factor counts. Where the statistics are the
/// batch's, only the derivative takes their dependence on the images into account.
extension BatchNorm2D: Projectable {
  package var reach: Reach { usesBatchStatistics ? .everything : .place }
  package var role: LayerRole { .normalization }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    usesBatchStatistics ? nil : below
  }

  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    guard rule == .gradient, usesBatchStatistics else {
      return scaled(
        signal, byStatisticsOf: required(trace.input, "the input", of: "BatchNorm2D"))
    }
    return derivative(signal, through: trace)
  }
}

/// A gate is how much of a feature is let through: the deconvnet and guided backpropagation, which ask what
/// made the feature, take it as a constant, as they do switches; the gradient goes through both. The gate
/// is the input that is the smaller one, else the second.
extension Mul: ProjectableJoin {
  package func project(
    _ signal: Tensor, joining inputs: [Tensor], rule: ProjectionRule
  ) -> [Tensor?] {
    guard rule != .gradient else { return gradients(signal, joining: inputs) }
    let gated = inputs[1].count > inputs[0].count ? 1 : 0
    return inputs.indices.map {
      $0 == gated ? gradient(signal, of: $0, joining: inputs) : nil
    }
  }
}

// Those below have one way down under every rule: linear ones are transposed, and smooth functions,
// which rectify nothing, are taken by their derivative. At an `Add` the signal goes into each branch, and
// a `Concat` cuts it into the branches' channels; where branches part, their signals add up.

extension Add: ProjectableJoin {}
extension Sub: ProjectableJoin {}
extension Concat: ProjectableJoin {}

extension AveragePool2D: Projectable {
  package var reach: Reach { .window }
  package var role: LayerRole { .pooling }
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    below.windowed(size, stride, padding)
  }

  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    Kernels.averageUnpool(
      windows,
      PoolingGeometry(
        input: inputShape, window: size, stride: stride, padding: padding, roundsUp: roundsUp),
      countsPadding: countsPadding)
  }
}

extension WidePool2D: Projectable {
  package var role: LayerRole { .pooling }
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    below.windowed(extent, stride, padding)
  }
}

extension ZeroPad2D: Projectable {
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    below.windowed(1, 1, padding)
  }
}

extension Slice: Projectable {
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? {
    let inverse = Padding(
      top: axis == .rows ? -start : 0, left: axis == .columns ? -start : 0, bottom: 0, right: 0)
    return below.windowed(
      1, Extent(height: axis == .rows ? step : 1, width: axis == .columns ? step : 1), inverse)
  }
}

extension ConvTranspose2D: Projectable {
  package var role: LayerRole { .filters(.convolution, count: outChannels) }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension Dense: Projectable {
  package var role: LayerRole { .filters(.dense, count: outputs) }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension GlobalAveragePool2D: Projectable {
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension Flatten: Projectable {
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension Tanh: Projectable {
  package var reach: Reach { .scalar }
  package var role: LayerRole { .activation(isRectified: false) }
  package var keepsFiltersApart: Bool { true }
}

extension Sigmoid: Projectable {
  package var reach: Reach { .scalar }
  package var role: LayerRole { .activation(isRectified: false) }
}

extension Hardsigmoid: Projectable {
  package var reach: Reach { .place }
  package var role: LayerRole { .activation(isRectified: false) }
}

extension Dropout: Projectable {
  package var reach: Reach { .scalar }
  package var keepsFiltersApart: Bool { true }
}

extension LayerNorm: Projectable {
  package var reach: Reach { .place }
  package var role: LayerRole { .normalization }
}

extension GroupNorm: Projectable {
  package var role: LayerRole { .normalization }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension Upsample: Projectable {
  package var keepsFiltersApart: Bool { true }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension Permute: Projectable {
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension Unflatten: Projectable {
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { nil }
}

extension ChannelShuffle: Projectable { package var reach: Reach { .place } }
extension Softmax: Projectable {}
extension LogSoftmax: Projectable {}
