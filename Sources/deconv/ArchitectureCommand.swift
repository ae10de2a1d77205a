import ArgumentParser
import CommandSupport
import ModelFiles
import NeuralNetworks
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv architecture`: dead filters, norms, frequencies and aliasing, with advice (§4.1).
struct ArchitectureCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "architecture", "Look for dead filters, aliasing and other faults.",
    """
    Passes a data set through the network and reports what Zeiler & Fergus look at in section 4.1: \
    filters that are never or hardly ever active, weights that dominate, the frequencies of the \
    first layer's filters, and strides that alias. Low frequencies are those below 1/6 cycle a \
    pixel, high ones those above 1/3.

    With --format json each object is a filter, or one of the findings, which come first. With \
    --npy the arrays are layer1_rms, layer1_max, layer1_active_images and so on, and spectrum.
    """)

  @OptionGroup var data: DataOptions
  @Option("The PNG or SVG to write.", "path") var output = "architecture.png"
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let deconvnet = network.deconvnet
    let outputs = try lab.outputs(
      output,
      arrays: deconvnet.layers.flatMap { layer in
        ["rms", "max", "active_images"].map { "layer\(layer.number)_\($0)" }
      } + ["spectrum"], network)
    let images = try DataImages(data, for: network)

    var statistics = deconvnet.layers.map { ActivationStatistics(of: $0) }
    images.forEachBatch(progress: lab.progress) { batch, _ in
      deconvnet.forEachLayer(of: batch) { layer, activations in
        statistics[layer.number - 1].look(at: activations)
      }
    }
    let report = ArchitectureReport(of: deconvnet, statistics)
    var result = CommandResult(network)
    result.fact("images", images.description)
    describe(report, &result)
    let first = deconvnet.layers.first.flatMap { network.model[$0.name] as? Conv2D }
    result.draw(
      report.sheet(
        title: "\(network.checkpoint.path), \(images.description)",
        filters: first.flatMap { FilterGrid(of: $0) }?.filters), tag: "architecture")
    try outputs.write(result)
  }

  private func describe(_ report: ArchitectureReport, _ result: inout CommandResult) {
    let spectra = report.spectra ?? []
    if !spectra.isEmpty {
      func share(_ band: KeyPath<FilterSpectrum, Double>) -> String {
        Format.percent(spectra.reduce(0) { $0 + $1[keyPath: band] } / Double(spectra.count))
      }
      result.fact(
        "frequencies",
        "layer 1: low \(share(\.low)), middle \(share(\.middle)), high \(share(\.high))")
    }
    typealias Layer = ArchitectureReport.Layer
    func norm(_ layer: Layer, _ place: (Int) -> Int) -> Float? {
      let norms = layer.norms.sorted()
      return norms.isEmpty ? nil : norms[place(norms.count)]
    }
    func count(_ layer: Layer, _ filters: KeyPath<Layer, [Int]>) -> Int? {
      layer.layer.isRectified ? layer[keyPath: filters].count : nil
    }
    result.table(
      report.layers,
      columns: [
        Column("layer") { $0.layer.number }, Column("name", .words) { $0.layer.name },
        Column("filters", .count) { $0.layer.filters }, Column("dead") { count($0, \.dead) },
        Column("rare") { count($0, \.rare) },
        Column("kernel") { $0.window.map { "\($0.kernel.height)x\($0.kernel.width)" } },
        Column("stride") { $0.window.map { "\($0.stride.height),\($0.stride.width)" } },
        Column("RMS least", .number(3)) { norm($0) { _ in 0 } },
        Column("median", .number(3)) { norm($0) { $0 / 2 } },
        Column("largest", .number(3)) { norm($0) { $0 - 1 } },
      ])
    let findings = report.findings
    for finding in findings {
      let names =
        finding.filters.isEmpty ? "" : "\n  \(Words.list(finding.filters.map(String.init)))"
      result.section(finding.description + names)
    }
    if findings.isEmpty {
      result.section(
        "nothing to complain of: no filter is dead or rare, none dominates, no stride aliases")
    }
    result.summary = findings.map {
      JSON([
        "finding": $0.name, "layer": $0.layer.number, "name": $0.layer.name, "filters": $0.filters,
        "sentence": $0.description,
      ])
    }
    result.rows = report.layers.flatMap { rows(of: $0, spectra) }
    for layer in report.layers {
      let name = "layer\(layer.layer.number)_"
      result.array(name + "rms", layer.norms)
      result.array(name + "max", layer.activity.map(\.maximum))
      result.array(name + "active_images", layer.activity.map(\.activeImageShare))
    }
    result.array(
      "spectrum", shape: [spectra.count, 3], spectra.flatMap { [$0.low, $0.middle, $0.high] })
  }

  /// A row a filter; dead and rare only where activations can't be negative, and the shares of its
  /// power only of the first layer's.
  private func rows(of layer: ArchitectureReport.Layer, _ spectra: [FilterSpectrum]) -> [JSON] {
    let (dead, rare) = (Set(layer.dead), Set(layer.rare))
    let isRectified = layer.layer.isRectified
    return layer.activity.enumerated().map { index, activity in
      let spectrum =
        layer.layer.number == 1 && spectra.indices.contains(index) ? spectra[index] : nil
      return JSON(
        layer.layer, index,
        [
          "rms": layer.norms.indices.contains(index) ? layer.norms[index] : nil,
          "max": activity.maximum, "active_images": activity.activeImageShare,
          "dead": isRectified ? dead.contains(index) : nil,
          "rare": isRectified ? rare.contains(index) : nil, "low": spectrum?.low,
          "mid": spectrum?.middle, "high": spectrum?.high,
        ])
    }
  }
}
