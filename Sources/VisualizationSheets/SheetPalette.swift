package import Charts
public import Images
import TextOutput

/// Colours and sizes of the sheets, and the pieces that they are put together from.
package struct SheetPalette {
  package let frame = Color(gray: 200)
  /// Marks the receptive field, a dead filter, a hidden part.
  package let mark = Color(red: 235, green: 94, blue: 0)
  let ink = Color(gray: 40)
  /// What lies outside of the image.
  let outside = Color(red: 214, green: 224, blue: 240)
  /// Pixels an em of titles and captions of panels.
  package static let titleSize = 16
  /// Pixels an em of what stands below tiles.
  package static let captionSize = 11
  /// The side of a panel, about, in pixels.
  private let side = 252

  package init() {}

  /// Words, as all sheets have them.
  package func text(_ text: String, size: Int = titleSize) -> Drawing {
    Drawing(text: text, size: size, color: ink)
  }

  /// The part of an image that a unit sees, with what lies outside it marked.
  func patch(of image: Image, _ field: (rows: Range<Int>, columns: Range<Int>)) -> Image {
    let isInside =
      field.rows.lowerBound >= 0 && field.columns.lowerBound >= 0
      && field.rows.upperBound <= image.height && field.columns.upperBound <= image.width
    return (isInside ? image : image.converted(toChannels: 3)).cropped(
      x: field.columns.lowerBound, y: field.rows.lowerBound, width: field.columns.count,
      height: field.rows.count, fill: outside)
  }

  /// How often an image's pixels are repeated in a panel.
  func factor(for image: Image) -> Int { max(1, side / max(image.width, image.height)) }

  /// An image at a panel's size.
  package func enlarged(_ image: Image) -> Drawing {
    Drawing(image, enlargedBy: factor(for: image))
  }

  /// An image at a panel's size with a box around a part of it.
  func boxed(
    _ image: Image, _ box: (rows: Range<Int>, columns: Range<Int>)?
  ) -> Drawing {
    var large = enlarged(image)
    guard let box else { return large }
    let factor = Double(factor(for: image))
    let rows = box.rows.clamped(to: 0..<image.height)
    let columns = box.columns.clamped(to: 0..<image.width)
    large.box(
      x: Double(columns.lowerBound) * factor, y: Double(rows.lowerBound) * factor,
      width: Double(columns.count) * factor, height: Double(rows.count) * factor, color: mark,
      thickness: 2)
    return large
  }

  /// An image enlarged to a panel's size, with a box around a part of it, and a caption below.
  package func panel(
    _ image: Image, _ caption: String, box: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) -> Drawing {
    Drawing.stacked(
      [boxed(image, box).framed(color: frame), text(caption)], alignment: .middle)
  }

  /// The same, the caption above it and a note below.
  package func topPanel(
    _ image: Image, _ caption: String, box: (rows: Range<Int>, columns: Range<Int>)?, note: String
  ) -> Drawing {
    topPanel(boxed(image, box), caption, below: text(note))
  }

  /// A drawing with a caption above it, and something below.
  package func topPanel(_ drawing: Drawing, _ caption: String, below: Drawing? = nil) -> Drawing {
    Drawing.stacked(
      [text(caption), drawing.framed(color: frame)] + (below.map { [$0] } ?? []), spacing: 4)
  }

  /// A heat map as a panel, with its legend.
  ///
  /// - Parameter drawing: the map, where it isn't to have a panel's size.
  func topPanel(_ map: HeatMap, as drawing: Drawing? = nil, _ caption: String) -> Drawing {
    let drawing = drawing ?? enlarged(map.image())
    return topPanel(drawing, caption, below: map.legend(width: drawing.width + 2, palette: self))
  }

  /// Panels in a row below a title, with a margin around all.
  package func sheet(
    _ panels: [Drawing], title: String, alignment: Drawing.Anchor = .middle
  ) -> Drawing {
    Drawing.stacked(
      [text(title), Drawing.beside(panels, spacing: 12, alignment: alignment)], spacing: 8
    ).padded(by: 12)
  }

  /// A colour of a legend and what it stands for.
  func entry(_ color: Color, _ name: String) -> Drawing {
    let label = text(name)
    var result = Drawing(width: label.width + 22, height: label.height)
    result.fill(x: 2, y: 5, width: 16, height: 16, color: color)
    result.place(label, x: 22, y: 0)
    return result
  }
}

extension ContrastScale {
  /// The magnitude that a symmetric scale makes white or black.
  public var farthest: Float { max(abs(lowest), abs(highest)) }

  /// What black, gray and white stand for on a symmetric scale.
  package var words: String {
    farthest == 0 ? "0 everywhere" : "gray 0, white \(Format.short(farthest))"
  }
}

extension Drawing {
  /// An image enlarged by a whole number so that it is about as large, or shrunk if it is larger.
  package init(_ image: Image, fittedTo side: Int) {
    let longest = max(image.width, image.height)
    self.init(
      longest > side ? image.fitted(to: side) : image, enlargedBy: max(1, side / longest))
  }
}

extension Image {
  /// The image enlarged by a whole number so that it is about as large, or shrunk if it is larger.
  package func fitted(to side: Int) -> Image {
    let longest = max(width, height)
    guard longest > side else { return enlarged(by: side / longest) }
    return resized(
      toWidth: max(1, width * side / longest), height: max(1, height * side / longest))
  }
}
