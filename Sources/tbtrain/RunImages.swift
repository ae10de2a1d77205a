import Datasets
import Images
import NeuralNetworks
import Tensors

/// The images that a run logs.
enum RunImages {
  /// The maps of one image `[1, H, W, C]`, each stretched to its own contrast; a map that is zero
  /// everywhere is black.
  static func maps(_ tensor: Tensor) -> Image {
    let (height, width, channels) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
    let scalars = tensor.scalars
    let planes = (0..<channels).map { channel in
      stride(from: channel, to: height * width * channels, by: channels).map { scalars[$0] }
    }
    let images = planes.map { plane in
      let own = ContrastScale(.minMax, of: plane)
      let scale =
        own.isConstant ? ContrastScale(.minMax, lowest: own.lowest, highest: own.lowest + 1) : own
      return Image(contrastStretching: plane, width: width, height: height, scale: scale)
        .enlarged(by: 2)
    }
    return Image.grid(images, columns: 8, spacing: 2, background: Color(gray: 40))
  }

  /// The states of a recurrent layer after each row of some images, each image with its states beside
  /// it: a row of the image lies at the height of the states after it, a column a unit; gray is 0.
  ///
  /// - Parameter states: `[N, steps, hidden]`, each between -1 and 1.
  static func states(_ states: Tensor, of images: [(image: Image, row: Int)]) -> Image {
    let (steps, hidden) = (states.shape[1], states.shape[2])
    let scale = ContrastScale(.minMax, lowest: -1, highest: 1)
    let rows = images.map { image, row in
      let scalars = states.withUnsafeBufferPointer {
        Array($0[row * steps * hidden..<(row + 1) * steps * hidden])
      }
      let map = Image(contrastStretching: scalars, width: hidden, height: steps, scale: scale)
      return Image.beside(
        [image, map.converted(toChannels: image.channels)], spacing: 2,
        background: Color(gray: 40)
      ).enlarged(by: 3)
    }
    return Image.grid(rows, columns: hidden > 160 ? 1 : 2, spacing: 4, background: Color(gray: 40))
  }

  /// The first test images that the network got wrong, with what they are and what it took them for;
  /// nil if there are none.
  static func mistakes(
    _ predictions: [Int], in images: LabeledImages, classNames: [String]
  ) -> Image? {
    let wrong = predictions.indices.lazy.filter { predictions[$0] != images.labels[$0] }.prefix(16)
    let tiles = wrong.map { index in
      images.image(at: index).enlarged(by: 3)
        .captioned("\(classNames[images.labels[index]])\nnot \(classNames[predictions[index]])")
    }
    return tiles.isEmpty ? nil : Image.grid(Array(tiles), columns: 8, spacing: 4)
  }
}
