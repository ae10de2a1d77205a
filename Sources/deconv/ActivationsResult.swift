import CommandSupport
import Images
import NumPyFiles
import Tensors
import TextOutput
import Visualization

/// What `deconv activations` found, as a sheet, in words, lines and arrays.
struct ActivationsResult {
  /// A filter, as a line of JSON.
  struct Line: Encodable {
    var layer: Int
    var name: String
    var filter: Int
    var images: Int
    var mean: Double
    var variance: Double
    var std: Double
    var min: Float
    var max: Float
    /// Share of the positions, and of the images, with an activation above 0.
    var active: Double
    var active_images: Double
    var mean_of_image_max: Double
  }

  let layer: NumberedLayer
  let filters: [Int]
  let statistics: ActivationStatistics
  let maps: Tensor

  private var chosen: [(number: Int, numbers: ActivationStatistics.Filter)] {
    let all = statistics.filters
    return filters.map { ($0, all[$0]) }
  }

  var lines: [Line] {
    chosen.map { filter, numbers in
      Line(
        layer: layer.number, name: layer.name, filter: filter, images: statistics.seen,
        mean: numbers.mean, variance: numbers.variance, std: numbers.standardDeviation,
        min: numbers.minimum, max: numbers.maximum, active: numbers.activeShare,
        active_images: numbers.activeImageShare,
        mean_of_image_max: numbers.meanOfImageMaxima)
    }
  }

  func sheet(title: String, image: InputImage?, isMean: Bool, sharesScale: Bool) -> Image {
    let all = statistics.filters
    let words =
      isMean
      ? "mean maps; below each its number and the share of images that excite it"
      : "below each map its number and its largest activation"
    return MapSheet(maps, of: layer, filters: filters, sharesScale: sharesScale).image(
      title: "\(title)\n\(layer.kind == .convolution ? words : "activations, black the lowest")",
      first: image.map {
        TileSheet.Tile(
          $0.image.enlarged(by: max(1, 56 / max($0.image.width, $0.image.height))),
          caption: "the image")
      },
      caption: { filter in
        if layer.isRectified, all[filter].isDead { return isMean ? ": dead" : ": silent" }
        return isMean
          ? ": \(Format.percent(all[filter].activeImageShare, decimals: 0))"
          : ": \(Format.number(Double(all[filter].maximum), digits: 3))"
      }, isMarked: { layer.isRectified && all[$0].isDead })
  }

  func text(
    _ checkpoint: String, _ subject: String, _ image: String, isMean: Bool, sharesScale: Bool
  ) -> String {
    var head = TextTable(("", .left), ("", .left))
    head.add("checkpoint", checkpoint)
    head.add("layer", "\(layer.number) (\(layer.name))")
    head.add(isMean ? "images" : "image", subject)
    head.add("\(layer.filterNoun)s", "\(Format.count(filters.count)) of \(layer.filters)")
    if layer.isRectified {
      let dead = chosen.filter { $0.numbers.isDead }.map(\.number)
      head.add(isMean ? "dead" : "silent", Words.filters(dead, of: filters.count, layer))
      if isMean {
        let rare = chosen.filter { $0.numbers.isRare() }.map(\.number)
        head.add(
          "rare", Words.filters(rare, of: filters.count, layer) + " (active in less than 1 %)")
      }
    }
    if let strongest = chosen.max(by: { $0.numbers.maximum < $1.numbers.maximum }) {
      head.add(
        "strongest",
        "\(layer.filterNoun) \(strongest.number), "
          + Format.number(Double(strongest.numbers.maximum)))
    }
    head.add(
      "scale",
      "black 0 or the lowest, white the largest of \(sharesScale ? "all maps" : "each map")")
    head.add("output", image)
    guard isMean else { return head.rendered() }
    var table = TextTable(
      (layer.filterNoun, .right), ("mean", .right), ("std", .right), ("variance", .right),
      ("min", .right), ("max", .right), ("active", .right), ("images", .right))
    for (filter, numbers) in chosen {
      table.add(
        ["\(filter)"]
          + [
            numbers.mean, numbers.standardDeviation, numbers.variance, Double(numbers.minimum),
            Double(numbers.maximum),
          ].map { Format.number($0, digits: 3) }
          + [Format.percent(numbers.activeShare), Format.percent(numbers.activeImageShare)])
    }
    return head.rendered() + "\n\n" + table.rendered()
  }

  /// The names of the arrays of `--npy`: the (mean) maps `[H, W, filters]` of the whole layer, and a
  /// number for each filter that was asked for.
  static let arrays = [
    "maps", "filter", "mean", "variance", "std", "min", "max", "active", "active_images",
    "mean_of_image_max",
  ]

  func write(to files: RawFiles) throws {
    guard files.areWanted else { return }
    let count = [filters.count]
    try files.write("maps", maps.scalars, shape: maps.shape)
    try files.write("filter", filters.map { Int32($0) }, shape: count)
    let lines = lines
    for (name, numbers) in [
      ("mean", lines.map(\.mean)), ("variance", lines.map(\.variance)), ("std", lines.map(\.std)),
      ("min", lines.map { Double($0.min) }), ("max", lines.map { Double($0.max) }),
      ("active", lines.map(\.active)), ("active_images", lines.map(\.active_images)),
      ("mean_of_image_max", lines.map(\.mean_of_image_max)),
    ] {
      try files.write(name, numbers, shape: count)
    }
  }
}
