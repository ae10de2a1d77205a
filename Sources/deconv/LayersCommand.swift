import ArgumentParser
import CommandSupport
import Datasets
import ModelFiles
import TensorBoard
import Visualization
import VisualizationSheets

/// `deconv layers`: a table of the network's layers and what their units see.
struct LayersCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "layers", "List the layers, their filters and receptive fields.",
    """
    A unit sees "sees" pixels in each direction; its neighbour's field lies "apart" pixels \
    further, and the first one's begins at pixel "from", which may lie outside the image. \
    Networks that branch are drawn below, from the input down: where lanes part, an output is taken \
    twice. With --output and --logdir, TensorBoard's Graphs shows the network too.
    """)

  @Argument(help: ArgumentHelp("The network; the same as --checkpoint.", valueName: "network"))
  var path: String?

  @Flag(help: "Draw the layers of a network without branches, too.") var graph = false
  @Option("Also draw them as a PNG or SVG.", "path") var output: String?
  @OptionGroup var lab: LabOptions

  mutating func validate() throws {
    guard let path else { return }
    guard lab.checkpoint == nil else {
      throw ValidationError("\(path) and --checkpoint both name the network; give one of them")
    }
    lab.checkpoint = path
  }

  func look(into network: Network) throws {
    let deconvnet = network.deconvnet
    let shapes = deconvnet.activationShapes(input: network.inputShape)
    func maps(_ layer: NumberedLayer) -> [Int]? {
      let shape = shapes[layer.number - 1]
      return shape.count == 3 ? Array(shape[..<2]) : nil
    }
    func field(
      _ layer: NumberedLayer, _ part: KeyPath<ReceptiveField.Axis, Int>
    ) -> [Int]? {
      layer.receptiveField.map { [$0.y[keyPath: part], $0.x[keyPath: part]] }
    }
    let outputs = try lab.outputs(output, network)
    var result = CommandResult()
    result.section(
      """
      \(network.checkpoint.path): takes \(Network.size(network.inputShape)) images, pixels \
      \(network.pixels.rawValue)
      """)
    result.section(network.originText)
    result.table(
      deconvnet.layers,
      columns: [
        Column("layer", key: "layer") { $0.number },
        Column("name", .words, key: "name") { $0.name },
        Column("kind", .words, key: "kind") { $0.kind == .dense ? "dense" : "convolution" },
        Column("filters", .count, key: "filters") { $0.filters },
        Column("maps") { maps($0).map { Self.pair($0, "x") } },
        Column(nil, key: "maps", maps),
        Column("sees") { field($0, \.size).map { Self.pair($0, "x") } ?? "all" },
        Column(nil, key: "sees") { field($0, \.size) },
        Column("apart") { field($0, \.jump).map { Self.pair($0) } },
        Column(nil, key: "apart") { field($0, \.jump) },
        Column("from") { field($0, \.start).map { Self.pair($0) } },
        Column(nil, key: "from") { field($0, \.start) },
        Column("parameters", .count, key: "parameters") { deconvnet.parameterCount(of: $0) },
      ])
    let drawn = NetworkPicture(
      graph: NetworkGraph(of: deconvnet, input: network.inputShape))
    if graph || drawn.graph.branches {
      result.section(
        drawn.text(usesUnicode: Terminal.standardOutput().terminal.speaksUnicode))
    }
    if output != nil {
      result.draw(drawn.drawing(title: network.checkpoint.path), tag: "network")
      result.graph = Graph(of: deconvnet.chain, input: network.inputShape)
    }
    try outputs.write(result)
  }

  /// `14x14`; where the separator is a comma, equal numbers stand once.
  private static func pair(_ numbers: [Int], _ separator: String = ",") -> String {
    separator == "," && numbers[0] == numbers[1]
      ? "\(numbers[0])" : "\(numbers[0])\(separator)\(numbers[1])"
  }
}
