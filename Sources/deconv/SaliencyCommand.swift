public import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import Tensors
import TextOutput
public import Visualization
import VisualizationSheets

/// `deconv saliency`: which pixels of an image speak for a class.
struct SaliencyCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "saliency", "Show which pixels speak for a class.",
    """
    gradient: the derivative of the class's logit. deconvnet: the deconvnet's way down from it. \
    guided: guided backpropagation. integrated: \
    integrated gradients from a --baseline. smoothgrad: the derivative's mean over noisy copies. \
    gradcam: the maps of a convolution, weighted. guided-gradcam: guided times gradcam.

    With --npy the arrays are scores, signed, and with the gradcams cam, in the maps' size, and \
    cam_weights, one a filter.
    """)

  @Option("How.") var method = SaliencyMethod.gradient
  @OptionGroup var subject: SubjectOptions
  @Option("gradcam's layer. (default: the highest convolution)", "layer") var layer: LayerName?
  @Flag(help: "gradcam takes the maps behind the layer's pooling.") var pooled = false
  @Option("integrated: derivatives on the way.", "count", .atLeast(1)) var steps = 50
  @Option("integrated: gray of the start, 0 black to 1 white.", "gray", .within(0...1))
  var baseline: Float = 0
  @Option("smoothgrad: noisy copies of the image.", "count", .atLeast(1)) var copies = 50

  @Option(
    "smoothgrad: noise, as a share of black to white.", "share", .atLeast(0),
    more: "The standard deviation of normal noise.")
  var noise: Float = 0.15

  @Option("Seed of every random choice.") var seed = 1
  @OptionGroup var contrast: ContrastOptions
  @Option("The PNG or SVG to write.", "path") var output = "saliency.png"
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let settings = try settings(for: network)
    let outputs = try lab.outputs(
      output, arrays: ["scores"] + (method.isGradCAM ? ["cam", "cam_weights"] : []), network)
    let subject = try subject.subject(for: network)
    let map = try network.deconvnet.saliencyMap(
      method, of: subject.label, in: subject.tensor, settings)

    var result = CommandResult(network)
    describe(map, subject, network, &result)
    result.rows = [subject.json(network) + row(map, subject) + outputs.json]
    result.draw(
      map.drawing(
        source: subject.image.image,
        title: "\(subject.image.caption): what speaks for \(subject.phrase)\n\(how(map))",
        percentile: contrast.percentile(for: network)),
      tag: "saliency/\(method.rawValue)")
    try outputs.write(result)
  }

  private func settings(for network: Network) throws -> SaliencySettings {
    var settings = SaliencySettings()
    if method.isGradCAM {
      let layer = try layer?.layer(of: network.deconvnet)
      guard let layer = layer ?? network.deconvnet.highestConvolution else {
        throw CommandFailure(
          "\(network.checkpoint.path): has no convolution, so gradcam has no maps to weigh")
      }
      guard layer.kind == .convolution else {
        throw CommandFailure("\(layer) is dense: it has no maps for gradcam to weigh")
      }
      settings.layer = layer
    }
    let (black, white) = (network.inputScalars(ofGray: 0), network.inputScalars(ofGray: 1))
    settings.isPooled = pooled
    settings.steps = steps
    settings.baseline = network.inputScalars(ofGray: baseline)
    settings.copies = copies
    settings.deviation = noise * (zip(black, white).map { abs($1 - $0) }.max() ?? 1)
    settings.seed = seed
    return settings
  }

  /// The method and its settings.
  private func how(_ map: SaliencyMap) -> String {
    let place = map.gradCAM.map { " of \($0.layer)\(pooled ? ", pooled" : "")" } ?? ""
    return switch method {
    case .gradient: "the gradient of its logit"
    case .deconvnet: "the deconvnet from its logit"
    case .guided: "guided backpropagation from its logit"
    case .integrated: "integrated gradients: \(steps) steps from gray \(Format.short(baseline))"
    case .smoothgrad:
      "SmoothGrad: \(copies) copies, noise \(Format.short(noise)), seed \(seed)"
    case .gradcam: "Grad-CAM\(place)"
    case .guidedGradcam: "guided Grad-CAM\(place)"
    }
  }

  private func describe(
    _ map: SaliencyMap, _ subject: Subject, _ network: Network, _ result: inout CommandResult
  ) {
    result.fact("image", subject.image.name)
    result.fact("class", subject.answer)
    result.fact("method", how(map))
    let (y, x) = map.strongestPixel
    result.fact(
      "found",
      map.isEmpty
        ? "nothing: the score of every pixel is 0"
        : """
        the strongest tenth of the pixels has \(Format.percent(map.concentration, decimals: 0)) of \
        all magnitude; the strongest is row \(y), column \(x)
        """)
    if method == .integrated {
      let sum = map.scores.scalars.reduce(0) { $0 + Double($1) }
      result.fact(
        "sum", "\(Format.number(sum, digits: 3)): about what the logit rises from the start")
    }
    let scale = map.heatMap(percentile: contrast.percentile(for: network)).scale
    result.fact("scale", "0 to \(Format.number(scale.highest, digits: 3))")
    result.array("scores", shape: Array(map.scores.shape.dropFirst()), map.scores.scalars)
    if let cam = map.gradCAM {
      result.array("cam", shape: Array(cam.map.shape[1...2]), cam.map.scalars)
      result.array("cam_weights", cam.weights)
    }
  }

  private func row(_ map: SaliencyMap, _ subject: Subject) -> JSON {
    let (y, x) = map.strongestPixel
    let shape = map.scores.shape
    return JSON([
      "method": method.rawValue, "probability": subject.probabilities[subject.label],
      "layer": map.gradCAM?.layer.number,
      "rows": shape[1], "columns": shape[2], "channels": shape[3], "strongest": [y, x],
      "concentration": map.concentration, "scores": map.scores.scalars,
    ])
  }
}

extension SaliencyMethod: ExpressibleByArgument {
  /// Whether it weighs the maps of a convolution.
  var isGradCAM: Bool { self == .gradcam || self == .guidedGradcam }
}
