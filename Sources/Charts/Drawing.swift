package import Images

/// A picture described once, for pixels and for SVG: images, words, areas and lines, each at its place in
/// pixels from the top left corner, on white.
///
/// ```swift
/// let panel = Drawing(image, enlargedBy: 8).framed(color: .gray)
/// let sheet = Drawing.stacked([Drawing(text: "filter 7", size: 16), panel], spacing: 8)
/// try sheet.image().write(to: "sheet.png")
/// try Data(sheet.svg().utf8).write(to: URL(filePath: "sheet.svg"))
/// ```
package struct Drawing: Sendable {
  /// A place, in pixels to the right and down.
  package typealias Point = (x: Double, y: Double)

  /// Where a line of words has its `x`.
  package enum Anchor: Double, Sendable {
    /// At its beginning.
    case start = 0
    /// In its middle.
    case middle = 0.5
    /// At its end.
    case end = 1
  }

  /// What lines and areas outside of are cut off.
  package struct Box: Sendable, Equatable {
    package var x: Double, y: Double, width: Double, height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  /// One thing that is drawn.
  enum Mark: Sendable {
    /// An image, its pixels as large as they have to be.
    case image(Image, Box)
    /// One line, standing on `y`.
    case words(String, x: Double, y: Double, size: Int, color: Color, anchor: Anchor, isBold: Bool)
    case area(Box, Color)
    /// Straight lines from point to point; a single point is a dot.
    case line(
      [Point], color: Color, thickness: Double, opacity: Double, dashes: [Double], within: Box?)
    /// What lines enclose.
    case shape([Point], color: Color, opacity: Double, within: Box?)
  }

  /// The width, in pixels.
  package let width: Int
  /// The height, in pixels.
  package let height: Int
  private(set) var marks: [Mark] = []

  /// An empty drawing.
  package init(width: Int, height: Int) {
    (self.width, self.height) = (max(1, width), max(1, height))
  }

  /// An image.
  package init(_ image: Image, enlargedBy factor: Int = 1) {
    self.init(width: image.width * factor, height: image.height * factor)
    add(image, x: 0, y: 0, width: width, height: height)
  }

  /// Lines of words with a margin around them.
  package init(text: String, size: Int = 16, color: Color = Color(gray: 40)) {
    let font = Font(size: size)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    self.init(
      width: (lines.map { font.width(of: $0) }.max() ?? 0) + 2 * font.margin,
      height: lines.count * font.lineHeight + 2 * font.margin)
    for (row, line) in lines.enumerated() {
      write(
        String(line), x: Double(font.margin),
        y: Double(font.margin + row * font.lineHeight + font.baseline), size: size, color: color)
    }
  }

  // MARK: Marks

  /// Adds an image, its pixels repeated as often as it takes.
  package mutating func add(_ image: Image, x: Int, y: Int, width: Int, height: Int) {
    marks.append(
      .image(
        image,
        Box(x: Double(x), y: Double(y), width: Double(width), height: Double(height))))
  }

  /// Writes a line of words that stands on `y`.
  package mutating func write(
    _ line: String, x: Double, y: Double, size: Int, color: Color = Color(gray: 40),
    anchor: Anchor = .start, isBold: Bool = false
  ) {
    guard !line.isEmpty else { return }
    marks.append(
      .words(line, x: x, y: y, size: size, color: color, anchor: anchor, isBold: isBold))
  }

  /// Fills a rectangle.
  package mutating func fill(
    x: Double, y: Double, width: Double, height: Double, color: Color
  ) {
    marks.append(.area(Box(x: x, y: y, width: width, height: height), color))
  }

  /// Draws the outline of a rectangle; it grows inwards.
  package mutating func box(
    x: Double, y: Double, width: Double, height: Double, color: Color, thickness: Double = 1
  ) {
    let side = min(thickness, width / 2, height / 2)
    fill(x: x, y: y, width: width, height: side, color: color)
    fill(x: x, y: y + height - side, width: width, height: side, color: color)
    fill(x: x, y: y + side, width: side, height: height - 2 * side, color: color)
    fill(x: x + width - side, y: y + side, width: side, height: height - 2 * side, color: color)
  }

  /// Draws straight lines from point to point; a single point becomes a dot.
  ///
  /// - `dashes`: lengths of lines and gaps in turn, in thicknesses; none for a whole line.
  package mutating func line(
    _ points: [Point], color: Color, thickness: Double = 1, opacity: Double = 1,
    dashes: [Double] = [], within box: Box? = nil
  ) {
    marks.append(
      .line(
        points, color: color, thickness: thickness, opacity: opacity, dashes: dashes, within: box))
  }

  /// Fills what lines enclose.
  package mutating func shape(
    _ points: [Point], color: Color, opacity: Double = 1, within box: Box? = nil
  ) {
    marks.append(.shape(points, color: color, opacity: opacity, within: box))
  }

  /// Puts another drawing on this one.
  package mutating func place(_ other: Drawing, x: Int, y: Int) {
    let (dx, dy) = (Double(x), Double(y))
    marks += x == 0 && y == 0 ? other.marks : other.marks.map { $0.moved(dx, dy) }
  }

  // MARK: Composition

  /// Drawings side by side.
  ///
  /// - `alignment`: `start` puts their upper edges in one line.
  package static func beside(
    _ drawings: [Drawing], spacing: Int = 0, alignment: Anchor = .middle
  ) -> Drawing {
    let height = drawings.map(\.height).max() ?? 1
    var result = Drawing(
      width: drawings.reduce(spacing * (drawings.count - 1)) { $0 + $1.width }, height: height)
    var x = 0
    for drawing in drawings {
      let rest = Double(height - drawing.height)
      result.place(drawing, x: x, y: Int(rest * alignment.rawValue))
      x += drawing.width + spacing
    }
    return result
  }

  /// Drawings one below the other.
  ///
  /// - `alignment`: `start` puts their left edges in one line.
  package static func stacked(
    _ drawings: [Drawing], spacing: Int = 0, alignment: Anchor = .start
  ) -> Drawing {
    let width = drawings.map(\.width).max() ?? 1
    var result = Drawing(
      width: width, height: drawings.reduce(spacing * (drawings.count - 1)) { $0 + $1.height })
    var y = 0
    for drawing in drawings {
      let rest = Double(width - drawing.width)
      result.place(drawing, x: Int(rest * alignment.rawValue), y: y)
      y += drawing.height + spacing
    }
    return result
  }

  /// Drawings in rows and columns, each in the middle of a cell that is large enough for the largest.
  package static func grid(_ drawings: [Drawing], columns: Int, spacing: Int) -> Drawing {
    let (wide, high) = (drawings.map(\.width).max() ?? 1, drawings.map(\.height).max() ?? 1)
    let columns = max(1, min(columns, drawings.count))
    let rows = (drawings.count + columns - 1) / columns
    var result = Drawing(
      width: columns * (wide + spacing) - spacing, height: rows * (high + spacing) - spacing)
    for (index, drawing) in drawings.enumerated() {
      result.place(
        drawing, x: index % columns * (wide + spacing) + (wide - drawing.width) / 2,
        y: index / columns * (high + spacing) + (high - drawing.height) / 2)
    }
    return result
  }

  /// The drawing with a frame around it.
  package func framed(by thickness: Int = 1, color: Color) -> Drawing {
    var result = padded(by: thickness)
    result.box(
      x: 0, y: 0, width: Double(result.width), height: Double(result.height), color: color,
      thickness: Double(thickness))
    return result
  }

  /// The drawing with nothing around it.
  package func padded(by margin: Int) -> Drawing {
    var result = Drawing(width: width + 2 * margin, height: height + 2 * margin)
    result.place(self, x: margin, y: margin)
    return result
  }

  /// The drawing on a sheet of at least this size.
  package func extended(width: Int = 0, height: Int = 0) -> Drawing {
    var result = Drawing(width: max(width, self.width), height: max(height, self.height))
    result.place(self, x: 0, y: 0)
    return result
  }
}

extension Drawing.Box {
  func moved(_ dx: Double, _ dy: Double) -> Self {
    Self(x: x + dx, y: y + dy, width: width, height: height)
  }
}

extension Drawing.Mark {
  func moved(_ dx: Double, _ dy: Double) -> Self {
    func moved(_ points: [Drawing.Point]) -> [Drawing.Point] {
      points.map { ($0.x + dx, $0.y + dy) }
    }
    return switch self {
    case .image(let image, let box): .image(image, box.moved(dx, dy))
    case .words(let words, let x, let y, let size, let color, let anchor, let isBold):
      .words(words, x: x + dx, y: y + dy, size: size, color: color, anchor: anchor, isBold: isBold)
    case .area(let box, let color): .area(box.moved(dx, dy), color)
    case .line(let points, let color, let thickness, let opacity, let dashes, let box):
      .line(
        moved(points), color: color, thickness: thickness, opacity: opacity, dashes: dashes,
        within: box?.moved(dx, dy))
    case .shape(let points, let color, let opacity, let box):
      .shape(moved(points), color: color, opacity: opacity, within: box?.moved(dx, dy))
    }
  }
}
