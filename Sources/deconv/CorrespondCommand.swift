import ArgumentParser
import CommandSupport
import Files
import Tensors
import TextOutput
import Visualization

/// `deconv correspond`: whether a part of several images means the same to the network.
struct CorrespondCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "correspond", "Hide the same part in several images and compare what that does.",
    """
    Zeiler & Fergus, section 4.3, table 1: delta is the share of features whose change has \
    another sign in another image, the mean over the pairs of images. Two controls stand \
    beside each part: boxes of its size at random places, and at a random place that all images \
    share. A part that means something has a lower delta than both: the place alone lowers it too.

    With --format json each object is a row at a layer. With --npy the arrays are mean and std, \
    [rows, layers], boxes, [sets, images, 4] as y, x, height, width, and differences, [sets, \
    layers, images, images]: first the parts, then the random sets, then the shared ones.
    """)

  @OptionGroup var subjects: SubjectListOptions

  @Option(
    "A CSV or JSON file of parts in images.", "path",
    more: """
      CSV with the head part,image,y,x,height,width, or a JSON list of objects with these keys. \
      An image is a number in the data set, or an image file, seen from the file's directory.
      """)
  var boxes: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A part at one place in all images. (default: the middle)",
      discussion: "May be given several times, as nose=12,10,6,8.",
      valueName: "name=y,x,height,width"))
  var box: [NamedBox] = []

  @Option("Sets of random boxes of each control.", "count", .within(1...10_000)) var random = 10
  @Option("The low layer, pooled. (default: the highest convolution)", "layer") var low: LayerName?
  @Option("The high layer. (default: the last but one)", "layer") var high: LayerName?
  @Option("Gray of the boxes, 0 black to 1 white.", "gray", .within(0...1)) var fill: Float = 0.5

  @Option("Smaller changes of a feature count as none.", "number", .atLeast(0))
  var threshold: Float = 1e-6

  @Option("Seed of every random choice.") var seed = 1
  @Option("The PNG or SVG to write.", "path") var output = "correspondence.png"
  @OptionGroup var lab: LabOptions

  func validate() throws {
    if boxes != nil, !box.isEmpty || !subjects.image.isEmpty || subjects.index != nil {
      throw ValidationError("--boxes names the images and their parts; give it alone")
    }
  }

  func look(into network: Network) throws {
    let stages = try stages(of: network)
    let outputs = try lab.outputs(
      output, arrays: ["mean", "std", "boxes", "differences"], network)
    let (subjects, parts) = try subjectsAndParts(network)
    try check(parts, subjects, network)

    let sets = parts.map(\.boxes) + controls(parts, network)
    var bar = ProgressBar(unit: "set", total: sets.count, style: lab.progress)
    let found = network.deconvnet.correspondences(
      of: Tensor(joining: subjects.map(\.tensor)), hiding: sets, at: stages,
      fill: network.inputScalars(ofGray: fill), threshold: threshold
    ) { bar.update($0) }
    bar.finish()

    let table = CorrespondenceTable(
      parts: parts.map(\.name), randomCount: random, stages: stages, found: found)
    var result = CommandResult(network)
    result.fact("images", subjects.map(\.image.caption).joined(separator: ", "))
    result.fact("boxes", "gray \(Format.short(fill)), seed \(seed)")
    table.describe(in: &result)
    result.array(
      "boxes", shape: [sets.count, subjects.count, 4],
      sets.joined().flatMap { [$0.y, $0.x, $0.height, $0.width].map { Int32($0) } })
    result.array(
      "differences", shape: [sets.count, stages.count, subjects.count, subjects.count],
      found.joined().flatMap { $0.differences.joined().map { Int32($0) } })
    result.draw(
      table.sheet(of: subjects.map(\.image.image), boxes: sets), tag: "correspondence")
    try outputs.write(result)
  }

  private func stages(of network: Network) throws -> [FeatureStage] {
    let deconvnet = network.deconvnet
    let low = try low?.layer(of: deconvnet) ?? deconvnet.highestConvolution ?? deconvnet.layer(1)
    let high = try high?.layer(of: deconvnet) ?? network.lastButOne
    let pooled = try? FeatureStage(low, pooled: true)
    return [try pooled ?? FeatureStage(low), try FeatureStage(high)]
  }

  private func subjectsAndParts(_ network: Network) throws -> ([Subject], [PartBoxes.Part]) {
    guard let boxes else {
      let subjects = try subjects.subjects(for: network, needsClasses: false)
      let (height, width) = (network.inputShape[0], network.inputShape[1])
      let named =
        box.isEmpty
        ? [("middle", PixelBox.middle(height: height, width: width))]
        : box.map { ($0.name, $0.box) }
      return (
        subjects,
        named.map { name, box in
          PartBoxes.Part(name: name, boxes: subjects.map { _ in box })
        }
      )
    }
    let file = try PartBoxes(path: boxes)
    let source =
      file.images.contains { Int($0) != nil } ? try DataImages(subjects.data, for: network) : nil
    let subjects = try file.images.map { image in
      if let number = Int(image), let source { return try source.subject(number, network) }
      let directory = Path.directory(of: boxes)
      let isWhole = image.hasPrefix("/") || directory == "."
      return try Subject(file: isWhole ? image : Path.joined(directory, image), network)
    }
    return (subjects, file.parts)
  }

  private func check(
    _ parts: [PartBoxes.Part], _ subjects: [Subject], _ network: Network
  ) throws {
    guard subjects.count > 1 else {
      throw CommandFailure("one image has nothing to be compared with; give two or more")
    }
    for part in parts {
      for (box, subject) in zip(part.boxes, subjects)
      where !box.fits(height: network.inputShape[0], width: network.inputShape[1]) {
        throw CommandFailure(
          """
          part "\(part.name)": the box of \(box.height)x\(box.width) at row \(box.y), column \
          \(box.x) doesn't fit into \(subject.image.name)
          """)
      }
    }
  }

  /// Random sets, then shared ones, each of the size of a part's boxes, by turns.
  private func controls(_ parts: [PartBoxes.Part], _ network: Network) -> [[PixelBox]] {
    [false, true].flatMap { isShared in
      (0..<random).map { set in
        var generator = SeededGenerator(seed: seed, 0x424F_5845, isShared ? 1 : 0, set)
        return PixelBox.random(
          like: parts[set % parts.count].boxes, height: network.inputShape[0],
          width: network.inputShape[1], isShared: isShared, using: &generator)
      }
    }
  }
}

extension PixelBox {
  /// A quarter of an image high and wide, in its middle.
  fileprivate static func middle(height: Int, width: Int) -> PixelBox {
    let (tall, wide) = (max(1, height / 4), max(1, width / 4))
    return PixelBox(y: (height - tall) / 2, x: (width - wide) / 2, height: tall, width: wide)
  }
}
