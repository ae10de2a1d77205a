public import ArgumentParser
import CommandSupport
public import Datasets
import Images
import ModelFiles
import NeuralNetworks
import Tensors
public import Visualization

/// `deconv project`: features of an image, brought down to the pixels.
struct ProjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project",
    abstract: "Show what in an image excites a filter.",
    discussion: """
      Takes the image of the network's own test set that excites the filter most, or --image, \
      keeps one activation, and brings it down to the pixels. Several filters come on one sheet, \
      each with the image that excites it most. "deconv layers" lists the layers.

      \(ExitStatus.helpText)
      """)

  // Unconditional: -1 is told to be no layer, filter or position; it isn't a missing value.
  @Option(parsing: .unconditional, help: ArgumentHelp("The layer, from 1.", valueName: "number"))
  var layer: Int

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The filter, from 0, or several: 1,5,9, 0-15, all.",
      discussion: "In a dense layer a unit; in the last one a class.", valueName: "list"))
  var filter: FilterList

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

  @OptionGroup var data: DataOptions

  @OptionGroup var raw: RawOptions

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
    if image != nil, data.data != nil {
      throw ValidationError("--image and --data both say what to project; give one of them")
    }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: data.pixels)
      let layer = try network.deconvnet.layer(self.layer)
      let filters = try filter.filters(of: layer, in: network.deconvnet)
      let single = filters.count == 1 ? filters[0] : nil
      let which = single.map { "\(layer.filterNoun)\($0)" } ?? "\(layer.filterNoun)s"
      let output = try OutputFile(
        path: output ?? "layer\(layer.number)-\(which).png", force: force.isOn)
      let files = try raw.files(ProjectedFilter.arrays, force: force.isOn)
      let projector = FilterProjector(
        network: network, layer: layer, position: position, isWholeMap: wholeMap, rule: rule)
      let log = try ImageLog(network, folder: self.network.logdir)
      let sheet: Image
      let report: TextTable
      let found: [ProjectedFilter]
      if let filter = single {
        let input = try self.input(for: projector, filter)
        let one = try SingleProjection(projector, filter: filter, input)
        sheet = one.sheet
        report = one.report(output)
        found = [one.found]
      } else {
        let many = try SeveralProjections(
          projector, filters: filters, image: image.map { try InputImage(file: $0, for: network) },
          images: { try images(for: network) }, progress: quiet.progressStyle)
        sheet = many.sheet
        report = many.report(output)
        found = many.found
      }
      try sheet.write(to: output.path)
      try ProjectedFilter.write(found, to: files)
      try log?.log(sheet, tag: "projection/\(layer.name)/\(which)")
      try raw.print(text: report.rendered(), objects: found)
    }
  }

  private func images(for network: Network) throws -> DataImages {
    try DataImages(
      data, for: network, remedy: "--data or --image says what to project")
  }

  private func input(
    for projector: FilterProjector, _ filter: Int
  ) throws -> (index: Int?, input: InputImage) {
    if let image { return (nil, try InputImage(file: image, for: projector.network)) }
    return try projector.search.strongest(
      of: filter, in: images(for: projector.network), progress: quiet.progressStyle)
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
