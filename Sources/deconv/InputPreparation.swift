import CommandSupport
import Datasets
import Images
import NeuralNetworks
import Tensors
import TextOutput

/// What is done to an image before a network takes it: all that reads images goes through here.
struct InputPreparation {
  var resize: ImageSize?
  var crop: ImageSize?

  /// Whether images stay as they are, but for their colours.
  var isNothing: Bool { resize == nil && crop == nil }

  /// What is done, in words.
  var description: String {
    [resize.map { "resize \($0.text)" }, crop.map { "center crop \($0.text)" }]
      .compactMap(\.self).joined(separator: ", ")
  }

  /// The size that images have then, where it doesn't depend on them.
  var size: Extent? {
    if let crop { return crop.extent }
    return resize.flatMap { size in size.width == nil ? nil : size.extent }
  }

  /// An image of so many channels, resized and cropped.
  ///
  /// - Throws: `CommandFailure` when it is smaller than what is to be taken of it.
  func prepared(
    _ image: Image, channels: Int, path: String
  ) throws(CommandFailure) -> Image {
    var image = image.converted(toChannels: channels)
    if let resize {
      let (height, width) = Self.size(resize, of: image)
      image = image.resized(toWidth: width, height: height)
    }
    guard let extent = crop?.extent else { return image }
    guard image.height >= extent.height, image.width >= extent.width else {
      throw CommandFailure(
        """
        \(path): is \(image.height)x\(image.width), too small for --center-crop \
        \(extent.height)x\(extent.width); --resize makes it larger
        """)
    }
    return image.cropped(
      x: Self.margin(image.width - extent.width), y: Self.margin(image.height - extent.height),
      width: extent.width, height: extent.height)
  }

  /// The half of a margin that lies before the middle, as torchvision's `CenterCrop` takes it: of an odd
  /// one the even half, because Python rounds so.
  static func margin(_ rest: Int) -> Int {
    Int((Double(rest) / 2).rounded(.toNearestOrEven))
  }

  /// All images of a part of a data set.
  func prepared(_ images: LabeledImages, shape: [Int]) throws(CommandFailure) -> LabeledImages {
    guard !isNothing, shape.count == 3, images.count > 0 else { return images }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(images.count * shape.reduce(1, *))
    var first: Image?
    for index in 0..<images.count {
      let image = try prepared(
        images.image(at: index), channels: shape[2], path: images.sources[index])
      first = first ?? image
      pixels += image.pixels
    }
    guard let first else { return images }
    return LabeledImages(
      height: first.height, width: first.width, channels: first.channels, pixels: pixels,
      labels: images.labels, sources: images.sources)
  }

  /// Height and width; of one number the shorter side is so long, the other in proportion.
  private static func size(_ size: ImageSize, of image: Image) -> (height: Int, width: Int) {
    if let width = size.width { return (size.height, width) }
    let side = size.height
    return image.height <= image.width
      ? (side, max(side, side * image.width / image.height))
      : (max(side, side * image.height / image.width), side)
  }

  /// `(x - mean) / std` of each channel, as a layer.
  ///
  /// - Throws: `CommandFailure` when there are neither one nor as many numbers as channels.
  static func normalization(
    mean: [Float]?, std: [Float]?, channels: Int
  ) throws(CommandFailure) -> BatchNorm2D? {
    guard mean != nil || std != nil else { return nil }
    func numbers(
      _ given: [Float]?, _ flag: String, _ standard: Float
    ) throws(CommandFailure) -> [Float] {
      let values = given ?? [standard]
      guard [1, channels].contains(values.count) else {
        throw CommandFailure(
          """
          --\(flag) has \(Format.counted(values.count, "number")), but the network takes images \
          of \(Format.counted(channels, "channel"))
          """)
      }
      return values.count == channels ? values : Array(repeating: values[0], count: channels)
    }
    let (mean, std) = (try numbers(mean, "mean", 0), try numbers(std, "std", 1))
    return BatchNorm2D(
      weight: Tensor(shape: [channels], scalars: std.map { 1 / $0 }),
      bias: Tensor(zeros: [channels]), runningMean: Tensor(shape: [channels], scalars: mean),
      runningVariance: Tensor(shape: [channels], repeating: 1), epsilon: 0)
  }
}
