public import Images
import Tensors

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
      : "projection: gray 0, white \(Self.short(scale.farthest))"
    return palette.sheet(panels, title: "\(title)\n\(note)")
  }

  /// The parts that the kept unit of an image sees of images of the network's input size, of one size;
  /// what lies outside is marked by a colour. Of whole maps and units that see everything, all of them.
  ///
  /// - Parameter side: the larger side that they get, about, in pixels.
  public func panels(
    ofImage index: Int = 0, of images: [Image], side: Int
  ) -> [Image] {
    let field = field(ofImage: index)
    return images.map { image in
      (field.map { SheetPalette().patch(of: image, $0) } ?? image).fitted(to: side)
    }
  }

  /// A number with three significant digits, more or less, without Foundation.
  static func short(_ value: Float) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var digits: Float = 1
    while abs(value) * digits < 100, digits < 1e9 { digits *= 10 }
    return "\((value * digits).rounded() / digits)"
  }
}

extension ContrastScale {
  /// The magnitude that a symmetric scale makes white or black.
  public var farthest: Float { max(abs(lowest), abs(highest)) }
}

/// Colours and sizes of the sheets.
struct SheetPalette {
  let background = Color.white
  let text = Color(gray: 40)
  let frame = Color(gray: 200)
  /// Marks the receptive field.
  let mark = Color(red: 235, green: 94, blue: 0)
  /// What lies outside of the image.
  let outside = Color(red: 214, green: 224, blue: 240)
  /// The side of a panel, about, in pixels.
  let side = 252
  let textScale = 2

  /// The part of an image that a unit sees, with what lies outside it marked.
  func patch(of image: Image, _ field: (rows: Range<Int>, columns: Range<Int>)) -> Image {
    let isInside =
      field.rows.lowerBound >= 0 && field.columns.lowerBound >= 0
      && field.rows.upperBound <= image.height && field.columns.upperBound <= image.width
    return (isInside ? image : image.converted(toChannels: 3)).cropped(
      x: field.columns.lowerBound, y: field.rows.lowerBound, width: field.columns.count,
      height: field.rows.count, fill: outside)
  }

  /// An image enlarged to a panel's size, with a box around a part of it, and a caption.
  func panel(
    _ image: Image, _ caption: String, box: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) -> Image {
    let factor = max(1, side / max(image.width, image.height))
    var large = image.enlarged(by: factor)
    if let box {
      large = large.converted(toChannels: 3)
      let rows = box.rows.clamped(to: 0..<image.height)
      let columns = box.columns.clamped(to: 0..<image.width)
      large.drawBox(
        x: columns.lowerBound * factor, y: rows.lowerBound * factor,
        width: columns.count * factor, height: rows.count * factor, color: mark, thickness: 2)
    }
    return large.framed(by: 1, color: frame).captioned(
      caption, scale: textScale, color: text, background: background)
  }

  /// Panels in a row below a title, with a margin around all.
  func sheet(_ panels: [Image], title: String) -> Image {
    let row = Image.beside(panels, spacing: 12, background: background).converted(toChannels: 3)
    let heading = Image.text(title, scale: textScale, color: text, background: background)
    let (margin, gap) = (12, 8)
    var sheet = Image(
      width: max(row.width, heading.width) + 2 * margin,
      height: heading.height + gap + row.height + 2 * margin, channels: 3,
      filledWith: background)
    sheet.paste(heading, x: margin, y: margin)
    sheet.paste(row, x: margin, y: margin + heading.height + gap)
    return sheet
  }
}
