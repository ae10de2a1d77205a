package import NeuralNetworks
import Tensors

/// The same network with the weights of its upper layers drawn anew, one layer more at a time: what a
/// saliency map shows of them all it doesn't take from what the network learned.
///
/// Each parameter becomes normal numbers of its own mean and standard deviation, so that activations keep
/// their size.
/// - Source: Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, arXiv 1810.03292, §3.1,
///   "cascading randomization".
package struct RandomizedWeights {
  /// The layer whose weights were drawn last; all above it were, too.
  package let layer: NumberedLayer
  /// The network.
  package let model: Sequential

  /// A network a layer, from the last layer down to the first.
  package static func cascade(of model: Sequential, seed: Int) -> [RandomizedWeights] {
    var model = model
    return Deconvnet(of: model).layers.reversed().map { layer in
      var number = 0
      model.visitParameters { name, parameter in
        guard name.hasPrefix(layer.name + ".") else { return }
        var generator = SeededGenerator(seed: seed, 0x5241_4E44, layer.number, number)
        number += 1
        let scalars = parameter.scalars.map { Double($0) }
        let mean = scalars.reduce(0, +) / Double(max(1, scalars.count))
        let variance = scalars.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (variance / Double(max(1, scalars.count))).squareRoot()
        parameter = Tensor(
          shape: parameter.shape,
          scalars: scalars.map { _ in Float(mean + deviation * Double(generator.nextNormal())) })
      }
      return RandomizedWeights(layer: layer, model: model)
    }
  }
}
