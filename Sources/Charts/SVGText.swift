import Images
import TextOutput

/// Numbers and texts as SVG has them.
enum SVGText {
  /// A coordinate to a tenth of a pixel.
  static func short(_ number: Double) -> String { Format.trimmed(number, decimals: 1) }

  /// A path's points: `1 2L3 4`.
  static func path(_ points: some Sequence<(x: Double, y: Double)>) -> String {
    points.map { "\(short($0.x)) \(short($0.y))" }.joined(separator: "L")
  }

  /// A colour as `#rrggbb`.
  static func hex(_ color: Color) -> String {
    "#"
      + [color.red, color.green, color.blue].map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
  }
}
