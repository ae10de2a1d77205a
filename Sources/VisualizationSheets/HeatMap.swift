import Charts
package import Images
import TextOutput

/// Numbers at the places of a grid as colours, with a legend of what the extremes are.
package struct HeatMap: Sendable {
  /// Rows of the grid.
  package let rows: Int
  /// Columns of the grid.
  package let columns: Int
  /// The numbers, in row-major order.
  package let values: [Float]
  /// What the ends of the colours stand for.
  package let scale: ContrastScale

  /// A grid of numbers.
  ///
  /// - `scale`: nil for from the lowest to the highest number.
  package init(_ values: [Float], rows: Int, columns: Int, scale: ContrastScale? = nil) {
    precondition(
      values.count == rows * columns && !values.isEmpty,
      "\(values.count) numbers for a grid of \(rows)x\(columns)")
    (self.values, self.rows, self.columns) = (values, rows, columns)
    self.scale = scale ?? ContrastScale(.minMax, of: values)
  }

  /// Whether all numbers are the same, so that there is nothing to see.
  package var isConstant: Bool { scale.isConstant }

  /// The numbers as colours, RGB, one pixel each; where all are the same, the middle one.
  package func image() -> Image {
    Image(
      width: columns, height: rows, channels: 3,
      pixels: values.flatMap { value in
        let color = color(of: value)
        return [color.red, color.green, color.blue]
      })
  }

  /// The numbers as colours laid over an image of the same size.
  ///
  /// - `opacity`: of the colours, 0 to 1.
  package func image(over image: Image, opacity: Float = 0.55) -> Image {
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

  /// A bar of the colours with the extremes at its ends, as wide as a panel; where they differ by less
  /// than a hundredth, it says so: the colours make a mountain of a molehill then.
  func legend(width: Int, palette: SheetPalette) -> Drawing {
    guard !isConstant else { return palette.text("\(Format.short(scale.lowest)) everywhere") }
    let ends = Format.range(scale.lowest, scale.highest)
    let (low, high) = (palette.text(ends.low), palette.text(ends.high))
    let barHeight = 12
    let wide = max(width, low.width + high.width + 12)
    var result = Drawing(width: wide, height: barHeight + low.height)
    let colors = (0..<256).map { ColorMap.heat[Float($0) / 255] }
    result.add(
      Image(
        width: 256, height: 1, channels: 3,
        pixels: colors.flatMap { [$0.red, $0.green, $0.blue] }),
      x: 0, y: 0, width: wide, height: barHeight)
    result.place(low, x: 0, y: barHeight)
    result.place(high, x: wide - high.width, y: barHeight)
    let isFlat = scale.highest - scale.lowest < 0.01 * max(abs(scale.lowest), abs(scale.highest))
    return isFlat ? Drawing.stacked([result, palette.text("almost flat")]) : result
  }
}
