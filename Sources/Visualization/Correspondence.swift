import NeuralNetworks
public import Tensors

/// A box of pixels.
public struct PixelBox: Sendable, Equatable {
  /// The first row.
  public var y: Int
  /// The first column.
  public var x: Int
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// A box.
  public init(y: Int, x: Int, height: Int, width: Int) {
    (self.y, self.x, self.height, self.width) = (y, x, height, width)
  }

  /// Whether it is not empty and lies in an image.
  public func fits(height: Int, width: Int) -> Bool {
    y >= 0 && x >= 0 && self.height > 0 && self.width > 0 && self.height <= height - y
      && self.width <= width - x
  }
}

/// Whether features change in the same way when the same part is hidden in several images.
///
/// `ε_i = x_i - x̃_i` is what hiding the part does to image `i`'s features; `Δ` says how often the
/// signs of two images' `ε` differ. A low `Δ` means that the network treats the part alike.
///
/// The paper prints `Δ = Σ_{i≠j} H(sign ε_i, sign ε_j)`, and gives means in its table: so `H` is
/// divided by the number of features, and averaged over the pairs.
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4.3, Table 1.
public struct Correspondence: Sendable, Equatable {
  /// For each pair of images, the number of features whose signs differ.
  public let differences: [[Int]]
  /// The features of an image.
  public let featureCount: Int

  /// The paper's sum: over ordered pairs of different images.
  public var sum: Int { differences.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of features whose signs differ, for each pair `i < j`.
  public var pairs: [Double] {
    differences.indices.flatMap { i in
      (i + 1..<max(i + 1, differences.count)).map {
        Double(differences[i][$0]) / Double(max(1, featureCount))
      }
    }
  }

  /// `Δ` as in the table: the mean over the pairs.
  public var mean: Double { pairs.reduce(0, +) / Double(max(1, pairs.count)) }

  /// The population's standard deviation over the pairs.
  public var deviation: Double {
    let (pairs, mean) = (pairs, mean)
    let squares = pairs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(max(1, pairs.count))).squareRoot()
  }

  /// Compares the signs of each image's changes.
  init(signs: [[Int8]]) {
    featureCount = signs.first?.count ?? 0
    differences = signs.map { first in
      signs.map { second in
        zip(first, second).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
      }
    }
  }
}

extension Deconvnet {
  /// Hides a box in each image and compares what that does to features.
  ///
  /// - Parameters:
  ///   - images: two or more images, `[N, H, W, C]`.
  ///   - boxes: what is hidden, one an image.
  ///   - stages: whose features are compared.
  ///   - fill: what a box is filled with, one scalar a channel, in units of the input.
  ///   - threshold: a change of at most so much has no sign: rectified features are mostly 0 and
  ///     stay it.
  /// - Returns: for each of `stages`, the comparison.
  public func correspondence(
    of images: Tensor, hiding boxes: [PixelBox], at stages: [FeatureStage], fill: [Float],
    threshold: Float = 1e-6
  ) -> [Correspondence] {
    correspondences(of: images, hiding: [boxes], at: stages, fill: fill, threshold: threshold)[0]
  }

  /// The same for several sets of boxes; the whole images go through the network once.
  public func correspondences(
    of images: Tensor, hiding sets: [[PixelBox]], at stages: [FeatureStage], fill: [Float],
    threshold: Float = 1e-6, progress: (_ done: Int) -> Void = { _ in }
  ) -> [[Correspondence]] {
    let clear = exactFeatures(of: images, at: stages)
    return sets.enumerated().map { index, boxes in
      let signs = signs(of: images, clear, hiding: boxes, at: stages, fill, threshold)
      defer { progress(index + 1) }
      return signs.map { Correspondence(signs: $0) }
    }
  }

  /// Features in which whatever a change of the image doesn't reach stays the same to the last bit.
  func exactFeatures(of images: Tensor, at stages: [FeatureStage]) -> [Tensor] {
    Kernels.$mayUseTiles.withValue(false) { features(of: images, at: stages).features }
  }

  /// For each stage and image, the sign of each feature's change: -1, 0 or 1.
  func signs(
    of images: Tensor, _ clear: [Tensor], hiding boxes: [PixelBox], at stages: [FeatureStage],
    _ fill: [Float], _ threshold: Float
  ) -> [[[Int8]]] {
    precondition(
      boxes.count == images.shape[0], "\(boxes.count) boxes for \(images.shape[0]) images")
    var hidden = images
    for (image, box) in boxes.enumerated() {
      Occluder.cover(
        &hidden, image: image, y: box.y, x: box.x, height: box.height, width: box.width,
        fill: fill)
    }
    let covered = exactFeatures(of: hidden, at: stages)
    return zip(clear, covered).map { clear, covered in
      let size = clear.count / boxes.count
      return clear.withUnsafeBufferPointer { clear in
        covered.withUnsafeBufferPointer { covered in
          boxes.indices.map { image in
            (image * size..<(image + 1) * size).map { index -> Int8 in
              let change = clear[index] - covered[index]
              return change > threshold ? 1 : change < -threshold ? -1 : 0
            }
          }
        }
      }
    }
  }
}

extension PixelBox {
  /// Boxes at random places of an image: the controls of a comparison.
  ///
  /// - `sizes`: a box is as large as each of these.
  /// - `isShared`: one place for all, so that only the place is what the images have in common;
  ///   otherwise each box has its own.
  public static func random(
    like sizes: [PixelBox], height: Int, width: Int, isShared: Bool,
    using generator: inout SeededGenerator
  ) -> [PixelBox] {
    precondition(
      sizes.allSatisfy { $0.height <= height && $0.width <= width },
      "boxes that fit into \(height)x\(width)")
    let (tallest, widest) = (sizes.map(\.height).max() ?? 0, sizes.map(\.width).max() ?? 0)
    func draw(_ room: Int) -> Int {
      Int(generator.next().multipliedFullWidth(by: UInt64(room + 1)).high)
    }
    let place = (y: draw(height - tallest), x: draw(width - widest))
    return sizes.map { size in
      let (y, x) = isShared ? place : (draw(height - size.height), draw(width - size.width))
      return PixelBox(y: y, x: x, height: size.height, width: size.width)
    }
  }
}
