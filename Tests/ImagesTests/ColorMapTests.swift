import Images
import Testing

@Suite struct ColorMapTests {
  @Test func `brightness becomes a colour of the map`() {
    let gray = Image(width: 3, height: 1, channels: 1, pixels: [0, 128, 255])
    let colored = gray.colored(by: .heat)
    #expect(colored.channels == 3)
    #expect(colored[0, 0] == ColorMap.heat[0] && colored[2, 0] == ColorMap.heat[1])
    #expect(colored[1, 0] == ColorMap.heat[128 / 255])
    #expect(ColorMap.heat[0] == Color(red: 0x39, green: 0x07, blue: 0x52))
    #expect(gray.converted(toChannels: 4).colored(by: .heat) == colored)
  }
}
