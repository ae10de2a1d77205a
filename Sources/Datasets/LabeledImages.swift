public import Images
public import Tensors

/// Images of one size with a label each, 8 bits a channel.
public struct LabeledImages: Sendable, Equatable {
  /// Rows of an image.
  public let height: Int
  /// Pixels in a row.
  public let width: Int
  /// 1 gray, 3 RGB.
  public let channels: Int
  /// All bytes, `[count, height, width, channels]` in row-major order.
  public let pixels: [UInt8]
  /// The class of each image, from 0.
  public let labels: [Int]
  /// Where each image comes from: a file's path, or a file's name and a position in it.
  public let sources: ImageSources

  /// Images of these bytes.
  public init(
    height: Int, width: Int, channels: Int, pixels: [UInt8], labels: [Int], sources: ImageSources
  ) {
    precondition(
      height > 0 && width > 0 && channels > 0,
      "an image has at least 1x1 pixels of a channel, got \(height)x\(width)x\(channels)")
    precondition(
      pixels.count == labels.count * height * width * channels && sources.count == labels.count,
      "\(labels.count) images of \(height)x\(width)x\(channels) take "
        + "\(labels.count * height * width * channels) bytes and \(labels.count) sources, "
        + "got \(pixels.count) and \(sources.count)")
    precondition(labels.allSatisfy { $0 >= 0 }, "a label is a position in the list of classes")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
    self.sources = sources
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// Height, width and channels of an image.
  public var imageShape: [Int] { [height, width, channels] }

  /// The bytes of one image.
  var bytesPerImage: Int { height * width * channels }

  /// One image.
  public func image(at index: Int) -> Image {
    Image(
      width: width, height: height, channels: channels,
      pixels: Array(pixels[index * bytesPerImage..<(index + 1) * bytesPerImage]))
  }

  /// Some images as scalars, `[indices.count, height, width, channels]`.
  public func tensor(
    at indices: some Collection<Int>, pixelRange: PixelRange = .zeroToOne
  ) -> Tensor {
    tensor(at: Array(indices), pixelRange: pixelRange) { _ in ImageAugmentation.Choice() }
  }

  /// The images at these positions, in this order.
  public func selecting(_ indices: some Collection<Int>) -> LabeledImages {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * bytesPerImage)
    for index in indices {
      bytes += pixels[index * bytesPerImage..<(index + 1) * bytesPerImage]
    }
    return LabeledImages(
      height: height, width: width, channels: channels, pixels: bytes,
      labels: indices.map { labels[$0] }, sources: ImageSources(indices.map { sources[$0] }))
  }

  /// The same images with other labels.
  package func labeled(_ labels: [Int]) -> LabeledImages {
    LabeledImages(
      height: height, width: width, channels: channels, pixels: pixels, labels: labels,
      sources: sources)
  }

  /// The first images of each class, at most so many of one, in the order they have here.
  public func limited(perClass limit: Int) -> LabeledImages {
    precondition(limit >= 0, "a limit is 0 or more, got \(limit)")
    var seen: [Int: Int] = [:]
    let kept = labels.indices.filter { index in
      seen[labels[index], default: 0] += 1
      return seen[labels[index], default: 0] <= limit
    }
    return kept.count == count ? self : selecting(kept)
  }
}
