import ArgumentParser
import CommandSupport
import Datasets
import Images
import ModelFiles
import Tensors
import Visualization

/// `deconv ablate`: what each filter is worth.
struct AblateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ablate",
    abstract: "Switch each filter of a layer off and test the network.",
    discussion: """
      A filter that is off gives 0 everywhere. The table has the worst loss of accuracy first.

      With --format json the first object is about the whole network, each other one about a filter, \
      the worst first. With --npy the arrays are filters, accuracy and loss, in the filters' order.

      \(ExitStatus.helpText)
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The layer. (default: the highest convolution)", valueName: "number"))
  var layer: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Filters, as 3,7 or 0-15.", valueName: "list"))
  var filter = FilterList.all

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Rows of the table; 0 for all.", valueName: "count"))
  var rows = 20

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var raw: RawOptions

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "ablation.png"

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if rows < 0 { throw ValidationError("--rows is 0 or more, not \(rows)") }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: data.pixels)
      guard let number = layer ?? network.deconvnet.highestConvolution?.number else {
        throw CommandFailure(
          "\(network.checkpoint.path): has no convolution; --layer says whose units to switch off")
      }
      let layer = try network.deconvnet.layer(number)
      let filters = try filter.filters(of: layer, in: network.deconvnet)
      let output = try OutputFile(path: output, force: force.isOn)
      let files = try raw.files(["filters", "accuracy", "loss"], force: force.isOn)
      let log = try ImageLog(network, folder: self.network.logdir)
      let images = try DataImages(data, for: network)
      try images.checkClasses(network)

      var ablation = Ablation(of: layer, filters: filters, in: network.deconvnet)
      images.forEachBatch(progress: quiet.progressStyle) { batch, indices in
        ablation.look(at: batch, labels: indices.map { images.images.labels[$0] })
      }
      let report = AblationReport(ablation: ablation, images: images)
      let chart = report.image()
      try chart.write(to: output.path)
      try report.write(to: files)
      try log?.log(chart, tag: "ablation/\(layer.name)")
      try raw.print(
        text: report.text(network, rows: rows, output: output.path), objects: report.objects)
    }
  }
}
