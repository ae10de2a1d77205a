import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import TextOutput
import Visualization

/// `deconv filters`: the first layer's filters as a grid.
struct FiltersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filters",
    abstract: "Write the first layer's filters as an image.",
    discussion: ExitStatus.helpText)

  @OptionGroup var network: NetworkOptions

  @Flag(
    help: ArgumentHelp(
      "One scale for all filters, not one each.",
      discussion: "Gray is then 0, and weak filters look weak."))
  var sharedScale = false

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "filters.png"

  @OptionGroup var force: ForceOption

  func run() throws {
    let network = try Network(network)
    let output = try OutputFile(path: output, force: force.isOn)
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
    let image = grid.image(enlargedBy: 10)
    let log = try ImageLog(network, folder: self.network.logdir)
    try image.write(to: output.path)
    try log?.log(image, tag: "filters/\(layer.name)")
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add(
      "filters",
      "\(layer.filters) of \(layer), \(convolution.kernel.height)x\(convolution.kernel.width)")
    let farthest = grid.scales.map(\.farthest).max() ?? 0
    table.add(
      "scale",
      sharedScale
        ? "gray 0, white \(Format.number(Double(farthest), digits: 3)), black the opposite"
        : "black each filter's lowest weight, white its highest")
    table.add("output", output.path)
    try Console.print(table.rendered())
  }
}
