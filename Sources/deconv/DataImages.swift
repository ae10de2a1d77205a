import CommandSupport
import Datasets
import Images
import ModelFiles
import Tensors
import TextOutput

/// The images of a data set that a command looks at, and how the network takes them.
struct DataImages {
  let images: LabeledImages
  let classNames: [String]
  /// What the data set is called.
  let setName: String
  let split: Split
  private let network: Network

  /// Images that the network computes at a time: what a command holds of activations.
  static let batchSize = 100

  /// Loads the data set that the flags name, or the one that the network learned from.
  ///
  /// - Parameter remedy: what the user can do where no data set is known.
  /// - Throws: `DatasetError`, or `CommandFailure` when the checkpoint names no data set and the flags
  ///   don't either, when the images aren't of the network's size, or when there are none.
  init(
    _ options: DataOptions, for network: Network,
    remedy: String = "--data says which images to look at"
  ) throws {
    try self.init(options.source, split: options.split, for: network, remedy: remedy)
  }

  /// The same of either half.
  init(
    _ options: DataSourceOptions, split: Split, for network: Network,
    remedy: String = "--data says which images to look at"
  ) throws {
    self.network = network
    self.split = split
    let isTest = split == .test
    let own = network.checkpoint.state?.data
    guard let source = options.data ?? own?.source else {
      throw CommandFailure(
        """
        \(network.checkpoint.path): doesn't say what data it learned from; \
        \(remedy)
        """)
    }
    let recorded = options.data == nil ? (isTest ? own?.testPerClass : own?.trainingPerClass) : nil
    let limit = [recorded, options.perClass].compactMap(\.self).min()
    // Of the other half as few as possible are read.
    let set = try network.dataset(
      source, trainingPerClass: isTest ? 1 : limit, testPerClass: isTest ? limit : 1)
    setName = set.name
    classNames = set.classNames
    images = isTest ? set.test : set.training
    guard images.imageShape == network.inputShape else {
      throw CommandFailure(
        """
        \(set.name): has \(Network.size(images.imageShape)) images, but the network takes \
        \(Network.size(network.inputShape))
        """)
    }
    guard images.count > 0 else {
      throw CommandFailure("\(set.name): has no \(split.rawValue) images")
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

  /// Calls `body` with all images, a batch at a time, and the number of each.
  func forEachBatch(
    progress: ProgressBar.Style = .silent,
    _ body: (_ images: Tensor, _ indices: [Int]) throws -> Void
  ) rethrows {
    var bar = ProgressBar(unit: "image", total: count, style: progress)
    for start in stride(from: 0, to: count, by: Self.batchSize) {
      let indices = Array(start..<min(start + Self.batchSize, count))
      try body(tensor(at: indices), indices)
      bar.update(indices.upperBound)
    }
    bar.finish()
  }

  /// The name of an image's class, in words: `class 5` where the name is a number.
  func caption(of index: Int) -> String {
    let name = classNames[images.labels[index]]
    return name.allSatisfy(\.isNumber) ? "class \(name)" : name
  }

  /// The class and the source of an image, for a sentence.
  func name(of index: Int) -> String { "\(caption(of: index)), \(images.sources[index])" }
}

extension [Int] {
  /// One past the last of ascending numbers.
  fileprivate var upperBound: Int { (last ?? -1) + 1 }
}
