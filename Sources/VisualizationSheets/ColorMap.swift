public import Images
import Tensors

/// Colours from dark violet over blue and green to light yellow, for heat maps.
///
/// Lightness rises evenly from end to end, so that equal steps look equal, the map survives being
/// printed in gray, and people with colour-vision deficiencies read it too.
/// - Source: Ottosson, "A perceptual color space for image processing", 2020 (the space OKLab);
///   IEC 61966-2-1 (sRGB).
public struct ColorMap: Sendable {
  private let colors: [Color]

  /// The map of all heat maps here.
  public static let heat = ColorMap()

  private init() {
    colors = (0..<256).map { step in
      let place = Double(step) / 255
      let lightness = 0.27 + 0.67 * place
      let hue = (310 - 207 * place) * .pi / 180
      // Least where sRGB has least: so that no colour of the map lies outside it.
      let chroma = 0.125 - 0.1244 * place + 0.1544 * place * place
      return Self.color(lightness, chroma, hue)
    }
  }

  /// The colour of a place between the ends, 0 to 1; what lies outside has the nearest end's.
  public subscript(place: Float) -> Color {
    guard place.isFinite else { return place == .infinity ? colors[255] : colors[0] }
    return colors[Int((min(max(0, place), 1) * 255).rounded())]
  }

  /// The colour of a lightness, a chroma and a hue in radians.
  private static func color(_ lightness: Double, _ chroma: Double, _ hue: Double) -> Color {
    let (a, b) = (chroma * Double.cosine(hue), chroma * Double.cosine(hue - .pi / 2))
    func cube(_ x: Double) -> Double { x * x * x }
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    let linear = [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]
    let bytes = linear.map { value in
      let clamped = min(max(0, value), 1)
      let encoded =
        clamped <= 0.0031308
        ? 12.92 * clamped : 1.055 * Double.power(clamped, 1 / 2.4) - 0.055
      return UInt8((encoded * 255).rounded())
    }
    return Color(red: bytes[0], green: bytes[1], blue: bytes[2])
  }
}
