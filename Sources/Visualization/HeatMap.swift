public import Images

/// Numbers at the places of a grid as colours, with a legend of what the extremes are.
public struct HeatMap: Sendable {
  /// Rows of the grid.
  public let rows: Int
  /// Columns of the grid.
  public let columns: Int
  /// The numbers, in row-major order.
  public let values: [Float]
  /// What the ends of the colours stand for.
  public let scale: ContrastScale

  /// A grid of numbers.
  ///
  /// - Parameter scale: nil for from the lowest to the highest number.
  public init(_ values: [Float], rows: Int, columns: Int, scale: ContrastScale? = nil) {
    precondition(
      values.count == rows * columns && !values.isEmpty,
      "\(values.count) numbers for a grid of \(rows)x\(columns)")
    (self.values, self.rows, self.columns) = (values, rows, columns)
    self.scale = scale ?? ContrastScale(.minMax, of: values)
  }

  /// Whether all numbers are the same, so that there is nothing to see.
  public var isConstant: Bool { scale.isConstant }

  /// The numbers as colours, RGB, one pixel each; where all are the same, the middle one.
  public func image() -> Image {
    Image(
      width: columns, height: rows, channels: 3,
      pixels: values.flatMap { value in
        let color = color(of: value)
        return [color.red, color.green, color.blue]
      })
  }

  /// The numbers as colours laid over an image of the same size.
  ///
  /// - Parameter opacity: of the colours, 0 to 1.
  public func image(over image: Image, opacity: Float = 0.55) -> Image {
    precondition(
      image.width == columns && image.height == rows,
      "a map of \(rows)x\(columns) over an image of \(image.height)x\(image.width)")
    var result = image.converted(toChannels: 3)
    for y in 0..<rows {
      for x in 0..<columns {
        let (below, above) = (result[x, y], color(of: values[y * columns + x]))
        func mixed(_ part: KeyPath<Color, UInt8>) -> UInt8 {
          let (low, high) = (Float(below[keyPath: part]), Float(above[keyPath: part]))
          return UInt8(min(255, (low * (1 - opacity) + high * opacity).rounded()))
        }
        result[x, y] = Color(red: mixed(\.red), green: mixed(\.green), blue: mixed(\.blue))
      }
    }
    return result
  }

  /// The colour of a number.
  func color(of value: Float) -> Color {
    isConstant
      ? ColorMap.heat[0.5]
      : ColorMap.heat[(value - scale.lowest) / (scale.highest - scale.lowest)]
  }

  /// A bar of the colours with the extremes at its ends, as wide as a panel.
  func legend(width: Int, palette: SheetPalette) -> Image {
    let barHeight = 12
    guard !isConstant else {
      return Image.text(
        "\(Projection.short(scale.lowest)) everywhere", scale: palette.textScale,
        color: palette.text, background: palette.background)
    }
    let low = Image.text(
      Projection.short(scale.lowest), scale: palette.textScale, color: palette.text,
      background: palette.background)
    let high = Image.text(
      Projection.short(scale.highest), scale: palette.textScale, color: palette.text,
      background: palette.background)
    let wide = max(width, low.width + high.width + 12)
    var result = Image(
      width: wide, height: barHeight + low.height, channels: 3, filledWith: palette.background)
    for x in 0..<wide {
      result.fill(
        x: x, y: 0, width: 1, height: barHeight,
        color: ColorMap.heat[Float(x) / Float(max(1, wide - 1))])
    }
    result.paste(low, x: 0, y: barHeight)
    result.paste(high, x: wide - high.width, y: barHeight)
    return result
  }
}

extension SheetPalette {
  /// A heat map as a panel, with its legend and a caption.
  ///
  /// - Parameter image: the map, enlarged already where it isn't drawn one pixel a number.
  func panel(_ map: HeatMap, as drawn: Image? = nil, _ caption: String) -> Image {
    let image = drawn ?? enlarged(map.image())
    return Image.stacked(
      [
        Image.text(caption, scale: textScale, color: text, background: background),
        image.framed(by: 1, color: frame), map.legend(width: image.width + 2, palette: self),
      ], spacing: 4, background: background)
  }

  /// An image with a caption above it, beside heat maps.
  func topPanel(_ image: Image, _ caption: String) -> Image {
    Image.stacked(
      [
        Image.text(caption, scale: textScale, color: text, background: background),
        image.framed(by: 1, color: frame),
      ], spacing: 4, background: background)
  }

  /// An image at a panel's size.
  func enlarged(_ image: Image) -> Image {
    image.enlarged(by: max(1, side / max(image.width, image.height)))
  }

  /// Panels in a row below a title, their upper edges in one line.
  func topAligned(_ panels: [Image], title: String) -> Image {
    let height = panels.map(\.height).max() ?? 1
    return sheet(
      panels.map { panel in
        panel.converted(toChannels: 3).cropped(
          x: 0, y: 0, width: panel.width, height: height, fill: background)
      }, title: title)
  }
}
