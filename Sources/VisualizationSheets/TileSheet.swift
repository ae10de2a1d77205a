package import Images

/// Little images in rows and columns on one sheet, with words: a title, a caption over each column,
/// before each row and below each tile.
///
/// ```swift
/// let sheet = TileSheet(
///   title: "layer 1", tiles: filters.map { TileSheet.Tile($0, caption: "…") }, columns: 8)
/// try sheet.image(side: 56).write(to: "sheet.png")
/// ```
package struct TileSheet: Sendable {
  /// An image and a few words below it.
  package struct Tile: Sendable {
    /// The image; nil leaves its place empty.
    package var image: Image?
    /// What stands below it; empty for nothing.
    package var caption: String
    /// Whether its frame is in a colour that catches the eye.
    package var isMarked: Bool

    /// A tile.
    package init(_ image: Image?, caption: String = "", isMarked: Bool = false) {
      self.image = image
      self.caption = caption
      self.isMarked = isMarked
    }
  }

  /// A row of tiles and what stands before it.
  package struct Row: Sendable {
    /// What stands before the row; empty for nothing.
    package var caption: String
    /// The tiles, one a column.
    package var tiles: [Tile]

    /// A row.
    package init(caption: String = "", _ tiles: [Tile]) {
      self.caption = caption
      self.tiles = tiles
    }
  }

  /// Lines above everything.
  package var title: String
  /// What stands over each column; empty for nothing.
  package var columnCaptions: [String]
  /// The rows, from the top.
  package var rows: [Row]

  /// Rows that say themselves what is in them.
  package init(title: String, columnCaptions: [String] = [], rows: [Row]) {
    self.title = title
    self.columnCaptions = columnCaptions
    self.rows = rows
  }

  /// Tiles one after the other.
  ///
  /// - `columns`: tiles in a row; nil for about one and a half times as many as there are rows.
  package init(title: String, tiles: [Tile], columns: Int? = nil) {
    var wide = 1
    while wide * wide * 2 < 3 * tiles.count { wide += 1 }
    let columns = max(1, min(columns ?? wide, tiles.count))
    self.init(
      title: title,
      rows: stride(from: 0, to: tiles.count, by: columns).map { start in
        Row(Array(tiles[start..<min(start + columns, tiles.count)]))
      })
  }

  /// The sheet.
  ///
  /// - Parameter side: the larger side of the largest tile, about, in pixels: all are enlarged by one
  ///   whole number; nil shows them as they are.
  package func image(side: Int? = nil) -> Image {
    let palette = SheetPalette()
    let images = rows.flatMap(\.tiles).compactMap(\.image)
    let largest = images.map { max($0.width, $0.height) }.max() ?? 1
    let factor = side.map { max(1, $0 / largest) } ?? 1
    let cells = rows.map { $0.tiles.map { cell($0, enlargedBy: factor, palette) } }
    let captions = rows.map { text($0.caption, palette) }
    let heads = columnCaptions.map { text($0, palette) }

    let columns = max(cells.map(\.count).max() ?? 0, heads.count)
    let widths = (0..<columns).map { column in
      max(
        cells.compactMap { $0.count > column ? $0[column]?.width : nil }.max() ?? 0,
        column < heads.count ? heads[column]?.width ?? 0 : 0)
    }
    let heights = cells.indices.map { row in
      max(cells[row].compactMap { $0?.height }.max() ?? 0, captions[row]?.height ?? 0)
    }
    let heading = palette.text(title)
    let (margin, gap) = (12, 6)
    let left = margin + (captions.compactMap { $0?.width }.max().map { $0 + gap } ?? 0)
    let top = margin + heading.height + gap
    let headHeight = heads.compactMap { $0?.height }.max().map { $0 + gap } ?? 0
    var sheet = Image(
      width: max(
        left + widths.reduce(0) { $0 + $1 + gap } - gap, margin + heading.width) + margin,
      height: top + headHeight + heights.reduce(0) { $0 + $1 + gap } - gap + margin,
      channels: 3, filledWith: palette.background)
    sheet.paste(heading, x: margin, y: margin)
    func eachColumn(_ body: (Int, Int) -> Void) {
      var x = left
      for column in 0..<columns {
        body(column, x)
        x += widths[column] + gap
      }
    }
    eachColumn { column, x in
      guard column < heads.count, let head = heads[column] else { return }
      sheet.paste(head, x: x + (widths[column] - head.width) / 2, y: top)
    }
    var y = top + headHeight
    for (row, cells) in cells.enumerated() {
      if let caption = captions[row] {
        sheet.paste(caption, x: margin, y: y + max(0, (heights[row] - caption.height) / 2))
      }
      eachColumn { column, x in
        guard column < cells.count, let cell = cells[column] else { return }
        sheet.paste(cell, x: x + (widths[column] - cell.width) / 2, y: y)
      }
      y += heights[row] + gap
    }
    return sheet
  }

  private func text(_ caption: String, _ palette: SheetPalette) -> Image? {
    caption.isEmpty ? nil : palette.text(caption, scale: 1)
  }

  /// A tile with its frame and caption.
  private func cell(_ tile: Tile, enlargedBy factor: Int, _ palette: SheetPalette) -> Image? {
    guard let image = tile.image else { return text(tile.caption, palette) }
    let frame = tile.isMarked ? palette.mark : palette.frame
    let framed = (tile.isMarked ? image.converted(toChannels: 3) : image).enlarged(by: factor)
      .framed(by: tile.isMarked ? 2 : 1, color: frame)
    guard !tile.caption.isEmpty else { return framed }
    return framed.captioned(
      tile.caption, color: palette.ink, background: palette.background)
  }
}
