import ArgumentParser
import Charts
import CommandSupport
import ModelFiles
import NeuralNetworks
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv filters`: the first layer's filters as a grid.
struct FiltersCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "filters", "Write the first layer's filters as an image.",
    """
    With --npy the array is weight, [filters, height, width, channels].
    """)

  @Flag(
    help: ArgumentHelp(
      "One scale for all filters, not one each.",
      discussion: "Gray is then 0, and weak filters look weak."))
  var sharedScale = false

  @Option("The PNG or SVG to write.", "path") var output = "filters.png"
  @OptionGroup var lab: LabOptions

  @Option(
    "Show this network's filters, too.", "checkpoint",
    more: "Below those of the first, as in the paper's figure 6.")
  var beside: String?

  func look(into network: Network) throws {
    let outputs = try lab.outputs(output, arrays: ["weight"], network)
    let own = try FirstFilters(of: network, sharingScale: sharedScale)
    let other = try beside.map { path in
      var options = lab
      (options.checkpoint, options.architecture) = (path, nil)
      return try FirstFilters(of: Network(options), sharingScale: sharedScale)
    }
    var result = CommandResult(network)
    result.fact("filters", own.words)
    result.fact("scale", own.scale)
    if let other {
      result.fact("beside", other.network.checkpoint.path)
      result.fact("filters", other.words)
      result.fact("scale", other.scale)
    }
    for filters in [own, other].compactMap(\.self) {
      result.table(
        Array(filters.grid.planes.enumerated()), shown: 0,
        columns: (other == nil
          ? [] : [Column(nil, key: "checkpoint") { _ in filters.network.checkpoint.path }])
          + Column.place(in: filters.layer) + [
            Column(nil, key: "filter") { $0.offset },
            Column(nil, key: "min") { $0.element.min() },
            Column(nil, key: "max") { $0.element.max() },
          ])
    }
    result.array(
      "weight", shape: own.shape, own.grid.planes.joined().map { $0 })
    result.draw(
      Drawing.stacked([own, other].compactMap { $0?.drawing(isNamed: other != nil) }),
      tag: "filters/\(own.layer.name)")
    try outputs.write(result)
  }
}

/// The filters of a network's first layer.
private struct FirstFilters {
  let network: Network
  let layer: NumberedLayer
  let grid: FilterGrid
  /// Filters, height, width, channels.
  let shape: [Int]
  private let isShared: Bool

  init(of network: Network, sharingScale: Bool) throws {
    let layer = try network.deconvnet.layer(1)
    guard let convolution = network.model[layer.name] as? Conv2D,
      let grid = FilterGrid(of: convolution, sharingScale: sharingScale)
    else {
      throw CommandFailure(
        """
        \(network.checkpoint.path): \(layer) isn't a convolution over gray or RGB images, so \
        its filters can't be shown
        """)
    }
    (self.network, self.layer, self.grid, isShared) = (network, layer, grid, sharingScale)
    let kernel = convolution.kernel
    shape = [layer.filters, kernel.height, kernel.width, convolution.inChannels]
  }

  var words: String { "\(layer.filters) of \(layer), \(shape[1])x\(shape[2])" }

  var scale: String {
    let farthest = grid.scales.map(\.farthest).max() ?? 0
    return isShared
      ? "gray 0, white \(Format.number(farthest, digits: 3)), black the opposite"
      : "black each filter's lowest weight, white its highest"
  }

  func drawing(isNamed: Bool) -> Drawing {
    let name = isNamed ? "\(network.checkpoint.path): " : ""
    return grid.drawing(
      title: "\(name)\(layer), \(shape[1])x\(shape[2])\n\(scale); below each its largest weight")
  }
}
