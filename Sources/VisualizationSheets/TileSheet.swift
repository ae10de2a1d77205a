package import Charts
package import Images

/// Little images in rows and columns on one sheet, with words: a title, a caption over each column,
/// before each row and below each tile.
///
/// ```swift
/// let sheet = TileSheet(
///   title: "layer 1", tiles: filters.map { TileSheet.Tile($0, caption: "…") }, columns: 8)
/// try sheet.drawing().image().write(to: "sheet.png")
/// ```
package struct TileSheet: Sendable {
  /// A drawing and a few words below it.
  package struct Tile: Sendable {
    /// The drawing; nil leaves its place empty.
    package var drawing: Drawing?
    /// What stands below it; empty for nothing.
    package var caption: String
    /// Whether its frame is in a colour that catches the eye.
    package var isMarked: Bool

    /// A tile.
    package init(_ drawing: Drawing?, caption: String = "", isMarked: Bool = false) {
      self.drawing = drawing
      self.caption = caption
      self.isMarked = isMarked
    }

    /// A tile of an image whose larger side is about so many pixels; nil for its own size.
    package init(_ image: Image, side: Int? = nil, caption: String = "", isMarked: Bool = false) {
      self.init(
        side.map { Drawing(image, fittedTo: $0) } ?? Drawing(image), caption: caption,
        isMarked: isMarked)
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
  /// Pixels between tiles.
  package var gap = 10

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
  package func drawing() -> Drawing {
    let palette = SheetPalette()
    let cells = rows.map { $0.tiles.map { cell($0, palette) } }
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
    let left = captions.compactMap { $0?.width }.max().map { $0 + gap } ?? 0
    let top = heads.compactMap { $0?.height }.max().map { $0 + gap / 2 } ?? 0
    var table = Drawing(
      width: left + widths.reduce(-gap) { $0 + $1 + gap },
      height: top + heights.reduce(-gap) { $0 + $1 + gap })
    func eachColumn(_ body: (Int, Int) -> Void) {
      var x = left
      for column in 0..<columns {
        body(column, x)
        x += widths[column] + gap
      }
    }
    eachColumn { column, x in
      guard column < heads.count, let head = heads[column] else { return }
      table.place(head, x: x + (widths[column] - head.width) / 2, y: 0)
    }
    var y = top
    for (row, cells) in cells.enumerated() {
      if let caption = captions[row] {
        table.place(caption, x: 0, y: y + max(0, (heights[row] - caption.height) / 2))
      }
      eachColumn { column, x in
        guard column < cells.count, let cell = cells[column] else { return }
        table.place(cell, x: x + (widths[column] - cell.width) / 2, y: y)
      }
      y += heights[row] + gap
    }
    let heading = title.isEmpty ? [] : [palette.text(title)]
    return Drawing.stacked(heading + (rows.isEmpty ? [] : [table]), spacing: 8).padded(by: 12)
  }

  private func text(_ caption: String, _ palette: SheetPalette) -> Drawing? {
    caption.isEmpty ? nil : palette.text(caption, size: SheetPalette.captionSize)
  }

  /// A tile with its frame and caption.
  private func cell(_ tile: Tile, _ palette: SheetPalette) -> Drawing? {
    let caption = text(tile.caption, palette)
    guard let drawing = tile.drawing else { return caption }
    let framed = drawing.framed(
      by: tile.isMarked ? 2 : 1, color: tile.isMarked ? palette.mark : palette.frame)
    return caption.map { Drawing.stacked([framed, $0], alignment: .middle) } ?? framed
  }
}
