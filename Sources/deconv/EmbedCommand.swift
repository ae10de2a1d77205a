import ArgumentParser
import Charts
import CommandSupport
import Datasets
import Files
import Images
import ModelFiles
import TensorBoard
import TextOutput
public import Visualization

/// `deconv embed`: what a layer makes of a data set, for TensorBoard's projector.
struct EmbedCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "embed", "Put a layer's features into TensorBoard's projector.",
    """
    Each image becomes a vector: the layer's units, or of a convolution a number a filter. \
    TensorBoard's Projector shows them as a cloud, with the images and their classes, under the \
    run "deconv" of the logdir.

    With --npy the arrays are features, [images, numbers], label and index.
    """)

  @Option("The layer. (default: the last but one)", "layer") var layer: LayerName?
  @Option("How a map becomes a number; none: all of it.") var pool = FeatureVectors.Pooling.max
  @Option("At most so many images, spread evenly.", "number", .atLeast(1)) var images = 1_000
  @OptionGroup var data: DataOptions
  @Option("Write the images as one PNG or SVG, in order, too.", "path") var output: String?
  @OptionGroup var lab: LabOptions

  func look(into network: Network) throws {
    let layer = try layer?.layer(of: network.deconvnet) ?? network.lastButOne
    let outputs = try lab.results.outputs(
      image: output, arrays: ["features", "label", "index"])
    let set = try DataImages(data, for: network)
    let count = min(images, set.count)
    let shown = (0..<count).map { $0 * set.count / count }

    var vectors = FeatureVectors(pooling: pool)
    set.forEachBatch(of: shown, progress: lab.progress) { batch, _ in
      vectors.add(network.deconvnet.activations(of: batch, layer: layer))
    }
    let labels = shown.map { set.images.labels[$0] }
    let sprites = shown.map { set.image(at: $0) }
    let run = Path.joined(lab.runs, "deconv")
    let writer = try SummaryWriter(directory: run)
    try writer.add(
      ProjectorEmbedding(
        layer.name, vectors: vectors.scalars, dimension: vectors.dimension,
        columns: [
          "class": labels.map { set.classNames[$0] },
          "image": shown.map { set.images.sources[$0] },
        ], sprites: sprites), step: network.checkpoint.state?.step)
    try writer.close()

    var result = CommandResult(network)
    result.fact(layer)
    result.fact(
      "images",
      count == set.count ? set.description : "\(Format.count(count)) of \(set.description)")
    let pool = layer.kind == .dense ? nil : self.pool
    let pooling = pool.map { $0 == .none ? ", all of every map" : ", the \($0) of each map" }
    result.fact(
      "vectors", "\(Format.counted(vectors.dimension, "number")) each\(pooling ?? "")")
    let neighbours = vectors.nearestNeighbourAgreement(labels: labels)
    result.fact(
      "neighbours",
      "\(Format.percent(neighbours)) of the images have one of their class nearest, "
        + "by chance \(Format.percent(Self.chance(labels)))")
    result.fact("run", run)
    result.fact("look", "tensorboard --logdir \(lab.runs), Projector")
    result.rows = [
      JSON([
        "layer": layer.number, "name": layer.name, "images": count,
        "dimension": vectors.dimension, "pool": pool?.rawValue,
        // Share of the images whose nearest neighbour is of their class.
        "neighbours": neighbours, "run": run,
      ])
    ]
    result.array("features", shape: [count, vectors.dimension], vectors.scalars)
    result.array("label", labels.map { Int32($0) })
    result.array("index", shown.map { Int32($0) })
    if output != nil { result.drawing = Drawing(Image.grid(sprites, spacing: 0)) }
    try outputs.write(result)
  }

  /// What guessing by the classes' sizes would give.
  private static func chance(_ labels: [Int]) -> Double {
    let sizes = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values
    return sizes.reduce(0.0) { sum, size in
      let share = Double(size) / Double(max(1, labels.count))
      return sum + share * share
    }
  }
}

extension FeatureVectors.Pooling: ExpressibleByArgument {}
