package import NeuralNetworks
package import Tensors

/// A layer that a signal can be taken through the other way, from its output down to its input.
///
/// The way down is the input gradient's, with another rule at the rectifiers (Zeiler & Fergus,
/// arXiv 1311.2901, §2.1). So a layer that has an input gradient projects with it.
package protocol Projectable: Layer {
  /// The signal at the layer's input, from the one at its output.
  ///
  /// - Parameter trace: of the layer's forward pass, in inference.
  func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor
}

extension Projectable {
  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    required(
      backward(signal, trace, for: .input).input, "an input gradient", of: "\(Self.self)")
  }
}

/// §2.1, "Filtering": transposed versions of the same filters, each flipped vertically and
/// horizontally, without the biases. That is a convolution's input gradient.
extension Conv2D: Projectable {}

/// §2.1, "Unpooling": the switches place what comes from above into the locations of the maxima.
/// Where windows overlap, what they place adds up.
extension MaxPool2D: Projectable {}

/// §2.1, "Rectification": the reconstructions of each layer are rectified, so that they are positive
/// as the feature maps are.
extension ReLU: Projectable {
  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    func derivative(_ signal: Tensor) -> Tensor {
      let output = required(trace.output, "the output", of: "ReLU")
      return Kernels.gradient(of: .relu, output: output, signal)
    }
    return switch rule {
    case .deconvnet: Kernels.apply(.relu, signal)
    case .guided: derivative(Kernels.apply(.relu, signal))
    case .gradient: derivative(signal)
    }
  }
}

/// The paper's contrast normalisation (§3) has no word on the way down; here the signal passes it as it
/// is. Only the derivative takes the neighbours into account.
extension LocalResponseNormalization: Projectable {
  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    guard rule == .gradient else { return signal }
    return required(
      backward(signal, trace, for: .input).input, "an input gradient", of: "\(Self.self)")
  }
}

/// A rectifier that lets a little through. The deconvnet's signal is rectified as behind a ReLU.
extension LeakyReLU: Projectable {
  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    func derivative(_ signal: Tensor) -> Tensor {
      Kernels.leakyReLUGradient(
        required(trace.input, "the input", of: "LeakyReLU"), slope: slope, signal)
    }
    return switch rule {
    case .deconvnet: Kernels.apply(.relu, signal)
    case .guided: derivative(Kernels.apply(.relu, signal))
    case .gradient: derivative(signal)
    }
  }
}

/// An affine function of each channel, transposed: only the factor counts. Where the statistics are the
/// batch's, only the derivative takes their dependence on the images into account.
extension BatchNorm2D: Projectable {
  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    let input = required(trace.input, "the input", of: "BatchNorm2D")
    guard rule == .gradient, usesBatchStatistics else {
      return scaled(signal, byStatisticsOf: input)
    }
    return required(
      backward(signal, trace, for: .input).input, "an input gradient", of: "\(Self.self)")
  }
}

// The paper's network has no other layers. Those below have one way down under every rule: linear
// ones are transposed, and smooth functions, which rectify nothing, are taken by their derivative.
extension Dense: Projectable {}
extension AveragePool2D: Projectable {}
extension GlobalAveragePool2D: Projectable {}
extension Flatten: Projectable {}
extension Dropout: Projectable {}
extension Tanh: Projectable {}
extension Sigmoid: Projectable {}
extension Softmax: Projectable {}
extension LogSoftmax: Projectable {}
