import ArgumentParser
import CommandSupport
import Foundation
import Images
import ModelFiles
import Tensors
import Visualization

/// `deconv invariance`: how far features move when images are moved, enlarged and turned.
struct InvarianceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invariance",
    abstract: "Move, enlarge and turn images; see what the features do.",
    discussion: """
      Zeiler & Fergus, section 4, figure 5: for each image the Euclidean distance of a low and of \
      a high layer's features to those of the image as it is, and the probability of its class. \
      Images are warped about their middle, bilinear.

      With --format json each object is a point. With --npy the arrays are <kind>, the amounts, and \
      <kind>_low, <kind>_high and <kind>_probability, [images, amounts], for the kinds \
      translation, scale and rotation.

      \(ExitStatus.helpText)
      """)

  @OptionGroup var subjects: SubjectListOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("The low layer.", valueName: "number"))
  var low = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The high layer. (default: the last but one)", valueName: "number"))
  var high: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Farthest shift up and down. (default: 10 in 28)", valueName: "pixels"))
  var shift: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest scale, in eight steps.", valueName: "factor"))
  var scale = 1.8

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Degrees from turn to turn.", valueName: "degrees"))
  var turn = 10.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Gray that comes in from outside, 0 to 1.", valueName: "gray"))
  var fill: Float = 0

  @OptionGroup var network: NetworkOptions

  @Option(help: ArgumentHelp("The PNG or SVG to write.", valueName: "path"))
  var output = "invariance.png"

  @Option(help: ArgumentHelp("Also write the points as CSV.", valueName: "path"))
  var csv: String?

  @OptionGroup var raw: RawOptions
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard output.hasSuffix(".png") || output.hasSuffix(".svg") else {
      throw ValidationError("--output ends in .png or .svg")
    }
    if let shift, shift < 1 { throw ValidationError("--shift is at least 1, not \(shift)") }
    guard scale > 0, scale != 1, scale.isFinite else {
      throw ValidationError("--scale is above 0 and not 1")
    }
    guard (0.1...180).contains(turn) else {
      throw ValidationError("--turn lies between 0.1 and 180 degrees")
    }
    try ValidationError.check(fill: fill)
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: subjects.data.pixels)
      let stages = try stages(of: network)
      let output = try OutputFile(path: output, force: force.isOn)
      let table = try csv.map { try OutputFile(path: $0, force: force.isOn) }
      let files = try raw.files(
        WarpSeries.Kind.allCases.flatMap { kind in
          [kind.rawValue] + ["low", "high", "probability"].map { "\(kind.rawValue)_\($0)" }
        }, force: force.isOn)
      let subjects = try subjects.subjects(for: network)
      let log = try ImageLog(network, folder: self.network.logdir)
      let side = network.inputShape[0]
      let farthest = shift ?? max(1, side * 10 / 28)
      let series: [WarpSeries] = [
        .translations(farthest: farthest, step: max(1, farthest / 10)), .scales(largest: scale),
        .rotations(step: turn),
      ]
      let total = series.reduce(0) { $0 + $1.amounts.count } * subjects.count
      var bar = ProgressBar(unit: "image", total: total, style: quiet.progressStyle)
      var before = 0
      let fill = network.inputScalars(ofGray: fill)
      let results = series.map { series in
        let result = network.deconvnet.invariance(
          of: subjects.map { ($0.tensor, $0.label) }, under: series.warps, at: stages, fill: fill
        ) { bar.update(before + $0) }
        before += series.amounts.count * subjects.count
        return result
      }
      bar.finish()

      let report = InvarianceReport(
        subjects: subjects, curves: zip(series, results).map { ($0, $1) }, stages: stages)
      let isVector = output.path.hasSuffix(".svg")
      let sheet = isVector && log == nil ? nil : report.sheet(fill: self.fill)
      if isVector {
        try output.write(Data(report.svg().utf8))
      } else {
        try sheet?.write(to: output.path)
      }
      try table?.write(Data(report.csv().utf8))
      try report.write(to: files)
      if let sheet { try log?.log(sheet, tag: "invariance") }
      try raw.print(
        text: report.text(network, fill: self.fill, output: output.path), objects: report.objects)
    }
  }

  private func stages(of network: Network) throws -> [FeatureStage] {
    let low = try network.deconvnet.layer(low)
    let high = try network.deconvnet.layer(high ?? max(1, network.deconvnet.layers.count - 1))
    return [try FeatureStage(low), try FeatureStage(high)]
  }
}
