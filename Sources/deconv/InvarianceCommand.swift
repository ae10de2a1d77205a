import ArgumentParser
import Charts
import CommandSupport
import Datasets
import Foundation
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv invariance`: how far features move when images are moved, enlarged and turned.
struct InvarianceCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "invariance", "Move, enlarge and turn images; see what the features do.",
    """
    Zeiler & Fergus, section 4, figure 5: for each image the Euclidean distance of a low and of \
    a high layer's features to those of the image as it is, and the probability of its class. \
    Images are warped about their middle, bilinear. Without flags they are five of different \
    classes that the network gets right.

    With --format json each object is a point. With --npy the arrays are <kind>, the amounts, and \
    <kind>_low, <kind>_high and <kind>_probability, [images, amounts], for the kinds \
    translation, scale and rotation.
    """)

  @OptionGroup var subjects: SubjectListOptions
  @Option("The low layer. (default: the first)", "layer") var low: LayerName?
  @Option("The high layer. (default: the last but one)", "layer") var high: LayerName?
  @Option("Farthest shift up and down. (default: 10 in 28)", "pixels", .atLeast(1)) var shift: Int?
  @Option("The largest scale, in eight steps.", "factor", .above(0)) var scale = 1.8
  @Option("Degrees from turn to turn.", "degrees", .within(0.1...180)) var turn = 10.0
  @Option("Gray that comes in from outside, 0 to 1.", "gray", .within(0...1)) var fill: Float = 0
  @Option("The PNG or SVG to write.", "path") var output = "invariance.png"
  @Option("Also write the points as CSV.", "path") var csv: String?
  @OptionGroup var lab: LabOptions

  func validate() throws {
    guard output.hasSuffix(".png") || output.hasSuffix(".svg") else {
      throw ValidationError("--output ends in .png or .svg")
    }
    guard scale != 1 else { throw ValidationError("--scale can't be 1: nothing would change") }
  }

  func look(into network: Network) throws {
    let deconvnet = network.deconvnet
    let stages = [
      try FeatureStage(low?.layer(of: deconvnet) ?? deconvnet.layer(1)),
      try FeatureStage(high?.layer(of: deconvnet) ?? network.lastButOne),
    ]
    let outputs = try lab.outputs(
      output,
      arrays: WarpSeries.Kind.allCases.flatMap { kind in
        ["\(kind.rawValue)"] + Measure.allCases.map { "\(kind.rawValue)_\($0)" }
      }, network)
    let points = try lab.results.file(csv)
    let side = network.inputShape[0]
    let farthest = shift ?? max(1, side * 10 / 28)
    guard farthest <= side else {
      throw CommandFailure(
        "--shift \(farthest) moves \(Network.size(network.inputShape)) images by more than their side"
      )
    }
    let subjects = try right(network) ?? subjects.subjects(for: network)
    let series: [WarpSeries] = [
      .translations(farthest: farthest, step: max(1, farthest / 10)), .scales(largest: scale),
      .rotations(step: turn),
    ]
    let total = series.reduce(0) { $0 + $1.amounts.count } * subjects.count
    var bar = ProgressBar(unit: "image", total: total, style: lab.progress)
    var before = 0
    let gray = network.inputScalars(ofGray: fill)
    let curves = series.map { series in
      defer { before += series.amounts.count * subjects.count }
      return Curve(
        series: series,
        found: deconvnet.invariance(
          of: subjects.map { ($0.tensor, $0.label) }, under: series.warps, at: stages, fill: gray
        ) { bar.update(before + $0) })
    }
    bar.finish()

    let figure = InvarianceFigure(
      names: Self.names(of: subjects), curves: curves, stages: stages)
    var result = CommandResult(network)
    result.fact("images", figure.names.joined(separator: ", "))
    result.fact("layers", "\(stages[0]) and \(stages[1])")
    result.fact("outside", "gray \(Format.short(fill))")
    for curve in curves { result.fact(curve.series.kind.rawValue, curve.finding) }
    result.rows = curves.flatMap { $0.rows(labels: subjects.map(\.label)) }
    for curve in curves {
      let name = curve.series.kind.rawValue
      let amounts = curve.series.amounts
      result.array(name, amounts)
      for measure in Measure.allCases {
        result.array(
          "\(name)_\(measure)", shape: [subjects.count, amounts.count],
          curve.found.points.flatMap { $0.map { Float(measure.value($0)) } })
      }
    }
    result.draw(
      figure.drawing(above: subjects.map(\.image.image), fill: fill), tag: "invariance")
    try points?.write(Data((result.csv + "\n").utf8))
    try outputs.write(result)
  }

  /// Without flags the first image of each of five classes that the network gets right; nil where the flags
  /// name images, or where it gets fewer classes right.
  private func right(_ network: Network) throws -> [Subject]? {
    guard subjects.image.isEmpty, subjects.index == nil else { return nil }
    let images = try DataImages(subjects.data, for: network)
    try images.checkClasses(network)
    let labels = images.images.labels
    let wanted = min(5, Set(labels).count)
    var found: [Int: Int] = [:]
    for start in stride(from: 0, to: labels.count, by: 100) where found.count < wanted {
      let numbers = Array(start..<min(start + 100, labels.count))
      let probabilities = network.deconvnet.probabilities(of: images.tensor(at: numbers))
      for (row, number) in numbers.enumerated() where found[labels[number]] == nil {
        let best = (0..<probabilities.shape[1]).max {
          probabilities[row, $0] < probabilities[row, $1]
        }
        if best == labels[number], found.count < wanted { found[labels[number]] = number }
      }
    }
    guard found.count == wanted else { return nil }
    return try found.sorted { $0.key < $1.key }.map { try images.subject($0.value, network) }
  }

  /// What the images are called: where two have one caption, they are counted.
  private static func names(of subjects: [Subject]) -> [String] {
    let captions = subjects.map(\.image.caption)
    return captions.indices.map { index in
      let caption = captions[index]
      guard captions.count(where: { $0 == caption }) > 1 else { return caption }
      return "\(caption) (\(captions[...index].count { $0 == caption }))"
    }
  }
}
