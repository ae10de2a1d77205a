import CommandSupport
import Datasets
import Images
import ModelFiles
import Tensors
import TextOutput

/// The image that a feature is projected into.
struct InputImage {
  let image: Image
  /// What it is called in a sentence.
  let name: String
  /// A few words for the sheet.
  let caption: String

  /// Reads a PNG file.
  ///
  /// - Throws: `ImageError`, or `CommandFailure` when it isn't of the network's size.
  init(file path: String, for network: Network) throws {
    let shape = network.inputShape
    let image = try network.preparation.prepared(
      Image(contentsOf: path), channels: shape.last == 1 ? 1 : 3, path: path)
    guard shape.count == 3, [image.height, image.width] == [shape[0], shape[1]],
      [1, 3].contains(shape[2])
    else {
      throw CommandFailure(
        """
        \(path): is \(image.height)x\(image.width), but the network takes \
        \(Network.size(shape)) images; --resize and --crop bring it to that size
        """)
    }
    self.image = image
    name = path
    caption = String(path.split(separator: "/").last ?? "image")
  }

  /// An image of a data set.
  init(_ index: Int, of images: LabeledImages, classNames: [String], count: Int) {
    image = images.image(at: index)
    let className = classNames[images.labels[index]]
    // "5" alone says nothing.
    caption = className.allSatisfy(\.isNumber) ? "class \(className)" : className
    let among = Format.counted(count, "test image")
    name = "\(caption), \(images.sources[index]) (the strongest of \(among))"
  }

  /// The image as the network takes it, `[1, H, W, C]`.
  func tensor(_ pixels: PixelRange) -> Tensor {
    Tensor(
      shape: [1, image.height, image.width, image.channels],
      scalars: image.pixels.map { pixels.scalar(of: $0) })
  }
}
