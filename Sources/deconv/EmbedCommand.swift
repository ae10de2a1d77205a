public import ArgumentParser
import CommandSupport
import Datasets
import Images
import ModelFiles
import NumPyFiles
import TensorBoard
import Tensors
import TextOutput
public import Visualization

/// `deconv embed`: what a layer makes of a data set, for TensorBoard's projector.
struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Put a layer's features into TensorBoard's projector.",
    discussion: """
      Each image becomes a vector: the layer's units, or of a convolution a number a filter. \
      TensorBoard's Projector shows them as a cloud, with the images and their classes, under the \
      run "deconv" of the logdir.

      \(ExitStatus.helpText)
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The layer. (default: the last but one)", valueName: "number"))
  var layer: Int?

  @Option(help: "How a map becomes a number; none: all of it.")
  var pool = FeatureVectors.Pooling.max

  @Option(
    help: ArgumentHelp("At most so many images, spread evenly.", valueName: "number"))
  var images = 1_000

  @OptionGroup var network: NetworkOptions
  @OptionGroup var data: DataOptions

  @OptionGroup var raw: RawOptions

  @Option(
    help: ArgumentHelp(
      "Write the images as one PNG, in order, too.", valueName: "path"))
  var output: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if images < 1 { throw ValidationError("--images is at least 1, not \(images)") }
  }

  func run() throws {
    try Parallel.$workers.withValue(threads.count ?? Parallel.workers) {
      let network = try Network(network, pixels: data.pixels)
      let deconvnet = network.deconvnet
      let layer = try deconvnet.layer(self.layer ?? max(1, deconvnet.layers.count - 1))
      let output = try self.output.map { try OutputFile(path: $0, force: force.isOn) }
      let files = try raw.files(["features", "label", "index"], force: force.isOn)
      let set = try DataImages(data, for: network)
      let count = min(images, set.count)
      let shown = (0..<count).map { $0 * set.count / count }

      var vectors = FeatureVectors(pooling: pool)
      var bar = ProgressBar(unit: "image", total: count, style: quiet.progressStyle)
      for start in stride(from: 0, to: count, by: DataImages.batchSize) {
        let batch = Array(shown[start..<min(start + DataImages.batchSize, count)])
        vectors.add(deconvnet.activations(of: set.tensor(at: batch), layer: layer))
        bar.update(vectors.count)
      }
      bar.finish()
      let labels = shown.map { set.images.labels[$0] }
      let sprites = shown.map { set.image(at: $0) }
      let embedding = try ProjectorEmbedding(
        layer.name, vectors: vectors.scalars, dimension: vectors.dimension,
        columns: [
          "class": labels.map { set.classNames[$0] },
          "image": shown.map { set.images.sources[$0] },
        ], sprites: sprites)
      let run =
        self.network.runs.hasSuffix("/")
        ? self.network.runs + "deconv" : "\(self.network.runs)/deconv"
      let writer = try SummaryWriter(directory: run)
      try writer.add(embedding, step: network.checkpoint.state?.step)
      try writer.close()
      if let output { try Image.grid(sprites, spacing: 0).write(to: output.path) }
      try files.write("features", vectors.scalars, shape: [count, vectors.dimension])
      try files.write("label", labels.map { Int32($0) }, shape: [count])
      try files.write("index", shown.map { Int32($0) }, shape: [count])
      let agreement = vectors.nearestNeighbourAgreement(labels: labels)
      let result = EmbedResult(
        layer: layer.number, name: layer.name, images: count, dimension: vectors.dimension,
        pool: layer.kind == .dense ? nil : pool.rawValue, neighbours: agreement, run: run)
      try raw.print(
        text: report(result, set, network, labels, output).rendered(), objects: [result])
    }
  }

  private func report(
    _ result: EmbedResult, _ set: DataImages, _ network: Network, _ labels: [Int],
    _ output: OutputFile?
  ) -> TextTable {
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("layer", "\(result.layer) (\(result.name))")
    table.add(
      "images",
      result.images == set.count
        ? set.description : "\(Format.count(result.images)) of \(set.description)")
    table.add(
      "vectors",
      "\(Format.counted(result.dimension, "number")) each"
        + (result.pool.map { $0 == "none" ? ", all of every map" : ", the \($0) of each map" } ?? "")
    )
    // What guessing by the classes' sizes would give.
    let sizes = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values
    let total = Double(max(1, labels.count))
    let chance = sizes.reduce(0.0) { $0 + Double($1) / total * Double($1) / total }
    table.add(
      "neighbours",
      "\(Format.percent(result.neighbours)) of the images have one of their class nearest, "
        + "by chance \(Format.percent(chance))")
    table.add("run", result.run)
    if let output { table.add("output", output.path) }
    table.add("look", "tensorboard --logdir \(self.network.runs), Projector")
    return table
  }
}

/// What `deconv embed` did, as a line of JSON.
private struct EmbedResult: Encodable {
  var layer: Int
  var name: String
  var images: Int
  var dimension: Int
  var pool: String?
  /// Share of the images whose nearest neighbour is of their class.
  var neighbours: Double
  var run: String
}

extension FeatureVectors.Pooling: ExpressibleByArgument {}
