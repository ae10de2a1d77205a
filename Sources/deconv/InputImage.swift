import CommandSupport
import Datasets
import Images
import JPEGImages
import Tensors
import TextOutput

/// An image that a network looks at.
struct InputImage {
  let image: Image
  /// What it is called in a sentence.
  let name: String
  /// A few words for the sheet.
  let caption: String

  /// The image as the network takes it, `[1, H, W, C]`.
  func tensor(_ pixels: PixelRange) -> Tensor {
    Tensor(
      shape: [1, image.height, image.width, image.channels],
      scalars: image.pixels.map { pixels.scalar(of: $0) })
  }
}

extension InputImage {
  /// Reads a PNG or JPEG file.
  ///
  /// - Throws: `ImageError`, or `CommandFailure` when it isn't of the network's size, or the network
  ///   takes what isn't an image.
  init(file path: String, for network: Network) throws {
    let shape = network.inputShape
    guard shape.count == 3, [1, 3].contains(shape[2]) else {
      throw CommandFailure(
        """
        \(path): is an image of 1 or 3 channels, but the network takes \(Network.size(shape)) \
        inputs
        """)
    }
    image = try network.preparation.prepared(
      Image(contentsOf: path, formats: .photographs), channels: shape[2], path: path)
    guard [image.height, image.width] == [shape[0], shape[1]] else {
      throw CommandFailure(
        """
        \(path): is \(image.height)x\(image.width), but the network takes \
        \(Network.size(shape)) images; --resize and --center-crop bring it to that size
        """)
    }
    name = path
    caption = String(path.split(separator: "/").last ?? "image")
  }
}
