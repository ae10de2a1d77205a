package import Charts
public import Images
import Tensors
public import Visualization

extension Projection {
  /// The signal of one image, stretched so that 0 is the middle gray.
  ///
  /// - Returns: the image, and its scale: what became white (or black) is `scale.farthest` from 0.
  public func image(ofImage index: Int = 0) -> (image: Image, scale: ContrastScale) {
    image(ofImage: index, percentile: 100)
  }

  /// - Parameter percentile: of the magnitudes where the signal isn't 0 for certain, that becomes white or
  ///   black.
  package func image(
    ofImage index: Int = 0, percentile: Double
  ) -> (image: Image, scale: ContrastScale) {
    let shape = pixels.shape
    let count = shape[1] * shape[2] * shape[3]
    let signal = pixels.withUnsafeBufferPointer {
      Array($0[index * count..<(index + 1) * count])
    }
    let scale = ContrastScale(
      .symmetric, of: percentile < 100 ? signal.filter { $0 != 0 } : signal,
      percentile: percentile)
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
    drawing(ofImage: index, source: source, title: title, caption: caption).image()
  }

  package func drawing(
    ofImage index: Int = 0, source: Image, title: String, caption: String,
    percentile: Double = 100
  ) -> Drawing {
    let (signal, scale) = image(ofImage: index, percentile: percentile)
    let palette = SheetPalette()
    var panels: [Drawing] = []
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
      scale.farthest == 0 ? "the projection is 0 everywhere" : "projection: \(scale.words)"
    return palette.sheet(panels, title: "\(title)\n\(note)")
  }

  /// The parts that the kept unit of an image sees of images of the network's input size, of one size;
  /// what lies outside is marked by a colour. Of whole maps and units that see everything, all of them.
  ///
  /// - `side`: the larger side that they get, about, in pixels.
  package func panels(
    ofImage index: Int = 0, of images: [Image], side: Int
  ) -> [Drawing] {
    let field = field(ofImage: index)
    return images.map { image in
      Drawing(field.map { SheetPalette().patch(of: image, $0) } ?? image, fittedTo: side)
    }
  }
}
