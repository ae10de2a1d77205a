import ArgumentParser
import Visualization

/// The flags that say which filters of which layer a command looks at: by default all.
struct FeatureOptions: ParsableArguments {
  // Unconditional: -1 is refused as a layer or filter; it isn't a missing value.
  @Option(parsing: .unconditional, help: ArgumentHelp("The layer, from 1.", valueName: "number"))
  var layer: Int

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Filters, as 3,7 or 0-15.", valueName: "list"))
  var filter = FilterList.all

  /// The layer and its filters that are meant.
  ///
  /// - Throws: `DeconvnetError` when the network has no such layer or the layer no such filter.
  func features(of deconvnet: Deconvnet) throws -> (layer: NumberedLayer, filters: [Int]) {
    let layer = try deconvnet.layer(self.layer)
    return (layer, try filter.filters(of: layer, in: deconvnet))
  }
}
