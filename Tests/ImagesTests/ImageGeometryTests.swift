import Foundation
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

  @Test func resizingMixesPixelsByTheirDistance() {
    let row = Image(width: 4, height: 1, channels: 1, pixels: [0, 40, 80, 200])
    // Halved, a triangle reaches two pixels to each side: 3, 3 and 1 sevenths at the border.
    #expect(row.resized(toWidth: 2, height: 1).pixels == [29, 126])
    // Doubled, quarters of the neighbours.
    #expect(row.resized(toWidth: 8, height: 1).pixels == [0, 10, 30, 50, 70, 110, 170, 200])
    #expect(row.resized(toWidth: 4, height: 1) == row)
  }

  /// The same bytes, but where Pillow takes columns first: then within a level.
  @Test func resizingGivesTorchvisionsNumbers() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().path() + "Fixtures/resized.txt"
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 26)
    for line in lines {
      let words = line.split(separator: " ")
      let sizes = words[..<5].compactMap { Int($0) }
      var state: UInt32 = 1
      let pixels = (0..<sizes[0] * sizes[1] * sizes[2]).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
      }
      let image = Image(width: sizes[0], height: sizes[1], channels: sizes[2], pixels: pixels)
      let resized = image.resized(toWidth: sizes[3], height: sizes[4]).pixels
      let hex = Array(words[5].utf8)
      let expected = stride(from: 0, to: hex.count, by: 2).compactMap {
        UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      #expect(resized.count == expected.count)
      let differences = zip(resized, expected).map { abs(Int($0) - Int($1)) }
      let takesColumnsFirst = sizes[3] > sizes[0] && sizes[4] < sizes[1]
      #expect(differences.max() ?? 255 <= (takesColumnsFirst ? 1 : 0), "\(sizes)")
    }
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
