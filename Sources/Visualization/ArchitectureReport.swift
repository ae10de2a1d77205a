import NeuralNetworks
package import Tensors
import TextOutput

/// What a network's filters say about its architecture and training.
///
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4.1 "Architecture Selection": dead filters, frequencies and aliasing of the first
///   layers; §3: filters that dominate.
package struct ArchitectureReport: Sendable {
  /// What is known of one layer.
  package struct Layer: Sendable {
    /// The layer.
    package let layer: NumberedLayer
    /// The root mean square of each filter's weights.
    package let norms: [Float]
    /// How active each filter is.
    package let activity: [ActivationStatistics.Filter]
    /// Filters that no image excites; none where the layer isn't rectified.
    package let dead: [Int]
    /// Filters that aren't dead, but that fewer than one image in a hundred excites.
    package let rare: [Int]
    /// The filters' rows and columns, and the steps between positions; nil for dense layers.
    package let window: (kernel: Extent, stride: Extent)?
  }

  /// The layers, from the first.
  package let layers: [Layer]
  /// The first layer's spectra; nil where it isn't a convolution.
  package let spectra: [FilterSpectrum]?
  /// Images looked at.
  package let imageCount: Int

  /// Fewer images than this share make a filter rare.
  package static let rareShare = 0.01
  /// Less than this share of the first layer's power between low and high is little coverage.
  package static let littleMiddle = 0.2
  /// So many times the layer's median makes a filter dominate.
  package static let dominance: Float = 3

  /// A report, from one pass over images.
  ///
  /// - `statistics`: of each of the network's layers, over the same images.
  package init(of deconvnet: Deconvnet, _ statistics: [ActivationStatistics]) {
    imageCount = statistics.first?.seen ?? 0
    layers = zip(deconvnet.layers, statistics).map { layer, statistics in
      let own = deconvnet.chain.layers[layer.filterStage].layer
      let activity = statistics.filters
      func filters(_ isMeant: (ActivationStatistics.Filter) -> Bool) -> [Int] {
        layer.isRectified ? activity.indices.filter { isMeant(activity[$0]) } : []
      }
      return Layer(
        layer: layer, norms: FilterNorms.rootMeanSquares(of: own) ?? [],
        activity: activity, dead: filters(\.isDead),
        rare: filters { $0.isRare(below: Self.rareShare) },
        window: (own as? Conv2D).map { ($0.kernel, $0.stride) })
    }
    spectra = deconvnet.layers.first.flatMap {
      deconvnet.chain.layers[$0.filterStage].layer as? Conv2D
    }
    .map { FilterSpectrum.spectra(of: $0) }
  }

  /// What is worth a word, the gravest first.
  package var findings: [ArchitectureFinding] {
    var found: [ArchitectureFinding] = []
    for layer in layers where !layer.dead.isEmpty {
      found.append(.dead(layer.dead, layer.layer, images: imageCount))
    }
    for layer in layers where !layer.rare.isEmpty {
      found.append(.rare(layer.rare, layer.layer, images: imageCount))
    }
    for layer in layers {
      guard let (kernel, stride) = layer.window else { continue }
      if 3 * stride.height > kernel.height || 3 * stride.width > kernel.width,
        max(stride.height, stride.width) > 1
      {
        found.append(.aliasing(layer.layer, kernel: kernel, stride: stride))
      }
    }
    if let middle, middle < Self.littleMiddle {
      found.append(.littleMiddle(middle, layers[0].layer))
    }
    for layer in layers where layer.layer.kind == .convolution {
      let median = layer.norms.sorted()[layer.norms.count / 2]
      let large = layer.norms.indices.filter { layer.norms[$0] > Self.dominance * median }
      if median > 0, !large.isEmpty {
        found.append(
          .dominating(large, layer.layer, times: layer.norms.max().map { $0 / median } ?? 0))
      }
    }
    return found
  }

  /// The first layer's mean share of power at middle frequencies.
  private var middle: Double? {
    guard let spectra, !spectra.isEmpty else { return nil }
    return spectra.reduce(0) { $0 + $1.middle } / Double(spectra.count)
  }
}

/// Something about an architecture that is worth a word.
package enum ArchitectureFinding: Sendable, CustomStringConvertible {
  /// No image excites these filters.
  case dead([Int], NumberedLayer, images: Int)
  /// Hardly an image excites these filters.
  case rare([Int], NumberedLayer, images: Int)
  /// The filters are too far apart for their size.
  case aliasing(NumberedLayer, kernel: Extent, stride: Extent)
  /// The first layer sees low and high frequencies, and little between.
  case littleMiddle(Double, NumberedLayer)
  /// These filters' weights are far larger than the others'.
  case dominating([Int], NumberedLayer, times: Float)

  /// What it is called where a program reads it.
  package var name: String {
    switch self {
    case .dead: "dead"
    case .rare: "rare"
    case .aliasing: "aliasing"
    case .littleMiddle: "little_middle"
    case .dominating: "dominating"
    }
  }

  /// The layer.
  package var layer: NumberedLayer {
    switch self {
    case .dead(_, let layer, _), .rare(_, let layer, _), .aliasing(let layer, _, _),
      .littleMiddle(_, let layer), .dominating(_, let layer, _):
      layer
    }
  }

  /// The filters it is about; empty where it is about all.
  package var filters: [Int] {
    switch self {
    case .dead(let filters, _, _), .rare(let filters, _, _), .dominating(let filters, _, _): filters
    case .aliasing, .littleMiddle: []
    }
  }

  /// The finding and advice, in a sentence or two.
  package var description: String {
    switch self {
    case .dead(let filters, let layer, let images):
      """
      \(filters.count) of \(layer.filters) \(layer.filterNoun)s of \(layer) are dead: 0 on all \
      \(images) images. What nothing excites doesn't learn. A lower learning rate, He's initializer \
      and pixels centred on 0 keep filters alive; if all is well without them, so many aren't needed.
      """
    case .rare(let filters, let layer, let images):
      """
      \(filters.count) of \(layer.filters) \(layer.filterNoun)s of \(layer) are active in fewer than \
      1 % of \(images) images. They may be about to die, or wait for something seldom: "deconv top" \
      shows what excites them.
      """
    case .aliasing(let layer, let kernel, let stride):
      """
      \(layer) moves its \(kernel.height)x\(kernel.width) filters by \(stride.height),\(stride.width) pixels, \
      more than a third of their size: what lies between is aliased. The paper's cure was smaller \
      filters and half the stride (11x11 by 4 became 7x7 by 2).
      """
    case .littleMiddle(let share, let layer):
      """
      the filters of \(layer) hold \(Int((share * 100).rounded())) % of their power at middle \
      frequencies: a mix of very low and very high ones. Smaller filters, and a smaller stride, \
      cover the middle.
      """
    case .dominating(let filters, let layer, let times):
      """
      \(filters.count) of \(layer.filters) filters of \(layer) dominate: their weights are up to \
      \(Format.short(times)) times the median's. The paper brought filters back whose root mean \
      square passed a fixed radius; weight decay does the like.
      """
    }
  }
}

extension Deconvnet {
  /// Calls `body` with each layer's activations for a batch of images, from the first layer up; the
  /// pass is made once.
  package func forEachLayer(
    of images: Tensor, _ body: (_ layer: NumberedLayer, _ activations: Tensor) throws -> Void
  ) rethrows {
    try forEach(layers, of: images) { place, activations in try body(layers[place], activations) }
  }

  /// The same of some layers, the lowest first; `body` receives each one's place among them.
  package func forEach(
    _ layers: [NumberedLayer], of images: Tensor,
    _ body: (_ place: Int, _ activations: Tensor) throws -> Void
  ) rethrows {
    var next = 0
    try chain.forEachValue(at: layers.map { $0.stage + 1 }, from: [0: images]) { _, activations in
      next += 1
      try body(next - 1, activations)
    }
  }
}
