import CommandSupport
import Datasets
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// The search for the images that excite filters most: one pass over a data set.
struct ImageSearch {
  let network: Network
  let layer: NumberedLayer
  let position: MapPosition?

  /// The image that excites one filter most, of which alone the map is computed.
  ///
  /// - Throws: `CommandFailure` when the filter is dead.
  func strongest(
    of filter: Int, in images: DataImages, progress: ProgressBar.Style
  ) throws -> (index: Int, input: InputImage) {
    let search = try search([filter], in: images, progress: progress) {
      network.deconvnet.map(of: filter, layer: layer, for: $0)
    }
    guard let best = search.entries(of: filter).first else {
      throw CommandFailure(
        """
        \(layer.filterNoun) \(filter) of \(layer) is dead\(place): it is 0 on all \
        \(images.description)
        """)
    }
    return (best.image, images.input(best.image, isStrongest: true))
  }

  /// The image that excites each filter most.
  ///
  /// - Throws: `CommandFailure` when all filters are dead.
  func strongest(
    ofEach filters: [Int], in images: DataImages, progress: ProgressBar.Style
  ) throws -> StrongestImages {
    let search = try search(filters, in: images, progress: progress) {
      network.deconvnet.activations(of: $0, layer: layer)
    }
    guard filters.contains(where: { !search.entries(of: $0).isEmpty }) else {
      throw CommandFailure(
        """
        all \(filters.count) \(layer.filterNoun)s of \(layer) are dead\(place): they are 0 on all \
        \(images.description)
        """)
    }
    return search
  }

  private func search(
    _ filters: [Int], in images: DataImages, progress: ProgressBar.Style,
    activations: (Tensor) -> Tensor
  ) throws -> StrongestImages {
    try checkPosition()
    var search = StrongestImages(
      of: layer, count: 1, filters: filters,
      positions: position.map { ($0.y..<$0.y + 1, $0.x..<$0.x + 1) })
    images.forEachBatch(progress: progress) { search.look(at: activations($0), of: $1) }
    return search
  }

  /// ` at row 3, column 4`, or nothing.
  var place: String { position.map { " at row \($0.y), column \($0.x)" } ?? "" }

  /// A position is checked before the pass, not after it.
  func checkPosition() throws {
    guard let position else { return }
    let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    let (height, width) = shape.count == 3 ? (shape[0], shape[1]) : (1, 1)
    guard (0..<height).contains(position.y), (0..<width).contains(position.x) else {
      throw DeconvnetError.noSuchPosition(
        y: position.y, x: position.x, layer: "\(layer)", height: height, width: width)
    }
  }
}

extension DataImages {
  /// An image as commands show and name it.
  func input(_ index: Int, isStrongest: Bool = false) -> InputImage {
    let among = Format.counted(count, "\(split.rawValue) image")
    return InputImage(
      image: image(at: index),
      name: name(of: index) + (isStrongest ? " (the strongest of \(among))" : ""),
      caption: caption(of: index))
  }
}
