import ArgumentParser
import CommandSupport
import Datasets
import ModelFiles
import TextOutput
import Visualization

/// `deconv layers`: a table of the network's layers and what their units see.
struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "List the layers, their filters and receptive fields.",
    discussion: """
      A unit sees "sees" pixels in each direction; its neighbour's field lies "apart" pixels \
      further, and the first one's begins at pixel "from", which may lie outside the image.

      \(ExitStatus.helpText)
      """)

  @Argument(
    help: ArgumentHelp("The network; the same as --checkpoint.", valueName: "network"))
  var path: String?

  @OptionGroup var network: NetworkOptions

  mutating func validate() throws {
    guard let path else { return }
    guard network.checkpoint.path == nil else {
      throw ValidationError("\(path) and --checkpoint both name the network; give one of them")
    }
    network.checkpoint.path = path
  }

  func run() throws {
    let network = try Network(network)
    var table = TextTable(
      ("layer", .right), ("name", .left), ("kind", .left), ("filters", .right), ("maps", .right),
      ("sees", .right), ("apart", .right), ("from", .right), ("parameters", .right))
    for layer in network.deconvnet.layers {
      let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
      let parameters = network.deconvnet.parameterCount(of: layer)
      let maps = shape.count == 3 ? "\(shape[0])x\(shape[1])" : "-"
      let field = layer.receptiveField.map { field in
        [
          Self.pair(field.y.size, field.x.size), Self.pair(field.y.jump, field.x.jump, ","),
          Self.pair(field.y.start, field.x.start, ","),
        ]
      }
      table.add(
        ["\(layer.number)", layer.name, layer.kind == .dense ? "dense" : "convolution"]
          + [Format.count(layer.filters), maps] + (field ?? ["all", "-", "-"])
          + [Format.count(parameters)])
    }
    try Console.print(
      """
      \(network.checkpoint.path): takes \(Network.size(network.inputShape)) images, pixels \
      \(network.pixels.rawValue)

      \(table.rendered())
      """)
  }

  /// `14x14`; where the separator is a comma, equal numbers stand once.
  private static func pair(_ y: Int, _ x: Int, _ separator: String = "x") -> String {
    separator == "," && y == x ? "\(y)" : "\(y)\(separator)\(x)"
  }
}
