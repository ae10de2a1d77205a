public import ArgumentParser
import CommandSupport
public import Datasets
import Images
import ModelFiles
import NeuralNetworks
import Tensors
public import Visualization

/// `deconv project`: one feature of one picture, brought down to the pixels.
struct ProjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project",
    abstract: "Show what in a picture excites a filter.",
    discussion: """
      Takes the picture of the network's own test set that excites the filter most, or --image, \
      keeps one activation, and brings it down to the pixels. "deconv layers" lists the layers.

      \(ExitStatus.helpText)
      """)

  // Unconditional: -1 is told to be no layer, filter or position; it isn't a missing value.
  @Option(parsing: .unconditional, help: ArgumentHelp("The layer, from 1.", valueName: "number"))
  var layer: Int

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The filter, from 0.", discussion: "In a dense layer a unit; in the last one a class.",
      valueName: "number"))
  var filter: Int

  @Option(
    name: .customLong("at"), parsing: .unconditional,
    help: ArgumentHelp(
      "Take this position of the map. (default: the strongest)", valueName: "y,x"))
  var position: MapPosition?

  @Flag(help: "Take the filter's whole map.")
  var wholeMap = false

  @Option(help: "What rectifiers do to the signal.")
  var rule = ProjectionRule.deconvnet

  @OptionGroup var network: NetworkOptions

  @Option(
    help: ArgumentHelp("Project this PNG, not one of the data set.", valueName: "png"))
  var image: String?

  @Option(
    help: ArgumentHelp(
      "A folder, shapes or digits. (default: the network's own)", valueName: "set"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Black and white. (default: the network's own)", valueName: "range"))
  var pixels: PixelRange?

  @Option(
    help: ArgumentHelp(
      "The PNG to write. (default: layer2-filter7.png, say)", valueName: "path"))
  var output: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if position != nil, wholeMap {
      throw ValidationError("--at and --whole-map exclude each other")
    }
    if image != nil, data != nil {
      throw ValidationError("--image and --data both say what to project; give one of them")
    }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: pixels)
      let layer = try network.deconvnet.layer(self.layer, withFilter: filter)
      let output = try OutputFile(
        path: output ?? "layer\(self.layer)-\(layer.filterNoun)\(filter).png", force: force.isOn)
      let picture = try self.picture(for: network, layer)
      let projection = try network.deconvnet.project(
        selection(of: layer), layer: layer.number,
        from: network.model.forward(picture.tensor(network.pixels)).trace, rule: rule)
      try checkActive(projection, picture, network)
      let sheet = projection.sheet(
        source: picture.image, title: title(of: projection), caption: picture.caption)
      let log = try PictureLog(network, folder: self.network.logdir)
      try sheet.write(to: output.path)
      try log?.log(sheet, tag: "projection/\(layer.name)/\(layer.filterNoun)\(filter)")
      try Console.print(report(projection, picture, network, output).rendered())
    }
  }

  private func selection(of layer: NumberedLayer) -> FeatureSelection {
    if wholeMap { return .map(filter: filter) }
    if let position { return .position(filter: filter, y: position.y, x: position.x) }
    return layer.isLast && layer.kind == .dense ? .class(filter) : .strongest(filter: filter)
  }

  private func picture(for network: Network, _ layer: NumberedLayer) throws -> Picture {
    if let image { return try Picture(file: image, for: network) }
    var search = PictureSearch(network: network, layer: layer, filter: filter, position: position)
    return try search.strongest(data: data, progress: quiet.progressStyle)
  }

  /// A projection of nothing would be a gray picture without a word.
  private func checkActive(
    _ projection: Projection, _ picture: Picture, _ network: Network
  ) throws {
    let layer = projection.layer
    guard layer.isRectified else { return }
    let isActive =
      projection.units.first.map { $0.value > 0 }
      ?? projection.pixels.scalars.contains { $0 != 0 }
    guard !isActive else { return }
    let place = position.map { " at row \($0.y), column \($0.x)" } ?? ""
    throw CommandFailure(
      "\(layer.filterNoun) \(filter) of \(layer) is silent on \(picture.name): it is 0\(place)")
  }

  // MARK: Words

  private func title(of projection: Projection) -> String {
    let layer = projection.layer
    let what = "\(layer), \(layer.filterNoun) \(filter)"
    guard let unit = projection.units.first else { return "\(what): the whole map" }
    if case .class = projection.selection { return "\(what): the class" }
    let value = "activation \(Format.number(Double(unit.value)))"
    return layer.kind == .dense
      ? "\(what)\n\(value)" : "\(what)\n\(value) at row \(unit.y), column \(unit.x)"
  }

  private func report(
    _ projection: Projection, _ picture: Picture, _ network: Network, _ output: OutputFile
  ) -> TextTable {
    let layer = projection.layer
    let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("layer", "\(layer.number) (\(layer.name))")
    table.add(layer.filterNoun, "\(filter) of 0 to \(layer.filters - 1)")
    table.add("image", picture.name)
    if let unit = projection.units.first {
      if layer.kind == .convolution {
        table.add(
          "position", "row \(unit.y), column \(unit.x) of the \(shape[0])x\(shape[1]) map")
      }
      if let field = projection.field(ofPicture: 0) {
        table.add("sees", "rows \(Self.range(field.rows)), columns \(Self.range(field.columns))")
      }
      if case .class = projection.selection {
        table.add("activation", "set to 1, a class's own")
      } else {
        table.add("activation", Format.number(Double(unit.value)))
      }
    } else {
      table.add("position", "the whole \(shape[0])x\(shape[1]) map")
    }
    table.add("rule", rule.rawValue)
    let farthest = Double(projection.image().scale.farthest)
    table.add("scale", "gray 0, white \(Format.number(farthest, digits: 3)), black the opposite")
    table.add("picture", output.path)
    return table
  }

  private static func range(_ range: Range<Int>) -> String {
    "\(range.lowerBound) to \(range.upperBound - 1)"
  }
}

/// A row and a column, written `y,x`.
struct MapPosition: ExpressibleByArgument {
  let y: Int
  let x: Int

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let y = parts[0], let x = parts[1] else { return nil }
    (self.y, self.x) = (y, x)
  }
}

extension ProjectionRule: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}
