import Images
import Testing

struct ImageGeometryTests {
  private let color = Image(
    width: 2, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])

  @Test func enlargingRepeatsPixels() {
    let gray = Image(width: 2, height: 2, channels: 1, pixels: [1, 2, 3, 4])
    #expect(
      gray.enlarged(by: 2)
        == Image(
          width: 4, height: 4, channels: 1,
          pixels: [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]))
    #expect(gray.enlarged(by: 1) == gray)
    let large = color.enlarged(by: 3)
    #expect(large.width == 6 && large.height == 6)
    for y in 0..<6 { for x in 0..<6 { #expect(large[x, y] == color[x / 3, y / 3]) } }
  }

  @Test func croppingFillsWhatLiesOutside() {
    let gray = Image(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
    #expect(gray.cropped(x: 1, y: 0, width: 2, height: 2).pixels == [2, 3, 5, 6])
    #expect(
      gray.cropped(x: -1, y: 1, width: 3, height: 2, fill: Color(gray: 9)).pixels
        == [9, 4, 5, 9, 9, 9])
  }

  @Test func mirroringTwiceChangesNothing() {
    #expect(color.mirrored().pixels == [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9])
    #expect(color.mirrored().mirrored() == color)
  }

  @Test func aSmallerImageIsTheMeanOfAreas() {
    let gray = Image(width: 4, height: 2, channels: 1, pixels: [0, 10, 20, 30, 2, 12, 22, 33])
    #expect(gray.resized(toWidth: 2, height: 1).pixels == [6, 26])
    // Thirds: a new pixel covers one and a third old ones.
    let row = Image(width: 4, height: 1, channels: 1, pixels: [0, 90, 180, 30])
    #expect(row.resized(toWidth: 3, height: 1).pixels == [23, 135, 68])
    #expect(gray.resized(toWidth: 4, height: 2) == gray)
  }

  @Test func resizingKeepsConstantsAndMeans() {
    let constant = Image(width: 32, height: 32, channels: 3, filledWith: Color(gray: 77))
    #expect(
      constant.resized(toWidth: 28, height: 28)
        == Image(width: 28, height: 28, channels: 3, filledWith: Color(gray: 77)))
    #expect(constant.resized(toWidth: 45, height: 3).pixels.allSatisfy { $0 == 77 })
  }

  @Test func channelsAreConverted() {
    let pixel = Image(width: 1, height: 1, channels: 4, pixels: [10, 20, 30, 40])
    // 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15
    #expect(pixel.converted(toChannels: 1).pixels == [18])
    #expect(pixel.converted(toChannels: 2).pixels == [18, 40])
    #expect(pixel.converted(toChannels: 3).pixels == [10, 20, 30])
    let gray = Image(width: 1, height: 1, channels: 2, pixels: [7, 8])
    #expect(gray.converted(toChannels: 4).pixels == [7, 7, 7, 8])
    #expect(gray.converted(toChannels: 3).pixels == [7, 7, 7])
    #expect(gray.converted(toChannels: 1).converted(toChannels: 2).pixels == [7, 255])
    #expect(Image(width: 3, height: 2, channels: 4, filledWith: .clear).description == "3x2 RGBA")
  }
}
