public import ArgumentParser
import CommandSupport
import Images
import ModelFiles
import Tensors
import TextOutput
public import Visualization

/// `deconv saliency`: which pixels of an image speak for a class.
struct SaliencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saliency",
    abstract: "Show which pixels speak for a class.",
    discussion: """
      gradient: the derivative of the class's logit. guided: guided backpropagation. integrated: \
      integrated gradients from a --baseline. smoothgrad: the derivative's mean over noisy copies. \
      gradcam: the maps of a convolution, weighted. guided-gradcam: guided times gradcam.

      With --npy the arrays are scores, signed, and with the gradcams cam, in the maps' size, and \
      cam_weights, one a filter.

      \(ExitStatus.helpText)
      """)

  @Option(help: "How.")
  var method = SaliencyMethod.gradient

  @OptionGroup var subject: SubjectOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "gradcam's layer. (default: the highest convolution)", valueName: "number"))
  var layer: Int?

  @Flag(help: "gradcam takes the maps behind the layer's pooling.")
  var pooled = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("integrated: derivatives on the way.", valueName: "count"))
  var steps = 50

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("integrated: gray of the start, 0 black to 1 white.", valueName: "gray"))
  var baseline: Float = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("smoothgrad: noisy copies of the image.", valueName: "count"))
  var copies = 50

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "smoothgrad: noise, as a share of black to white.",
      discussion: "The standard deviation of normal noise.", valueName: "share"))
  var noise: Float = 0.15

  @OptionGroup var seed: SeedOption
  @OptionGroup var network: NetworkOptions

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "saliency.png"

  @OptionGroup var raw: RawOptions
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption

  func validate() throws {
    for (flag, value) in [("--steps", steps), ("--copies", copies)] where value < 1 {
      throw ValidationError("\(flag) is at least 1, not \(value)")
    }
    guard (0...1).contains(baseline) else {
      throw ValidationError("--baseline lies between 0, black, and 1, white")
    }
    guard noise >= 0, noise.isFinite else { throw ValidationError("--noise is 0 or more") }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: subject.data.pixels)
      let settings = try settings(for: network)
      let output = try OutputFile(path: output, force: force.isOn)
      let files = try raw.files(
        ["scores"] + (isGradCAM ? ["cam", "cam_weights"] : []), force: force.isOn)
      let subject = try subject.subject(for: network)
      let log = try ImageLog(network, folder: self.network.logdir)
      let map = try network.deconvnet.saliencyMap(
        method, of: subject.label, in: subject.tensor, settings)

      let sheet = map.sheet(
        source: subject.image.image,
        title: "\(subject.image.caption): what speaks for \(subject.phrase)\n\(how(map))")
      try sheet.write(to: output.path)
      try files.write(
        "scores", map.scores.scalars, shape: Array(map.scores.shape.dropFirst()))
      if let cam = map.gradCAM {
        try files.write("cam", cam.map.scalars, shape: Array(cam.map.shape[1...2]))
        try files.write("cam_weights", cam.weights, shape: [cam.weights.count])
      }
      try log?.log(sheet, tag: "saliency/\(method.rawValue)")
      try raw.print(
        text: report(map, subject, network, output),
        objects: [object(map, subject, network, output)])
    }
  }

  private var isGradCAM: Bool { method == .gradcam || method == .guidedGradcam }

  private func settings(for network: Network) throws -> SaliencySettings {
    var settings = SaliencySettings()
    if isGradCAM {
      let chosen = try layer.map { try network.deconvnet.layer($0) }
      guard let layer = chosen ?? network.deconvnet.highestConvolution else {
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
    settings.seed = seed.value
    return settings
  }

  /// The method and what it was told.
  private func how(_ map: SaliencyMap) -> String {
    let place = map.gradCAM.map { " of \($0.layer)\(pooled ? ", pooled" : "")" } ?? ""
    return switch method {
    case .gradient: "the gradient of its logit"
    case .guided: "guided backpropagation from its logit"
    case .integrated:
      "integrated gradients: \(steps) steps from gray \(Words.short(Double(baseline)))"
    case .smoothgrad:
      """
      SmoothGrad: \(copies) copies, noise \(Words.short(Double(noise))), seed \
      \(seed.value)
      """
    case .gradcam: "Grad-CAM\(place)"
    case .guidedGradcam: "guided Grad-CAM\(place)"
    }
  }

  private func report(
    _ map: SaliencyMap, _ subject: Subject, _ network: Network, _ output: OutputFile
  ) -> String {
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("image", subject.image.name)
    table.add("class", subject.answer)
    table.add("method", how(map))
    if map.isEmpty {
      table.add("found", "nothing: the score of every pixel is 0")
    } else {
      let (y, x) = map.strongestPixel
      table.add(
        "found",
        """
        the strongest tenth of the pixels has \(Format.percent(map.concentration, decimals: 0)) of \
        all magnitude; the strongest is row \(y), column \(x)
        """)
    }
    let sum = map.scores.scalars.reduce(0) { $0 + Double($1) }
    if method == .integrated {
      table.add(
        "sum", "\(Format.number(sum, digits: 3)): about what the logit rises from the start")
    }
    table.add("scale", "0 to \(Format.number(Double(map.magnitudes.scale.highest), digits: 3))")
    table.add("output", output.path)
    return table.rendered()
  }

  private func object(
    _ map: SaliencyMap, _ subject: Subject, _ network: Network, _ output: OutputFile
  ) -> any Encodable {
    struct Object: Encodable {
      var checkpoint, image, method: String
      var `class`: Int
      var class_name: String
      var probability: Float
      var layer: Int?
      var rows, columns, channels: Int
      var strongest: [Int]
      var concentration: Double
      var scores: [Float]
      var output: String
    }
    let (y, x) = map.strongestPixel
    return Object(
      checkpoint: network.checkpoint.path, image: subject.image.name, method: method.rawValue,
      class: subject.label, class_name: subject.className,
      probability: subject.probabilities[subject.label], layer: map.gradCAM?.layer.number,
      rows: map.scores.shape[1], columns: map.scores.shape[2], channels: map.scores.shape[3],
      strongest: [y, x], concentration: map.concentration, scores: map.scores.scalars,
      output: output.path)
  }
}

extension SaliencyMethod: ExpressibleByArgument {}
