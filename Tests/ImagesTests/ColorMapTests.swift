import Images
import Testing

@Suite struct ColorMapTests {
  @Test func lightnessRisesFromEndToEnd() {
    let lumas = (0..<256).map { Int(ColorMap.heat[Float($0) / 255].luma) }
    #expect(lumas == lumas.sorted())
    #expect(lumas[0] < 45 && lumas[255] > 215)
    #expect(Set((0..<256).map { ColorMap.heat[Float($0) / 255] }).count > 250)
  }

  @Test func whatLiesOutsideHasTheNearestEndsColor() {
    #expect(ColorMap.heat[-3] == ColorMap.heat[0])
    #expect(ColorMap.heat[3] == ColorMap.heat[1])
    #expect(ColorMap.heat[.nan] == ColorMap.heat[0])
    #expect(ColorMap.heat[.infinity] == ColorMap.heat[1])
  }

  @Test func anImageIsColoredByBrightness() {
    let gray = Image(width: 3, height: 1, channels: 1, pixels: [0, 128, 255])
    let colored = gray.colored(by: .heat)
    #expect(colored.channels == 3)
    #expect((0..<3).map { colored[$0, 0] } == [0, 128 / 255.0, 1].map { ColorMap.heat[$0] })
  }
}
