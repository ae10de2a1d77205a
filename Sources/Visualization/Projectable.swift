package import NeuralNetworks
package import Tensors

/// How much of a signal at a layer's output one scalar at its input depends on.
package enum Reach: Sendable {
  /// One scalar, whatever its place and channel, given the trace's output there.
  case scalar
  /// The channels of one place, given the trace there.
  case place
  /// A window.
  case window
  /// All of it.
  case everything
}

/// What a layer is to the convolution or dense layer before it.
package enum LayerRole: Sendable {
  /// It has filters or units itself, and so a number that commands know it by.
  case filters(NumberedLayer.Kind, count: Int)
  /// It may stand between filters and their activation function.
  case normalization
  /// An activation function; whether its output is never negative.
  case activation(isRectified: Bool)
  case pooling
  case other

  /// The filters or units.
  var filters: (kind: NumberedLayer.Kind, count: Int)? {
    if case .filters(let kind, let count) = self { (kind, count) } else { nil }
  }
}

/// A layer that a signal can be taken through the other way, from its output down to its input. What each
/// rule does at each layer stands in one file, `Projectable+Layers.swift`.
///
/// The way down is the input gradient's, with another rule at the rectifiers (Zeiler & Fergus,
/// arXiv 1311.2901, §2.1). So a layer that has an input gradient projects with it. The signal of one unit
/// is zero outside of a small window, and where layers reach no farther, only the window is taken down.
/// Both give the same numbers, but for the order of sums.
package protocol Projectable: Layer {
  /// How far the layer reaches.
  var reach: Reach { get }

  /// What it is to the layer with filters before it.
  var role: LayerRole { get }

  /// Whether a channel of its output depends on the same channel of its input alone, or for rows on the
  /// scalars that came of it, and is 0 where that is 0.
  var keepsFiltersApart: Bool { get }

  /// What a unit of the output sees, from what one of the input sees; nil for the whole image.
  func receptiveField(over below: ReceptiveField) -> ReceptiveField?

  /// The signal at the layer's input, from the one at its output.
  ///
  /// - Parameter trace: of the layer's forward pass, in inference.
  func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor

  /// The same of windows, for layers that don't reach everything.
  ///
  /// - Parameter inputShape: one image's at the layer's input, `[H, W, C]`.
  func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows
}

extension Projectable {
  package var reach: Reach { .everything }
  package var role: LayerRole { .other }
  package var keepsFiltersApart: Bool { false }
  package func receptiveField(over below: ReceptiveField) -> ReceptiveField? { below }

  package func project(_ signal: Tensor, through trace: Trace, rule: ProjectionRule) -> Tensor {
    derivative(signal, through: trace)
  }

  /// What is done to maps done to windows, given those windows of the trace.
  package func project(
    _ windows: SignalWindows, inputShape: [Int], through trace: Trace, rule: ProjectionRule
  ) -> SignalWindows {
    func cut(_ maps: Tensor?) -> Tensor? { maps.map { windows.contents(of: $0) } }
    let part = Trace(input: cut(trace.input), output: cut(trace.output))
    return windows.replacing(project(windows.scalars, through: part, rule: rule))
  }

  /// The input gradient: the way down of what has no other rule.
  func derivative(_ signal: Tensor, through trace: Trace) -> Tensor {
    required(
      backward(signal, trace, for: .input).input, "an input gradient", of: "\(Self.self)")
  }
}

/// A layer that joins branches, and takes a signal down into each of them.
package protocol ProjectableJoin: JoiningLayer, Projectable {
  /// The signal at each input, from the one at the output; nil for an input that gets none.
  func project(_ signal: Tensor, joining inputs: [Tensor], rule: ProjectionRule) -> [Tensor?]
}

extension ProjectableJoin {
  package func project(
    _ signal: Tensor, joining inputs: [Tensor], rule: ProjectionRule
  ) -> [Tensor?] {
    gradients(signal, joining: inputs)
  }
}
