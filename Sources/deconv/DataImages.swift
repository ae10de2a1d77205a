import CommandSupport
import Datasets
import Images
import ModelFiles
import Tensors
import TextOutput
import Visualization
import VisualizationSheets

/// The images of a data set that a command looks at, and how the network takes them.
struct DataImages {
  let images: LabeledImages
  /// The names of all labels: first the network's classes, then those of the set that are none of them.
  let classNames: [String]
  /// What the data set is called.
  let setName: String
  let split: Split
  private let network: Network

  /// Images that the network computes at a time: what a command holds of activations.
  private static let batchSize = 100

  /// Loads the data set that the flags name, or the one that the network learned from.
  ///
  /// - Parameters:
  ///   - split: the half where the flags don't say.
  ///   - remedy: what the user can do where no data set is known.
  /// - Throws: `DatasetError`, or `CommandFailure` when the checkpoint names no data set and the flags
  ///   don't either, when the images aren't of the network's size, or when there are none.
  init(
    _ options: DataOptions, split: Split = .test, for network: Network,
    remedy: String = "--data says which images to look at"
  ) throws {
    self.network = network
    let split = options.split ?? split
    self.split = split
    let isTest = split == .test
    let own = network.checkpoint.state?.data
    guard let source = options.data ?? own?.source else {
      throw CommandFailure(
        "\(network.checkpoint.path): doesn't say what data it learned from; \(remedy)")
    }
    let recorded = options.data == nil ? (isTest ? own?.testPerClass : own?.trainingPerClass) : nil
    let limit = [recorded, options.perClass].compactMap(\.self).min()
    let set = try network.images(of: source, split, perClass: limit)
    setName = set.setName
    let match = ClassMatch(
      set.classNames, among: network.knownClassNames, count: network.classCount ?? 0)
    classNames = match.names
    images = set.images.labeled(set.images.labels.map { match.labels[$0] })
    guard images.imageShape == network.inputShape else {
      throw CommandFailure(
        """
        \(setName): has \(Network.size(images.imageShape)) images, but the network takes \
        \(Network.size(network.inputShape)); --resize and --center-crop bring them to that size
        """)
    }
    guard images.count > 0 else {
      throw CommandFailure("\(setName): has no \(split.rawValue) images")
    }
  }

  /// The number of images.
  var count: Int { images.count }

  /// For example `1,000 test images of shapes`.
  var description: String {
    "\(Format.counted(images.count, "\(split.rawValue) image")) of \(setName)"
  }

  /// One image, to be shown.
  func image(at index: Int) -> Image { images.image(at: index) }

  /// Images as the network takes them, `[N, H, W, C]`.
  func tensor(at indices: some Collection<Int>) -> Tensor {
    images.tensor(at: indices, pixelRange: network.pixels)
  }

  /// Calls `body` with images, a batch at a time, and the number of each.
  ///
  /// - Parameter chosen: the numbers of the images; nil for all.
  func forEachBatch(
    of chosen: [Int]? = nil, progress: ProgressBar.Style = .silent,
    _ body: (_ images: Tensor, _ indices: [Int]) throws -> Void
  ) rethrows {
    let chosen = chosen ?? Array(0..<count)
    var bar = ProgressBar(unit: "image", total: chosen.count, style: progress)
    for start in stride(from: 0, to: chosen.count, by: Self.batchSize) {
      let end = min(start + Self.batchSize, chosen.count)
      let indices = Array(chosen[start..<end])
      try body(tensor(at: indices), indices)
      bar.update(end)
    }
    bar.finish()
  }

  /// The class and the source of an image, for a sentence.
  func name(of index: Int) -> String { "\(caption(of: index)), \(images.sources[index])" }

  /// The name of an image's class, in words: `class 5` where the name is a number.
  private func caption(of index: Int) -> String {
    Subject.phrase(classNames[images.labels[index]])
  }

  /// An image as commands show and name it.
  func input(_ index: Int, isStrongest: Bool = false) -> InputImage {
    let among = Format.counted(count, "\(split.rawValue) image")
    return InputImage(
      image: image(at: index),
      name: name(of: index) + (isStrongest ? " (the strongest of \(among))" : ""),
      caption: caption(of: index))
  }

  /// The image of a number that a user gave.
  func numbered(_ index: Int) throws(CommandFailure) -> InputImage {
    guard images.labels.indices.contains(index) else {
      throw CommandFailure(
        "\(setName): has no \(split.rawValue) image \(index): they are 0 to \(count - 1)")
    }
    return InputImage(
      image: image(at: index), name: "\(split.rawValue) image \(index), \(name(of: index))",
      caption: caption(of: index))
  }

  /// A unit that an image excites, and its projection, as JSON has them.
  func json(_ entry: StrongestImages.Entry?, _ projection: UnitProjection?) -> JSON {
    JSON([
      "image": entry?.image, "source": entry.map { images.sources[$0.image] },
      "label": entry.map { classNames[images.labels[$0.image]] }, "y": entry?.unit.y,
      "x": entry?.unit.x, "activation": entry?.unit.value,
      "rows": JSON.ends(projection?.field?.rows), "columns": JSON.ends(projection?.field?.columns),
      "over_border": projection?.reachesOverBorder, "scale": projection?.scale.farthest,
    ])
  }

  /// One image as a subject, asked about its own class if that is one of the network's.
  func subject(_ index: Int, _ network: Network) throws(CommandFailure) -> Subject {
    let (classes, image) = (network.classCount ?? 0, try numbered(index))
    let label = images.labels[index]
    return Subject(
      image, label: label < classes ? label : nil, classNames: Array(classNames[..<classes]),
      network)
  }

  /// Makes sure that labels are the network's classes.
  func checkClasses(_ network: Network) throws(CommandFailure) {
    let classes = try network.classes()
    let others = Set(images.labels).sorted().filter { $0 >= classes }.map { classNames[$0] }
    guard others.isEmpty else {
      throw CommandFailure(
        """
        \(setName): \(Words.list(others)) \(others.count == 1 ? "is" : "are") none of the network's \
        \(Format.counted(classes, "class", plural: "classes")); --classes names these, or rename \
        the directories
        """)
    }
  }
}
