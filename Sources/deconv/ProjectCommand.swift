public import ArgumentParser
import Charts
import CommandSupport
public import Datasets
import Images
import Tensors
import TextOutput
public import Visualization
import VisualizationSheets

/// `deconv project`: features of an image, brought down to the pixels.
struct ProjectCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "project", "Show what in an image excites a filter.",
    """
    Takes the image of the network's own test set that excites the filter most, or --image, \
    keeps one activation, and brings it down to the pixels. Several filters come on one sheet, \
    each with the image that excites it most. --steps shows the signal of one filter after each \
    layer on its way down: unpooled, rectified, filtered (Zeiler & Fergus, Fig. 1). "deconv layers" \
    lists the layers.

    With --npy the arrays are projection, [filters, height, width, channels], zero for a silent \
    filter, and activation.
    """)

  @Option("The layer: a number from 1, or a name.", "layer") var layer: LayerName

  @Option(
    "The filter, from 0, or several: 1,5,9, 0-15, all.", "list",
    more: "In a dense layer a unit; in the last one a class.")
  var filter: FilterList

  @Option("Take this position of the map. (default: the strongest)", "y,x", name: .customLong("at"))
  var position: MapPosition?

  @Flag(help: "Take the filter's whole map.") var wholeMap = false
  @Option("What rectifiers do to the signal.") var rule = ProjectionRule.deconvnet
  @Flag(help: "Show the steps of the way down, too.") var steps = false
  @OptionGroup var contrast: ContrastOptions
  @Option("Project this PNG or JPEG, not one of the data set.", "file") var image: String?
  @OptionGroup var data: DataOptions
  @Option("The PNG or SVG to write. (default: layer2-filter7.png, say)", "path") var output: String?
  @OptionGroup var lab: LabOptions

  func validate() throws {
    if position != nil, wholeMap {
      throw ValidationError("--at and --whole-map exclude each other")
    }
    if image != nil, data.data != nil {
      throw ValidationError("--image and --data both say what to look at; give one")
    }
  }

  func look(into network: Network) throws {
    let layer = try layer.layer(of: network.deconvnet)
    let filters = try filter.filters(of: layer, in: network.deconvnet)
    guard !steps || filters.count == 1 else {
      throw CommandFailure("--steps shows one filter; --filter names \(filters.count)")
    }
    let which = layer.filterNoun + (filters.count == 1 ? "\(filters[0])" : "s")
    let outputs = try lab.outputs(
      output ?? "layer\(layer.number)-\(which).png", arrays: ["projection", "activation"], network
    )
    let projector = FilterProjector(
      network: network, layer: layer, position: position,
      isWholeMap: wholeMap && layer.kind != .dense, rule: rule,
      percentile: contrast.percentile(for: network))
    let (found, images) = try projector.project(
      filters, image: image.map { try InputImage(file: $0, for: network) },
      images: {
        try DataImages(data, for: network, remedy: "--data or --image says what to look at")
      }, progress: lab.progress)
    var result = CommandResult(network)
    if filters.count == 1 {
      describe(found[0], projector, &result)
    } else {
      describe(found, projector, images, &result)
    }
    result.rows = found.map { row($0, of: layer) }
    result.array(
      "projection", shape: [found.count],
      of: found.map { found in
        found.projection.map { $0.pixels.reshaped(to: Array($0.pixels.shape.dropFirst())) }
      })
    result.array(
      "activation",
      found.map { $0.unit?.value ?? ($0.projection == nil ? 0 : .nan) })
    let sheet =
      filters.count == 1
      ? projector.sheet(of: found[0]) : projector.sheet(of: found, sharedImage: image != nil)
    result.draw(
      steps ? Drawing.stacked([sheet, try projector.stepSheet(of: found[0])]) : sheet,
      tag: "projection/\(layer.name)/\(which)")
    try outputs.write(result)
  }

  private func describe(
    _ found: ProjectedFilter, _ projector: FilterProjector, _ result: inout CommandResult
  ) {
    let (layer, network) = (projector.layer, projector.network)
    result.fact(layer)
    result.fact(layer.filterNoun, "\(found.filter) of 0 to \(layer.filters - 1)")
    result.fact("image", found.input?.name)
    let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    if let unit = found.unit {
      if layer.kind == .convolution {
        result.fact(
          "position", "row \(unit.y), column \(unit.x) of the \(shape[0])x\(shape[1]) map")
      }
      result.fact(
        "sees", found.field.map { "rows \(range($0.rows)), columns \(range($0.columns))" })
      result.fact("activation", Format.number(unit.value))
    } else {
      result.fact("position", "the whole \(shape[0])x\(shape[1]) map")
    }
    result.fact("rule", rule.rawValue)
    let scale = found.projection?.image(percentile: projector.percentile).scale
    result.fact("scale", scale.map { "\($0.words), black the opposite\(projector.beyond)" })
  }

  private func range(_ range: Range<Int>) -> String {
    "\(range.lowerBound) to \(range.upperBound - 1)"
  }

  private func describe(
    _ found: [ProjectedFilter], _ projector: FilterProjector, _ images: String,
    _ result: inout CommandResult
  ) {
    let layer = projector.layer
    result.fact(layer, filters: found.count)
    result.fact("image", images)
    let silent = found.filter { $0.projection == nil }
    let isDead = silent.allSatisfy { $0.input == nil }
    result.fact(
      isDead ? "dead" : "silent",
      Words.filters(
        silent.filter { isDead || $0.input != nil }.map(\.filter), of: found.count, layer))
    let strongest = found.compactMap { found in found.unit.map { (found.filter, $0.value) } }
      .max { ($0.1, -$0.0) < ($1.1, -$1.0) }
    result.fact(
      "strongest", strongest.map { "\(layer.filterNoun) \($0.0), \(Format.number($0.1))" })
    result.fact("rule", rule.rawValue)
    result.fact(
      "scale", "gray 0, white the largest of each projection, black the opposite\(projector.beyond)"
    )
  }

  private func row(_ found: ProjectedFilter, of layer: NumberedLayer) -> JSON {
    JSON(
      layer, found.filter,
      [
        "rule": rule.rawValue, "image": found.index, "source": found.input?.name,
        "silent": found.projection == nil, "y": found.unit?.y, "x": found.unit?.x,
        "activation": found.unit?.value, "rows": JSON.ends(found.field?.rows),
        "columns": JSON.ends(found.field?.columns),
        "scale": found.projection?.image().scale.farthest,
      ])
  }
}

/// A row and a column, written `y,x`.
struct MapPosition: ExpressibleByArgument {
  let y: Int
  let x: Int

  init?(argument: String) {
    let numbers = argument.numbers(separator: ",") { Int($0) }
    guard let numbers, numbers.count == 2 else { return nil }
    (y, x) = (numbers[0], numbers[1])
  }
}

extension ProjectionRule: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}
