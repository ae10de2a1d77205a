import CommandSupport
import Images
import ModelFiles
import TextOutput
import Visualization

/// `deconv project` of one filter: a sheet of its own, and a table.
struct SingleProjection {
  let sheet: Image
  let found: ProjectedFilter
  private let projector: FilterProjector
  private let projection: Projection
  private let input: InputImage

  /// - Parameter subject: the image, and its place in the data set if it has one.
  /// - Throws: `CommandFailure` when the filter is silent on the image.
  init(
    _ projector: FilterProjector, filter: Int, _ subject: (index: Int?, input: InputImage)
  ) throws {
    self.projector = projector
    input = subject.input
    let layer = projector.layer
    guard let projection = try projector.projection(of: filter, input) else {
      throw CommandFailure(
        """
        \(layer.filterNoun) \(filter) of \(layer) is silent on \(input.name): it is \
        0\(projector.search.place)
        """)
    }
    self.projection = projection
    found = ProjectedFilter(
      projection, filter: filter, layer: layer, rule: projector.rule, image: subject.index,
      source: input.name)
    sheet = projection.sheet(
      source: input.image, title: Self.title(of: projection, filter),
      caption: input.caption)
  }

  private static func title(of projection: Projection, _ filter: Int) -> String {
    let layer = projection.layer
    let what = "\(layer), \(layer.filterNoun) \(filter)"
    guard let unit = projection.units.first else { return "\(what): the whole map" }
    if case .class = projection.selection { return "\(what): the class" }
    let value = "activation \(Format.number(Double(unit.value)))"
    return layer.kind == .dense
      ? "\(what)\n\(value)" : "\(what)\n\(value) at row \(unit.y), column \(unit.x)"
  }

  func report(_ output: OutputFile) -> TextTable {
    let (layer, network) = (projection.layer, projector.network)
    let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("layer", "\(layer.number) (\(layer.name))")
    table.add(layer.filterNoun, "\(found.filter) of 0 to \(layer.filters - 1)")
    table.add("image", input.name)
    if let unit = projection.units.first {
      if layer.kind == .convolution {
        table.add(
          "position", "row \(unit.y), column \(unit.x) of the \(shape[0])x\(shape[1]) map")
      }
      if let field = projection.field(ofImage: 0) {
        table.add("sees", "rows \(Self.range(field.rows)), columns \(Self.range(field.columns))")
      }
      if case .class = projection.selection {
        table.add("activation", "set to 1, a class's own")
      } else {
        table.add("activation", Format.number(Double(unit.value)))
      }
    } else {
      table.add(
        "position", shape.count == 3 ? "the whole \(shape[0])x\(shape[1]) map" : "the whole unit")
    }
    table.add("rule", projector.rule.rawValue)
    let farthest = Double(projection.image().scale.farthest)
    table.add("scale", "gray 0, white \(Format.number(farthest, digits: 3)), black the opposite")
    table.add("output", output.path)
    return table
  }

  private static func range(_ range: Range<Int>) -> String {
    "\(range.lowerBound) to \(range.upperBound - 1)"
  }
}
