import ArgumentParser
import Charts
import CommandSupport
import Datasets
import ModelFiles
import NeuralNetworks
import TensorBoard
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv evaluate`: how far saliency methods can be trusted.
struct EvaluateCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "evaluate", "Measure how far saliency methods can be trusted.",
    """
    Deletion and insertion (RISE, Petsiuk et al. 2018): the probability of the image's most \
    probable class while its pixels become gray, or those of the blurred image become its own, \
    the most salient first. A good map has a small area below the first curve and a large one \
    below the second. Sanity check (Adebayo et al. 2018): the rank correlation of a map's \
    magnitudes with those of the same network, whose weights are drawn anew, layer by layer from \
    the top. A map that stays alike doesn't show what the network learned.

    With --format json the first objects are about methods, each other one about a point of a \
    curve: at is the share of the pixels, or the number of layers drawn anew. With --npy the \
    arrays are share, deletion and insertion, [methods, shares], and randomized and \
    randomized_signed, [methods, layers]; the last method of all is a random order.
    """)

  @Option("Methods, with commas between them. (default: all)", "list") var method: MethodList?
  @Option("At most so many images, spread evenly.", "number", .atLeast(1)) var images = 50
  @Option("Pixels from point to point. (default: a row)", "pixels", .atLeast(1)) var perStep: Int?
  @Option("Gray of deleted pixels, 0 to 1.", "gray", .within(0...1)) var fill: Float = 0.5
  @Option("Blur before insertion. (default: a 14th of the side)", "pixels", .within(0.1...100))
  var blur: Double?
  @Option("Derivatives of integrated, copies of smoothgrad.", "count", .atLeast(1)) var steps = 25
  @Option("Seed of every random choice.") var seed = 1
  @OptionGroup var data: DataOptions
  @Option("The PNG or SVG to write.", "path") var output = "evaluation.png"
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let outputs = try lab.outputs(
      output, arrays: ["share", "deletion", "insertion", "randomized", "randomized_signed"], network
    )
    let set = try DataImages(data, for: network)
    _ = try network.classes()
    let deconvnet = network.deconvnet
    var methods = method?.methods ?? SaliencyMethod.allCases
    if deconvnet.highestConvolution == nil {
      if let method, method.methods.contains(where: \.isGradCAM) {
        throw CommandFailure(
          "\(network.checkpoint.path): has no convolution, so gradcam has no maps to weigh")
      }
      methods.removeAll(where: \.isGradCAM)
    }
    let randomized = RandomizedWeights.cascade(of: network.model, seed: seed)
    var evaluation = SaliencyEvaluation(
      of: methods + [nil], in: deconvnet, randomized: randomized.map { Deconvnet(of: $0.model) },
      saliency(network), settings(network))
    let count = min(images, set.count)
    var bar = ProgressBar(unit: "image", total: count, style: lab.progress)
    for number in 0..<count {
      let image = set.tensor(at: [number * set.count / count])
      let probabilities = deconvnet.probabilities(of: image).scalars
      let label = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      try evaluation.look(at: image, label: label)
      bar.update(number + 1)
    }
    bar.finish()

    let table = EvaluationTable(
      scores: evaluation.scores, layers: randomized.map(\.layer),
      pixels: network.inputShape[0] * network.inputShape[1])
    var result = CommandResult(network)
    result.fact("images", "\(Format.count(count)) of \(set.description), their most probable class")
    result.fact("pixels", how(network))
    result.fact("weights", "drawn anew from \(Words.list(table.layers.map(\.name))), seed \(seed)")
    table.describe(in: &result)
    result.draw(
      table.drawing(title: "\(network.checkpoint.path), \(count) images"), tag: "evaluation")
    try outputs.write(result)
  }

  private func settings(_ network: Network) -> SaliencyEvaluation.Settings {
    let (height, width) = (network.inputShape[0], network.inputShape[1])
    return SaliencyEvaluation.Settings(
      perStep: perStep ?? width, fill: network.inputScalars(ofGray: fill),
      blur: blur ?? Double(min(height, width)) / 14, seed: seed)
  }

  private func saliency(_ network: Network) -> SaliencySettings {
    var settings = SaliencySettings()
    let (black, white) = (network.inputScalars(ofGray: 0), network.inputScalars(ofGray: 1))
    settings.baseline = black
    settings.deviation *= zip(black, white).map { abs($1 - $0) }.max() ?? 1
    (settings.steps, settings.copies, settings.seed) = (steps, steps, seed)
    return settings
  }

  private func how(_ network: Network) -> String {
    let settings = settings(network)
    return """
      \(Format.count(settings.perStep)) a step; deleted ones become gray \(Format.short(fill)), \
      inserted ones drive away a blur of \(Format.short(settings.blur)) pixels
      """
  }
}

/// Methods of saliency, written with commas between them; each counts once.
struct MethodList: ExpressibleByArgument {
  let methods: [SaliencyMethod]

  init?(argument: String) {
    let methods = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      SaliencyMethod(rawValue: String($0))
    }
    guard !methods.isEmpty, !methods.contains(nil) else { return nil }
    let given = methods.compactMap(\.self)
    self.methods = given.indices.filter { !given[..<$0].contains(given[$0]) }.map { given[$0] }
  }
}
