import CommandSupport
import Datasets
import ModelFiles
import Visualization

/// The search for the test image that excites a filter most: one pass over the data set.
struct PictureSearch {
  let network: Network
  let layer: NumberedLayer
  let filter: Int
  let position: MapPosition?

  private static let batchSize = 100

  /// Looks at every test image.
  ///
  /// - Parameter data: a data set's name or folder; nil for the one the network learned from.
  /// - Throws: `DatasetError`, or `CommandFailure` when the checkpoint names no data set, the
  ///   pictures aren't of the network's size, or the filter is dead.
  mutating func strongest(data: String?, progress: ProgressBar.Style) throws -> Picture {
    let dataset = try load(data)
    let images = dataset.test
    guard images.imageShape == network.inputShape else {
      throw CommandFailure(
        """
        \(dataset.name): has \(Network.size(images.imageShape)) pictures, but the network takes \
        \(Network.size(network.inputShape))
        """)
    }
    try checkPosition()
    var search = StrongestActivation(filter: filter, at: position.map { ($0.y, $0.x) })
    var bar = ProgressBar(unit: "image", total: images.count, style: progress)
    for batch in images.batches(of: Self.batchSize, pixelRange: network.pixels) {
      search.look(
        at: network.deconvnet.activations(of: batch.images, layer: layer), of: batch.indices)
      bar.update(search.seen)
    }
    bar.finish()
    guard let best = search.best else {
      throw CommandFailure("\(dataset.name): has no test images")
    }
    if layer.isRectified, best.unit.value <= 0 {
      let count = Format.counted(search.seen, "test image")
      let place = position.map { " at row \($0.y), column \($0.x)" } ?? ""
      throw CommandFailure(
        """
        \(layer.filterNoun) \(filter) of \(layer) is dead\(place): it is 0 on all \(count) of \
        \(dataset.name)
        """)
    }
    return Picture(
      best.picture, of: images, classNames: dataset.classNames, count: search.seen)
  }

  private func load(_ data: String?) throws -> Dataset {
    // Only test images are looked at, so as few others as possible are read.
    if let data { return try Dataset(nameOrPath: data, trainingPerClass: 1) }
    guard let own = network.checkpoint.state?.data else {
      throw CommandFailure(
        """
        \(network.checkpoint.path): doesn't say what data it learned from; --data or --image \
        says what to project
        """)
    }
    return try Dataset(
      nameOrPath: own.source, trainingPerClass: 1, testPerClass: own.testPerClass)
  }

  /// A position is checked before the pass, not after it.
  private func checkPosition() throws {
    guard let position else { return }
    let shape = network.deconvnet.activationShape(of: layer, input: network.inputShape)
    let (height, width) = shape.count == 3 ? (shape[0], shape[1]) : (1, 1)
    guard (0..<height).contains(position.y), (0..<width).contains(position.x) else {
      throw DeconvnetError.noSuchPosition(
        y: position.y, x: position.x, layer: "\(layer)", height: height, width: width)
    }
  }
}
