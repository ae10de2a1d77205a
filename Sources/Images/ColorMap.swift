/// Colours from dark violet over blue and green to light yellow, for heat maps.
///
/// Lightness rises evenly from end to end, so that equal steps look equal, the map survives being
/// printed in gray, and people with colour-vision deficiencies read it too: lightness 0.27 to 0.94, hue
/// 310 to 103 degrees, chroma 0.125 - 0.1244 x + 0.1544 x^2 in the space OKLab.
///
/// - Source: Ottosson, "A perceptual color space for image processing", 2020.
public struct ColorMap: Sendable {
  private let colors: [Color]

  /// The map of all heat maps here.
  public static let heat = ColorMap(
    hexadecimal: """
      390752390953390a55390c56390e57390f5839105939125a39135b39155c39165d39175e391860391a61391b62\
      391c63391d64391e6539206639216739226838236938246a38256b38266b38286c38296d382a6e372b6f372c70\
      372d71372e72372f7336307436327436337536347635357735367835377935387934397a343a7b343b7c333c7d\
      333d7d333e7e32407f3241803242803143813144823145823046833047842f48842f49852e4a862e4b862e4c87\
      2d4d882d4e882c4f892c508a2b528a2b538b2a548b2a558c29568c28578d28588e27598e275a8f265b8f255c90\
      255d90245e91245f912360922261922262932163932064941f65941f66941e67951d68951d69961c6b961b6c96\
      1a6d971a6e97196f9818709817719816729916739915749914759a13769a12779a12789b11799b107a9b0f7b9c\
      0f7c9c0e7d9c0d7e9c0d7f9d0c809d0b819d0b829d0a839e0a849e0a859e09869e09879e09889e09899f098a9f\
      098b9f0a8c9f0a8d9f0b8e9f0b8fa00c90a00d91a00e92a00e93a00f94a01095a01296a01397a01498a01599a0\
      169aa0179ba0199ca01a9da01b9ea01d9ea01e9fa01fa0a021a1a022a2a024a3a025a4a027a5a028a6a02aa7a0\
      2ba8a02da9a02eaa9f30ab9f31ac9f33ad9f34ad9f36ae9f38af9e39b09e3bb19e3db29e3eb39e40b49d41b59d\
      43b69d45b69d47b79c48b89c4ab99c4cba9c4dbb9b4fbc9b51bd9b53bd9a54be9a56bf9a58c0995ac1995cc299\
      5dc2985fc39861c49763c59765c69767c69669c7966ac8956cc9956eca9470ca9472cb9374cc9376cd9278cd92\
      7ace917ccf917ed09080d09082d18f84d28f86d38e88d38d8ad48d8cd58c8ed58c90d68b92d78a94d88a96d889\
      98d9889ada889dda879fdb86a1db86a3dc85a5dd84a7dd84a9de83acdf82aedf82b0e081b2e080b4e17fb7e17f\
      b9e27ebbe37dbde37cbfe47cc2e47bc4e57ac6e579c9e679cbe678cde777cfe776d2e876d4e875d6e974d9e973\
      dbea72ddea72e0ea71e2eb70e4eb6fe7ec6fe9ec6eebec6deeed6df0ed6cf2ee6bf5ee6af7ee6afaef69fcef68\
      feef68
      """)

  /// The colours from end to end, six digits each.
  private init(hexadecimal digits: String) {
    let values = digits.compactMap(\.hexDigitValue)
    colors = stride(from: 0, to: values.count, by: 6).map { start in
      func byte(_ index: Int) -> UInt8 {
        UInt8(values[start + index] * 16 + values[start + index + 1])
      }
      return Color(red: byte(0), green: byte(2), blue: byte(4))
    }
  }

  /// The colour of a place between the ends, 0 to 1; what lies outside has the nearest end's.
  public subscript(place: Float) -> Color {
    guard place.isFinite else { return place == .infinity ? colors[255] : colors[0] }
    return colors[Int((min(max(0, place), 1) * 255).rounded())]
  }
}

extension Image {
  /// The image in the colours of a map, by the brightness of each pixel; RGB.
  public func colored(by map: ColorMap) -> Image {
    Image(
      width: width, height: height, channels: 3,
      pixels: converted(toChannels: 1).pixels.flatMap { byte in
        let color = map[Float(byte) / 255]
        return [color.red, color.green, color.blue]
      })
  }
}
