package import Charts
import Images
import Tensors
import Visualization

extension [ProjectionStep] {
  /// Fig. 1 as a sheet: a row a step, from what was kept down to the pixels; of each its strongest channels
  /// on one scale, or all units of a dense layer.
  ///
  /// - `channels`: shown of each step, at most.
  /// - `percentile`: of a step's magnitudes, that becomes white or black.
  package func drawing(title: String, channels: Int = 8, percentile: Double = 100) -> Drawing {
    TileSheet(
      title: title, rows: map { $0.row(channels: channels, percentile: percentile) }
    ).drawing()
  }
}

extension ProjectionStep {
  fileprivate func row(channels limit: Int, percentile: Double) -> TileSheet.Row {
    let scale = ContrastScale(
      .symmetric, of: signal.scalars.filter { $0 != 0 }, percentile: percentile)
    let size = signal.shape.dropFirst().map(String.init).joined(separator: "x")
    var caption = "\(verb.map { "\($0), " } ?? "")\(name)\n\(size)\n\(scale.words)"
    guard signal.rank == 4 else {
      return TileSheet.Row(caption: caption, [units(scale)])
    }
    let (height, width, channels) = (signal.shape[1], signal.shape[2], signal.shape[3])
    let part = part
    if let part {
      caption +=
        "\nrows \(part.rows.lowerBound) to \(part.rows.upperBound - 1), columns "
        + "\(part.columns.lowerBound) to \(part.columns.upperBound - 1)"
    }
    func tile(_ scalars: [Float], channels: Int, _ caption: String) -> TileSheet.Tile {
      let whole = Image(
        contrastStretching: scalars, width: width, height: height, channels: channels,
        scale: scale)
      let shown = part.map {
        whole.cropped(
          x: $0.columns.lowerBound, y: $0.rows.lowerBound, width: $0.columns.count,
          height: $0.rows.count)
      }
      return TileSheet.Tile(shown ?? whole, side: 112, caption: caption)
    }
    if channels == 1 || channels == 3 {
      return TileSheet.Row(caption: caption, [tile(signal.scalars, channels: channels, "")])
    }
    let planes = (0..<channels).map { Kernels.channels($0..<$0 + 1, of: signal).scalars }
    let strengths = planes.map { $0.reduce(0) { $0 + abs($1) } }
    let strongest = strengths.indices.sorted { (strengths[$0], $1) > (strengths[$1], $0) }
      .prefix(limit).filter { strengths[$0] > 0 }
    return TileSheet.Row(
      caption: caption, strongest.map { tile(planes[$0], channels: 1, "channel \($0)") })
  }

  /// The part that isn't 0, where it is small: of one unit in a large image nothing would be seen.
  private var part: (rows: Range<Int>, columns: Range<Int>)? {
    let (width, channels) = (signal.shape[2], signal.shape[3])
    var (rows, columns) = (0..<0, 0..<0)
    signal.withUnsafeBufferPointer { scalars in
      for (index, scalar) in scalars.enumerated() where scalar != 0 {
        let (y, x) = (index / channels / width, index / channels % width)
        rows = rows.isEmpty ? y..<y + 1 : min(rows.lowerBound, y)..<max(rows.upperBound, y + 1)
        columns =
          columns.isEmpty ? x..<x + 1 : min(columns.lowerBound, x)..<max(columns.upperBound, x + 1)
      }
    }
    // What a single unit is in is shown around it, too.
    guard rows.count > 1, columns.count > 1 else { return nil }
    let isSmall = 4 * rows.count * columns.count < signal.shape[1] * width
    return isSmall ? (rows, columns) : nil
  }

  /// All units as one image, in rows.
  private func units(_ scale: ContrastScale) -> TileSheet.Tile {
    var wide = 1
    while wide * wide < signal.count { wide += 1 }
    let rows = (signal.count + wide - 1) / wide
    let padded = signal.scalars + Array(repeating: 0, count: rows * wide - signal.count)
    return TileSheet.Tile(
      Image(contrastStretching: padded, width: wide, height: rows, scale: scale), side: 112,
      caption: "\(signal.count) units in rows")
  }
}
