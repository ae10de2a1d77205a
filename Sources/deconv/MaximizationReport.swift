import CommandSupport
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// What `deconv maximize` draws and says.
struct MaximizationReport {
  /// The images of a filter.
  struct Made {
    var filter: Int
    /// `[seeds, H, W, C]`, from 0 to 1.
    var images: Tensor
    /// The objective of each image before each step, and at the end.
    var objectives: [[Float]]

    /// The image of a seed.
    func image(_ seed: Int) -> Image {
      let shape = images.shape
      let size = shape[1...].reduce(1, *)
      let bytes = images.scalars[seed * size..<(seed + 1) * size].map {
        UInt8(($0 * 255).rounded())
      }
      return Image(width: shape[2], height: shape[1], channels: shape[3], pixels: bytes)
    }

    /// The objectives at the end.
    var reached: [Float] { objectives.last ?? [] }
    /// The objectives at the start.
    var begun: [Float] { objectives.first ?? [] }
  }

  let layer: NumberedLayer
  let network: Network
  let made: [Made]
  let seeds: [Int]
  let steps: Int
  /// The settings in words.
  let how: String

  // MARK: Images

  /// A row a filter, a column a seed; below each image what it reached.
  func sheet() -> Image {
    TileSheet(
      title: "made for \(layer)\n\(how)", columnCaptions: seeds.map { "seed \($0)" },
      rows: made.map { made in
        TileSheet.Row(
          caption: name(of: made.filter),
          seeds.indices.map { seed in
            TileSheet.Tile(made.image(seed), caption: Self.short(made.reached[seed]))
          })
      }
    ).image(side: 112)
  }

  /// `filter 7`, or a class's name.
  private func name(of filter: Int) -> String {
    isClass
      ? Subject.phrase(network.classNames[filter]) : "\(layer.filterNoun) \(filter)"
  }

  private var isClass: Bool { layer.isLast && layer.filters == network.classNames.count }

  // MARK: Words

  /// For people.
  func text(output: String) -> String {
    var head = TextTable(("", .left), ("", .left))
    head.add("checkpoint", network.checkpoint.path)
    head.add("layer", "\(layer)")
    head.add("how", how)
    head.add("seeds", Words.list(seeds.map(String.init)))
    head.add("output", output)
    var table = TextTable(
      (isClass ? "class" : layer.filterNoun, .left), ("from", .right), ("to, the best", .right),
      ("the worst", .right), ("agreement", .right))
    for made in made {
      table.add(
        name(of: made.filter), Self.short(made.begun.max() ?? 0),
        Self.short(made.reached.max() ?? 0), Self.short(made.reached.min() ?? 0),
        agreement(made).map { Format.fixed($0, decimals: 2) } ?? "-")
    }
    let note =
      seeds.count > 1
      ? "\nagreement: the mean correlation of the seeds' images, 1 where they are alike" : ""
    return "\(head.rendered())\n\n\(table.rendered())\(note)\(stuck)"
  }

  /// Filters that nothing excites.
  private var stuck: String {
    let names = made.filter { ($0.reached.max() ?? 0) <= ($0.begun.max() ?? 0) }.map {
      name(of: $0.filter)
    }
    return names.isEmpty ? "" : "\nnot excited beyond the start: \(Words.list(names))"
  }

  /// The mean correlation of pairs of images; nil for one image or for constant ones.
  private func agreement(_ made: Made) -> Double? {
    let size = made.images.count / seeds.count
    let scalars = made.images.scalars
    let centered = seeds.indices.map { seed -> [Double] in
      let image = scalars[seed * size..<(seed + 1) * size].map { Double($0) }
      let mean = image.reduce(0, +) / Double(size)
      let norm = image.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      return norm > 0 ? image.map { ($0 - mean) / norm } : []
    }
    var correlations: [Double] = []
    for (index, first) in centered.enumerated() {
      for second in centered[(index + 1)...] where !first.isEmpty && !second.isEmpty {
        correlations.append(zip(first, second).reduce(0) { $0 + $1.0 * $1.1 })
      }
    }
    return correlations.isEmpty
      ? nil : correlations.reduce(0, +) / Double(correlations.count)
  }

  private static func short(_ value: Float) -> String { Format.number(Double(value), digits: 3) }

  // MARK: Numbers

  /// An object an image.
  var objects: [any Encodable] {
    struct Object: Encodable {
      var layer, filter, seed, steps: Int
      var objective_before, objective: Float
    }
    return made.flatMap { made -> [any Encodable] in
      seeds.indices.map { seed in
        Object(
          layer: layer.number, filter: made.filter, seed: seeds[seed], steps: steps,
          objective_before: made.begun[seed], objective: made.reached[seed])
      }
    }
  }

  /// The arrays.
  func write(to files: RawFiles) throws {
    try files.write(
      "images", made.flatMap { $0.images.scalars },
      shape: [made.count, seeds.count] + network.inputShape)
    try files.write(
      "objective",
      made.flatMap { made in
        seeds.indices.flatMap { seed in made.objectives.map { $0[seed] } }
      }, shape: [made.count, seeds.count, steps + 1])
  }
}
