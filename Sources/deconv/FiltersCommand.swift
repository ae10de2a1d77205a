import ArgumentParser
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

  @Option("The PNG to write.", "path") var output = "filters.png"
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let outputs = try lab.outputs(output, arrays: ["weight"], network)
    let layer = try network.deconvnet.layer(1)
    guard let convolution = network.model[layer.name] as? Conv2D,
      let grid = FilterGrid(of: convolution, sharingScale: sharedScale)
    else {
      throw CommandFailure(
        """
        \(network.checkpoint.path): \(layer) isn't a convolution over gray or RGB images, so \
        its filters can't be shown
        """)
    }
    let kernel = convolution.kernel
    let farthest = grid.scales.map(\.farthest).max() ?? 0
    let scale =
      sharedScale
      ? "gray 0, white \(Format.number(farthest, digits: 3)), black the opposite"
      : "black each filter's lowest weight, white its highest"
    var result = CommandResult(network)
    result.fact("filters", "\(layer.filters) of \(layer), \(kernel.height)x\(kernel.width)")
    result.fact("scale", scale)
    result.table(
      Array(grid.planes.enumerated()), shown: 0,
      columns: Column.place(in: layer) + [
        Column(nil, key: "filter") { $0.offset },
        Column(nil, key: "min") { $0.element.min() },
        Column(nil, key: "max") { $0.element.max() },
      ])
    result.array(
      "weight", shape: [layer.filters, kernel.height, kernel.width, convolution.inChannels],
      grid.planes.joined().map { $0 })
    result.draw(
      grid.sheet(title: "\(layer), \(kernel.height)x\(kernel.width)\n\(scale)"),
      tag: "filters/\(layer.name)")
    try outputs.write(result)
  }
}
