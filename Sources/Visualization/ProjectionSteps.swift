import NeuralNetworks
package import Tensors

/// A signal on its way down to the pixels, as it leaves a layer for the one below.
package struct ProjectionStep: Sendable {
  /// The layer that it went through; the layer it began at for the first.
  package let name: String
  /// What the layer did to it: `unpooled`, `rectified` or `filtered`, `kept` for what the way begins with,
  /// nil for something else.
  package let verb: String?
  /// The signal, `[1, H, W, C]` or `[1, units]`.
  package let signal: Tensor
}

extension Deconvnet {
  /// The steps of a projection, from what was kept of the layer down to the pixels.
  ///
  /// - `selection`: what is kept of the layer.
  /// - `number`: the layer's number, from 1.
  /// - `image`: `[1, H, W, C]`.
  /// - Source: Zeiler & Fergus, arXiv 1311.2901, §2.1, Fig. 1.
  /// - Throws: `DeconvnetError`.
  package func projectionSteps(
    _ selection: FeatureSelection, layer number: Int, of image: Tensor,
    rule: ProjectionRule = .deconvnet
  ) throws(DeconvnetError) -> [ProjectionStep] {
    let layer = try layer(number, withFilter: selection.filter)
    let (maps, trace) = Sequential(Array(chain.layers[...layer.stage])).forward(image)
    let activations = try Self.activations(
      selection, filter: selection.filter, maps: maps, layer: layer)
    let kept =
      selection.isUnit
      ? Self.signal(of: units(selection.filter, activations), like: maps)
      : maps.keeping(selection.filter)
    var steps = [ProjectionStep(name: layer.name, verb: "kept", signal: kept)]
    _ = try descend(kept, from: layer.stage, trace.children, rule: rule) { name, signal in
      steps.append(ProjectionStep(name: name, verb: verb(ofLayer: name), signal: signal))
    }
    return steps
  }

  private func verb(ofLayer name: String) -> String? {
    let layer = chain[name] as? any Projectable
    return switch layer?.role {
    case .pooling: "unpooled"
    case .filters: "filtered"
    case .activation(let isRectified) where isRectified || layer is any ProjectableRectifier:
      "rectified"
    default: nil
    }
  }
}
