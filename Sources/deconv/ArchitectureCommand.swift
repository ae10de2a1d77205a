import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import Visualization

/// `deconv architecture`: dead filters, norms, frequencies and aliasing, with advice (§4.1).
struct ArchitectureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "architecture",
    abstract: "Look for dead filters, aliasing and other faults.",
    discussion: """
      Passes a data set through the network and tells what Zeiler & Fergus look at in section 4.1: \
      filters that are never or hardly ever active, weights that dominate, the frequencies of the \
      first layer's filters, and strides that alias. Low frequencies are those below 1/6 cycle a \
      pixel, high ones those above 1/3.

      \(ExitStatus.helpText)
      """)

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: DataOptions

  @OptionGroup var raw: RawOptions

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "architecture.png"

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: data.pixels)
      let deconvnet = network.deconvnet
      let output = try OutputFile(path: output, force: force.isOn)
      let files = try raw.files(
        deconvnet.layers.flatMap { ArchitectureResult.arrays(of: $0) } + ["spectrum"],
        force: force.isOn)
      let log = try ImageLog(network, folder: self.network.logdir)
      let images = try DataImages(data, for: network)

      var statistics = deconvnet.layers.map { ActivationStatistics(of: $0) }
      images.forEachBatch(progress: quiet.progressStyle) { batch, _ in
        deconvnet.forEachLayer(of: batch) { layer, activations in
          statistics[layer.number - 1].look(at: activations)
        }
      }
      let report = ArchitectureReport(of: deconvnet, statistics)
      let first = deconvnet.layers.first.flatMap { network.model[$0.name] as? Conv2D }
      let sheet = report.sheet(
        title: "\(network.checkpoint.path), \(images.description)",
        filters: first.flatMap { FilterGrid(of: $0) }?.filters)
      try sheet.write(to: output.path)
      let result = ArchitectureResult(report)
      try result.write(to: files)
      try log?.log(sheet, tag: "architecture")
      try raw.print(
        text: result.text(network.checkpoint.path, images.description, output.path),
        objects: result.lines)
    }
  }
}
