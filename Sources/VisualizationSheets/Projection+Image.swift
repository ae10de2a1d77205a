public import Images
import Tensors
import TextOutput
public import Visualization

extension Projection {
  /// The signal of one image, stretched so that 0 is the middle gray.
  ///
  /// - Returns: the image, and its scale: what became white (or black) is `scale.farthest` from 0.
  public func image(ofImage index: Int = 0) -> (image: Image, scale: ContrastScale) {
    let shape = pixels.shape
    let count = shape[1] * shape[2] * shape[3]
    let signal = pixels.withUnsafeBufferPointer {
      Array($0[index * count..<(index + 1) * count])
    }
    let scale = ContrastScale(.symmetric, of: signal)
    return (
      Image(
        contrastStretching: signal, width: shape[2], height: shape[1], channels: shape[3],
        scale: scale), scale
    )
  }

  /// A sheet for people: the image, what the unit sees of it, and the projection of both sizes,
  /// enlarged, with captions.
  ///
  /// - Parameters:
  ///   - index: the image's place in the batch.
  ///   - source: the image itself, of the network's input size.
  ///   - title: lines above the panels; what white stands for is added.
  ///   - caption: what stands below the image: its class, say.
  public func sheet(
    ofImage index: Int = 0, source: Image, title: String, caption: String
  ) -> Image {
    let (signal, scale) = image(ofImage: index)
    let palette = SheetPalette()
    var panels: [Image] = []
    if let field = field(ofImage: index) {
      panels.append(palette.panel(source, caption, box: field))
      panels.append(palette.panel(palette.patch(of: source, field), "what the unit sees"))
      panels.append(palette.panel(palette.patch(of: signal, field), "its projection"))
      panels.append(palette.panel(signal, "in its place", box: field))
    } else {
      panels.append(palette.panel(source, caption))
      panels.append(palette.panel(signal, "projection"))
    }
    let note =
      scale.farthest == 0
      ? "the projection is 0 everywhere"
      : "projection: gray 0, white \(Format.short(scale.farthest))"
    return palette.sheet(panels, title: "\(title)\n\(note)")
  }

  /// The parts that the kept unit of an image sees of images of the network's input size, of one size;
  /// what lies outside is marked by a colour. Of whole maps and units that see everything, all of them.
  ///
  /// - `side`: the larger side that they get, about, in pixels.
  public func panels(
    ofImage index: Int = 0, of images: [Image], side: Int
  ) -> [Image] {
    let field = field(ofImage: index)
    return images.map { image in
      (field.map { SheetPalette().patch(of: image, $0) } ?? image).fitted(to: side)
    }
  }
}
