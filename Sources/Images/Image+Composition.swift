extension Image {
  /// Copies another image into this one, its top left corner at (x, y); what doesn't fit is left
  /// out. Its channels are converted; an alpha channel is copied or dropped, never blended.
  public mutating func paste(_ image: Image, x: Int, y: Int) {
    let image = image.converted(toChannels: channels)
    let columns = max(x, 0)..<max(min(x + image.width, width), max(x, 0))
    guard !columns.isEmpty else { return }
    for row in max(y, 0)..<max(min(y + image.height, height), max(y, 0)) {
      let to = (row * width + columns.lowerBound) * channels
      let from = ((row - y) * image.width + columns.lowerBound - x) * channels
      let count = columns.count * channels
      pixels.replaceSubrange(to..<to + count, with: image.pixels[from..<from + count])
    }
  }

  /// Images in rows and columns, each in the middle of a cell that is large enough for the largest.
  ///
  /// - `columns`: Cells in a row; nil makes the grid about square.
  /// - `spacing`: Pixels between cells.
  /// - `border`: Pixels around all cells; nil is the spacing.
  /// - `background`: The colour of what no image covers.
  public static func grid(
    _ images: [Image], columns: Int? = nil, spacing: Int = 1, border: Int? = nil,
    background: Color = .black
  ) -> Image {
    precondition(!images.isEmpty, "a grid has one image or more")
    let columns = min(columns ?? squareColumns(images.count), images.count)
    let border = border ?? spacing
    precondition(
      columns > 0 && spacing >= 0 && border >= 0,
      "a grid has 1 column or more and no negative spacing, got \(columns) and \(spacing)")
    let cellWidth = images.map(\.width).max() ?? 1
    let cellHeight = images.map(\.height).max() ?? 1
    let rows = (images.count + columns - 1) / columns
    var result = Image(
      width: columns * (cellWidth + spacing) - spacing + 2 * border,
      height: rows * (cellHeight + spacing) - spacing + 2 * border,
      channels: commonChannels(images), filledWith: background)
    for (index, image) in images.enumerated() {
      result.paste(
        image,
        x: border + index % columns * (cellWidth + spacing) + (cellWidth - image.width) / 2,
        y: border + index / columns * (cellHeight + spacing) + (cellHeight - image.height) / 2)
    }
    return result
  }

  /// Images side by side, centred vertically.
  public static func beside(
    _ images: [Image], spacing: Int = 0, background: Color = .black
  ) -> Image {
    line(images, spacing: spacing, background: background, isVertical: false)
  }

  /// Images one below the other, centred horizontally.
  public static func stacked(
    _ images: [Image], spacing: Int = 0, background: Color = .black
  ) -> Image {
    line(images, spacing: spacing, background: background, isVertical: true)
  }

  /// The image with a frame around it.
  public func framed(by thickness: Int, color: Color = .black) -> Image {
    cropped(
      x: -thickness, y: -thickness, width: width + 2 * thickness,
      height: height + 2 * thickness, fill: color)
  }

  /// The image with lines of text below it (or above), on a strip that is wide enough for both.
  public func captioned(
    _ caption: String, size: Int = 11, color: Color = .white, background: Color = .black,
    isAbove: Bool = false
  ) -> Image {
    let text = Image.text(caption, size: size, color: color, background: background)
    return Image.stacked(
      isAbove ? [text, self] : [self, text], spacing: 0, background: background)
  }

  private static func line(
    _ images: [Image], spacing: Int, background: Color, isVertical: Bool
  ) -> Image {
    precondition(!images.isEmpty && spacing >= 0, "one image or more, and no negative spacing")
    let gaps = spacing * (images.count - 1)
    let (widths, heights) = (images.map(\.width), images.map(\.height))
    var result = Image(
      width: isVertical ? widths.max() ?? 1 : widths.reduce(gaps, +),
      height: isVertical ? heights.reduce(gaps, +) : heights.max() ?? 1,
      channels: commonChannels(images), filledWith: background)
    var at = 0
    for image in images {
      if isVertical {
        result.paste(image, x: (result.width - image.width) / 2, y: at)
        at += image.height + spacing
      } else {
        result.paste(image, x: at, y: (result.height - image.height) / 2)
        at += image.width + spacing
      }
    }
    return result
  }

  /// The fewest channels that hold every image: colour if one has it, alpha if one has it.
  private static func commonChannels(_ images: [Image]) -> Int {
    let hasColor = images.contains { $0.channels > 2 }
    let hasAlpha = images.contains { $0.channels.isMultiple(of: 2) }
    return (hasColor ? 3 : 1) + (hasAlpha ? 1 : 0)
  }

  private static func squareColumns(_ count: Int) -> Int {
    var columns = 1
    while columns * columns < count { columns += 1 }
    return columns
  }
}
