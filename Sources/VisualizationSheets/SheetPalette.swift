public import Images

/// Colours and sizes of the sheets, and the pieces that they are put together from.
package struct SheetPalette {
  package let background = Color.white
  package let frame = Color(gray: 200)
  /// Marks the receptive field, a dead filter, a hidden part.
  package let mark = Color(red: 235, green: 94, blue: 0)
  let ink = Color(gray: 40)
  /// What lies outside of the image.
  let outside = Color(red: 214, green: 224, blue: 240)
  /// The side of a panel, about, in pixels.
  private let side = 252

  package init() {}

  /// Words, as all sheets have them.
  package func text(_ text: String, scale: Int = 2) -> Image {
    Image.text(text, scale: scale, color: ink, background: background)
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
  func enlarged(_ image: Image) -> Image { image.enlarged(by: factor(for: image)) }

  /// An image enlarged to a panel's size, with a box around a part of it, and a caption below.
  func panel(
    _ image: Image, _ caption: String, box: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) -> Image {
    let factor = factor(for: image)
    var large = image.enlarged(by: factor)
    if let box {
      large = large.converted(toChannels: 3)
      let rows = box.rows.clamped(to: 0..<image.height)
      let columns = box.columns.clamped(to: 0..<image.width)
      large.drawBox(
        x: columns.lowerBound * factor, y: rows.lowerBound * factor,
        width: columns.count * factor, height: rows.count * factor, color: mark, thickness: 2)
    }
    return large.framed(by: 1, color: frame)
      .captioned(caption, scale: 2, color: ink, background: background)
  }

  /// An image with a caption above it, and something below.
  func topPanel(_ image: Image, _ caption: String, below: Image? = nil) -> Image {
    Image.stacked(
      [text(caption), image.framed(by: 1, color: frame)] + (below.map { [$0] } ?? []), spacing: 4,
      background: background)
  }

  /// A heat map as a panel, with its legend.
  ///
  /// - Parameter image: the map, enlarged already where it isn't drawn one pixel a number.
  func topPanel(_ map: HeatMap, as image: Image? = nil, _ caption: String) -> Image {
    let image = image ?? enlarged(map.image())
    return topPanel(image, caption, below: map.legend(width: image.width + 2, palette: self))
  }

  /// Panels in a row below a title, with a margin around all.
  func sheet(_ panels: [Image], title: String) -> Image {
    let row = Image.beside(panels, spacing: 12, background: background).converted(toChannels: 3)
    let heading = text(title)
    let (margin, gap) = (12, 8)
    var sheet = Image(
      width: max(row.width, heading.width) + 2 * margin,
      height: heading.height + gap + row.height + 2 * margin, channels: 3,
      filledWith: background)
    sheet.paste(heading, x: margin, y: margin)
    sheet.paste(row, x: margin, y: margin + heading.height + gap)
    return sheet
  }

  /// The same, the panels' upper edges in one line.
  func topAligned(_ panels: [Image], title: String) -> Image {
    let height = panels.map(\.height).max() ?? 1
    return sheet(
      panels.map { panel in
        panel.converted(toChannels: 3).cropped(
          x: 0, y: 0, width: panel.width, height: height, fill: background)
      }, title: title)
  }

  /// Images one below the other, all as wide as the widest.
  func stacked(_ images: [Image]) -> Image {
    let width = images.map(\.width).max() ?? 1
    return Image.stacked(
      images.map { $0.cropped(x: 0, y: 0, width: width, height: $0.height, fill: background) },
      background: background)
  }

  /// A colour of a legend and what it stands for.
  func entry(_ color: Color, _ name: String) -> Image {
    let label = text(name)
    var result = Image(
      width: label.width + 22, height: label.height, channels: 3, filledWith: background)
    result.fill(x: 2, y: 3, width: 16, height: 16, color: color)
    result.paste(label, x: 22, y: 0)
    return result
  }
}

extension ContrastScale {
  /// The magnitude that a symmetric scale makes white or black.
  public var farthest: Float { max(abs(lowest), abs(highest)) }
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
