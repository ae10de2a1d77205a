import CommandSupport
import NumPyFiles
import Tensors
import TextOutput
import Visualization

/// What `deconv architecture` found, in words, lines and arrays.
struct ArchitectureResult {
  /// A filter, as a line of JSON.
  private struct Filter: Encodable {
    var layer: Int
    var name: String
    var filter: Int
    var rms: Float?
    var max: Float
    /// Share of the images that excite it.
    var active_images: Double
    /// Absent for layers whose activations may be negative.
    var dead: Bool?
    var rare: Bool?
    /// Shares of its power; the first layer's only.
    var low: Double?
    var mid: Double?
    var high: Double?
  }

  /// A finding, as a line of JSON.
  private struct Finding: Encodable {
    var finding: String
    var layer: Int
    var name: String
    var filters: [Int]
    var sentence: String
  }

  private let report: ArchitectureReport

  init(_ report: ArchitectureReport) { self.report = report }

  /// The filters, then the findings.
  var lines: [any Encodable] {
    var lines: [any Encodable] = []
    for layer in report.layers {
      let (dead, rare) = (Set(layer.dead), Set(layer.rare))
      for (index, activity) in layer.activity.enumerated() {
        var line = Filter(
          layer: layer.layer.number, name: layer.layer.name, filter: index,
          rms: layer.norms.indices.contains(index) ? layer.norms[index] : nil,
          max: activity.maximum, active_images: activity.activeImageShare)
        if layer.layer.isRectified {
          (line.dead, line.rare) = (dead.contains(index), rare.contains(index))
        }
        if layer.layer.number == 1, let spectrum = report.spectra?[index] {
          (line.low, line.mid, line.high) = (spectrum.low, spectrum.middle, spectrum.high)
        }
        lines.append(line)
      }
    }
    return lines
      + report.findings.map {
        Finding(
          finding: $0.name, layer: $0.layer.number, name: $0.layer.name, filters: $0.filters,
          sentence: $0.description)
      }
  }

  func text(_ checkpoint: String, _ images: String, _ image: String) -> String {
    var head = TextTable(("", .left), ("", .left))
    head.add("checkpoint", checkpoint)
    head.add("images", images)
    if let spectra = report.spectra, !spectra.isEmpty {
      func share(_ band: KeyPath<FilterSpectrum, Double>) -> String {
        Format.percent(spectra.reduce(0) { $0 + $1[keyPath: band] } / Double(spectra.count))
      }
      head.add(
        "frequencies",
        "layer 1: low \(share(\.low)), middle \(share(\.middle)), high \(share(\.high))")
    }
    head.add("output", image)
    var table = TextTable(
      ("layer", .right), ("name", .left), ("filters", .right), ("dead", .right), ("rare", .right),
      ("kernel", .right), ("stride", .right), ("RMS least", .right), ("median", .right),
      ("largest", .right))
    for layer in report.layers {
      table.add(row(of: layer))
    }
    let findings = report.findings
    var parts = [head.rendered(), table.rendered()]
    for finding in findings {
      let names =
        finding.filters.isEmpty ? "" : "\n  \(Words.list(finding.filters.map(String.init)))"
      parts.append(finding.description + names)
    }
    if findings.isEmpty {
      parts.append(
        "nothing to complain of: no filter is dead or rare, none dominates, no stride aliases")
    }
    return parts.joined(separator: "\n\n")
  }

  private func row(of layer: ArchitectureReport.Layer) -> [String] {
    let isRectified = layer.layer.isRectified
    var row = ["\(layer.layer.number)", layer.layer.name, Format.count(layer.layer.filters)]
    row.append(isRectified ? "\(layer.dead.count)" : "-")
    row.append(isRectified ? "\(layer.rare.count)" : "-")
    row.append(layer.window.map { "\($0.kernel.height)x\($0.kernel.width)" } ?? "-")
    row.append(layer.window.map { "\($0.stride.height),\($0.stride.width)" } ?? "-")
    let norms = layer.norms.sorted()
    for place in [0, norms.count / 2, norms.count - 1] {
      row.append(
        norms.indices.contains(place) ? Format.number(Double(norms[place]), digits: 3) : "-")
    }
    return row
  }

  /// The names of a layer's arrays of `--npy`.
  static func arrays(of layer: NumberedLayer) -> [String] {
    ["rms", "max", "active_images"].map { "layer\(layer.number)_\($0)" }
  }

  func write(to files: RawFiles) throws {
    guard files.areWanted else { return }
    for layer in report.layers {
      let name = "layer\(layer.layer.number)_"
      try files.write(name + "rms", layer.norms, shape: [layer.norms.count])
      let activity = layer.activity
      try files.write(name + "max", activity.map(\.maximum), shape: [activity.count])
      try files.write(
        name + "active_images", activity.map(\.activeImageShare), shape: [activity.count])
    }
    let spectra = report.spectra ?? []
    try files.write(
      "spectrum", spectra.flatMap { [$0.low, $0.middle, $0.high] }, shape: [spectra.count, 3])
  }
}
