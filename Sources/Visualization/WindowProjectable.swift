package import NeuralNetworks
package import Tensors

/// A layer that a signal can be taken down through window by window, so that the way down of one unit
/// touches its receptive field only.
///
/// The result is that of `Projectable` for whole maps, but for the order of sums. Layers without it
/// project whole maps.
package protocol WindowProjectable: Projectable {
  /// The signal at the layer's input, from the one at its output.
  ///
  /// - Parameters:
  ///   - inputShape: one image's at the layer's input, `[H, W, C]`.
  ///   - trace: of the layer's forward pass, in inference.
  func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows
}

/// A layer that does the same to each scalar, whatever its place (but maybe not its channel): what
/// `Projectable` does with a map, it does with a window, given that window of the trace.
package protocol PointwiseProjectable: WindowProjectable {}

extension PointwiseProjectable {
  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    projectPositions(windows, through: trace, rule: rule)
  }
}

extension Projectable {
  /// The way down of a layer whose positions don't depend on one another, though channels may.
  fileprivate func projectPositions(
    _ windows: SignalWindows, through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    func cut(_ maps: Tensor?) -> Tensor? { maps.map { windows.contents(of: $0) } }
    let part = Trace(input: cut(trace.input), output: cut(trace.output))
    return windows.replacing(project(windows.scalars, through: part, rule: rule))
  }
}

/// Without groups only: `Deconvnet` projects whole maps where there are some.
extension Conv2D: WindowProjectable {
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
    let (count, channels) = (weight.count / outChannels, outChannels)
    var filter: (number: Int, weights: [Float]) = (-1, [])
    var fields = Tensor(
      uninitializedShape: [units.count, kernel.height, kernel.width, inChannels]
    ) { _ in }
    fields.withUnsafeMutableBufferPointer { fields in
      for (index, unit) in units.enumerated() {
        if unit.filter != filter.number {
          filter = weight.withUnsafeBufferPointer { weight in
            (unit.filter, (0..<count).map { weight[$0 * channels + unit.filter] })
          }
        }
        let value = signal[index, 0, 0, 0]
        for at in 0..<count { fields[index * count + at] = value * filter.weights[at] }
      }
    }
    let corners = units.map { unit in
      SignalWindows.Corner(
        image: unit.image, y: unit.activation.y * stride.height - padding.top,
        x: unit.activation.x * stride.width - padding.left)
    }
    return SignalWindows(cropping: fields, at: corners, map: geometry.input)
  }

  /// One filter alone.
  func narrowed(to filter: Int) -> Conv2D {
    let weights = weight.withUnsafeBufferPointer { weight in
      (0..<weight.count / outChannels).map { weight[$0 * outChannels + filter] }
    }
    return Conv2D(
      weight: Tensor(shape: [kernel.height, kernel.width, inChannels, 1], scalars: weights),
      bias: bias.map { Tensor(shape: [1], scalars: [$0[filter]]) }, stride: stride,
      padding: padding, dilation: dilation)
  }
}

extension MaxPool2D: WindowProjectable {
  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    Kernels.maxUnpool(windows, required(trace.switches, "the switches", of: "MaxPool2D"))
  }
}

extension AveragePool2D: WindowProjectable {
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

extension ReLU: PointwiseProjectable {}
extension Tanh: PointwiseProjectable {}
extension Sigmoid: PointwiseProjectable {}
extension Dropout: PointwiseProjectable {}

/// Neighbours in the channels count, but those of other places don't.
extension LocalResponseNormalization: WindowProjectable {
  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    projectPositions(windows, through: trace, rule: rule)
  }
}

/// Its derivative needs the input, which a unit alone doesn't tell: so it is none of the pointwise.
extension LeakyReLU: WindowProjectable {
  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    projectPositions(windows, through: trace, rule: rule)
  }
}

/// With running statistics only: `Deconvnet` projects whole maps where they are the batch's.
extension BatchNorm2D: WindowProjectable {
  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    projectPositions(windows, through: trace, rule: rule)
  }
}
