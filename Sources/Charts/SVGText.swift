import Images

/// Numbers and texts as SVG has them.
enum SVGText {
  /// A coordinate to a tenth of a pixel.
  static func short(_ number: Double) -> String {
    let text = Axis.fixed(number, decimals: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

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

  /// Text as XML has it; characters that XML forbids, and those that turn the direction of what follows,
  /// become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n": result += " "
      case _ where scalar.value < 32 || (0x7F...0x9F).contains(scalar.value),
        _ where scalar.value & 0xFFFE == 0xFFFE, _ where (0xFDD0...0xFDEF).contains(scalar.value),
        _ where (0x202A...0x202E).contains(scalar.value),
        _ where (0x2066...0x2069).contains(scalar.value):
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
