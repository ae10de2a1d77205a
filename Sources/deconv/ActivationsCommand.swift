import ArgumentParser
import Charts
import CommandSupport
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// `deconv activations`: a layer's maps for an image, or how active its filters are over a data set.
struct ActivationsCommand: LabCommand {
  static let configuration = CommandConfiguration(
    "activations", "Show a layer's maps, and how active its filters are.",
    """
    Shows all maps of a layer for one image. With --statistics the whole data set is looked at: \
    then the sheet shows each filter's mean map, and each filter's mean, deviation, extremes and \
    shares of activity are printed, and one line on the whole layer.

    With --npy the arrays are maps, [height, width, filters], and mean, variance, std, min, max, \
    active, active_images and mean_of_image_max of each filter of the array filter.
    """)

  @OptionGroup var features: FeatureOptions
  @OptionGroup var one: ImageOptions
  @Flag(help: "Look at all images of the data set.") var statistics = false
  @Flag(help: "One scale for all maps, not one each.") var sharedScale = false
  @Option("The PNG or SVG to write. (default: layer2-activations.png, say)", "path") var output:
    String?
  @OptionGroup var lab: LabOptions

  func validate() throws {
    if statistics, one.index != nil || one.image != nil {
      throw ValidationError(
        "--statistics is of all images of a set, --image and --index are of one")
    }
  }

  func look(into network: Network) throws {
    let (layer, filters) = try features.features(of: network.deconvnet)
    let name = statistics ? "statistics" : "activations"
    let outputs = try lab.outputs(
      output ?? "layer\(layer.number)-\(name).png",
      arrays: [
        "maps", "filter", "mean", "variance", "std", "min", "max", "active", "active_images",
        "mean_of_image_max",
      ], network)
    var result = CommandResult(network)
    let seen = try look(at: layer, network)
    result.fact(layer, filters: filters.count)
    result.fact(statistics ? "images" : "image", seen.subject)
    describe(seen, filters, of: layer, &result)
    result.draw(sheet(seen, filters, of: layer), tag: "\(name)/\(layer.name)")
    try outputs.write(result)
  }

  /// What was looked at, in words and as an image if it is one, and what the layer makes of it.
  private struct Seen {
    var subject = ""
    var input: InputImage?
    var activity: [ActivationStatistics.Filter] = []
    var imageCount = 0
    var maps = Tensor(zeros: [0])
  }

  private func look(at layer: NumberedLayer, _ network: Network) throws -> Seen {
    var seen = Seen()
    var statistics = ActivationStatistics(of: layer)
    var means = MeanMaps()
    func look(at batch: Tensor) {
      let activations = network.deconvnet.activations(of: batch, layer: layer)
      statistics.look(at: activations)
      means.look(at: activations)
    }
    if self.statistics {
      let images = try DataImages(one.data, for: network)
      images.forEachBatch(progress: lab.progress) { batch, _ in look(at: batch) }
      seen.subject = images.description
    } else {
      let input = try one.input(for: network)
      look(at: input.tensor(network.pixels))
      (seen.subject, seen.input) = (input.name, input)
    }
    (seen.activity, seen.imageCount) = (statistics.filters, statistics.seen)
    seen.maps = means.maps
    return seen
  }

  private func describe(
    _ seen: Seen, _ filters: [Int], of layer: NumberedLayer, _ result: inout CommandResult
  ) {
    let activity = seen.activity
    if layer.isRectified {
      let dead = filters.filter { activity[$0].isDead }
      result.fact(statistics ? "dead" : "silent", Words.filters(dead, of: filters.count, layer))
      if statistics {
        let rare = filters.filter { activity[$0].isRare() }
        result.fact(
          "rare", Words.filters(rare, of: filters.count, layer) + " (active in less than 1 %)")
      }
    }
    if statistics { result.fact("overall", Self.summary(activity)) }
    let strongest = filters.max { activity[$0].maximum < activity[$1].maximum }
    result.fact(
      "strongest",
      strongest.map { "\(layer.filterNoun) \($0), \(Format.number(activity[$0].maximum))" })
    result.fact(
      "scale",
      "black 0 or the lowest, white the largest of \(sharedScale ? "all maps" : "each map")")
    typealias Filter = ActivationStatistics.Filter
    typealias Number = (title: String?, style: CellStyle, key: String, value: (Filter) -> Double)
    let numbers: [Number] = [
      ("mean", .number(3), "mean", \.mean), ("std", .number(3), "std", \.standardDeviation),
      ("variance", .number(3), "variance", \.variance),
      ("min", .number(3), "min", { Double($0.minimum) }),
      ("max", .number(3), "max", { Double($0.maximum) }),
      ("active", .percent, "active", \.activeShare),
      ("images", .percent, "active_images", \.activeImageShare),
      (nil, .plain, "mean_of_image_max", \.meanOfImageMaxima),
    ]
    result.table(
      filters, shown: statistics ? nil : 0,
      columns: Column.place(in: layer) + [
        Column(layer.filterNoun, key: "filter") { $0 },
        Column(nil, key: "images") { _ in seen.imageCount },
      ]
        + numbers.map { number in
          Column(number.title, number.style, key: number.key) { filter -> any JSONRepresentable in
            let value = number.value(activity[filter])
            return ["min", "max"].contains(number.key) ? Float(value) : value
          }
        })
    result.array("maps", shape: seen.maps.shape, seen.maps.scalars)
    result.array("filter", filters.map { Int32($0) })
    for number in numbers { result.array(number.key, filters.map { number.value(activity[$0]) }) }
  }

  /// The numbers of all activations of a layer, whose filters have as many each.
  private static func summary(_ filters: [ActivationStatistics.Filter]) -> String {
    let count = Double(max(1, filters.count))
    let mean = filters.reduce(0) { $0 + $1.mean } / count
    let variance =
      filters.reduce(0) { $0 + $1.variance + ($1.mean - mean) * ($1.mean - mean) } / count
    return [
      ("mean", mean), ("std", variance.squareRoot()), ("variance", variance),
      ("min", Double(filters.map(\.minimum).min() ?? 0)),
      ("max", Double(filters.map(\.maximum).max() ?? 0)),
    ].map { "\($0.0) \(Format.number($0.1))" }.joined(separator: ", ")
  }

  private func sheet(_ seen: Seen, _ filters: [Int], of layer: NumberedLayer) -> Drawing {
    let words =
      statistics
      ? "mean maps; below each its number and the share of images that excite it"
      : "below each map its number and its largest activation"
    let isConvolution = layer.kind == .convolution
    return MapSheet(seen.maps, of: layer, filters: filters, sharesScale: sharedScale).drawing(
      title:
        "\(layer), \(seen.subject)\n\(isConvolution ? words : "activations, black the lowest")",
      first: seen.input.map { TileSheet.Tile($0.image, side: 56, caption: "the image") },
      caption: { filter in
        let activity = seen.activity[filter]
        if layer.isRectified, activity.isDead { return statistics ? ": dead" : ": silent" }
        return statistics
          ? ": \(Format.percent(activity.activeImageShare, decimals: 0))"
          : ": \(Format.number(activity.maximum, digits: 3))"
      }, isMarked: { layer.isRectified && seen.activity[$0].isDead })
  }
}
