import ArgumentParser
import CommandSupport
import Visualization

/// The flags that say which filters of which layer a command looks at: by default all.
struct FeatureOptions: ParsableArguments {
  @Option("The layer: a number from 1, or a name.", "layer") var layer: LayerName
  @Option("Filters, as 3,7 or 0-15.", "list") var filter = FilterList.all

  /// The layer and its filters that are meant.
  ///
  /// - Throws: `DeconvnetError` when the network has no such layer or the layer no such filter.
  func features(of deconvnet: Deconvnet) throws -> (layer: NumberedLayer, filters: [Int]) {
    let layer = try layer.layer(of: deconvnet)
    return (layer, try filter.filters(of: layer, in: deconvnet))
  }
}
