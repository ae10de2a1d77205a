import Images
import Testing

struct ImageCompositionTests {
  /// An image of digits as bytes, one row a word.
  private func image(_ rows: String) -> Image {
    let rows = rows.split(separator: " ")
    return Image(
      width: rows[0].count, height: rows.count, channels: 1,
      pixels: rows.joined().compactMap { UInt8(String($0)) })
  }

  @Test func aGridHasSpacingAndABorderOfTheBackground() {
    let images = [image("12 34"), image("56 78"), image("99 99")]
    #expect(
      Image.grid(images, columns: 2)
        == image("0000000 0120560 0340780 0000000 0990000 0990000 0000000"))
    #expect(Image.grid(images, columns: 2, spacing: 0) == image("1256 3478 9900 9900"))
    let wide = Image.grid(images, columns: 3, spacing: 1, border: 0, background: Color(gray: 5))
    #expect(wide == image("12556599 34578599"))
  }

  @Test func aGridIsAboutSquareUnlessToldOtherwise() {
    let one = image("1")
    #expect(Image.grid([one], spacing: 0).width == 1)
    #expect(Image.grid([Image](repeating: one, count: 10), spacing: 0).width == 4)
    #expect(Image.grid([Image](repeating: one, count: 10), spacing: 0).height == 3)
    #expect(Image.grid([one, one], columns: 9, spacing: 0).width == 2)
  }

  @Test func imagesOfOtherSizesAndKindsShareAGrid() {
    let red = Image(width: 1, height: 1, channels: 3, pixels: [200, 0, 0])
    let grid = Image.grid([image("123 456 789"), red], columns: 2, spacing: 0)
    #expect(grid.channels == 3)
    #expect(grid[4, 1] == Color(red: 200, green: 0, blue: 0))
    #expect(grid[3, 0] == .black)
    #expect(grid[2, 2] == Color(gray: 9))
  }

  @Test func pastingLeavesOutWhatDoesNotFit() {
    let small = image("12 34")
    var canvas = image("000 000 000")
    canvas.paste(small, x: -1, y: -1)
    canvas.paste(small, x: 2, y: 1)
    canvas.paste(small, x: 9, y: 0)
    canvas.paste(small, x: 0, y: -9)
    #expect(canvas == image("400 001 003"))
  }

  @Test func linesOfImagesAreCentred() {
    let tall = image("1 2 3")
    #expect(Image.beside([tall, image("9"), tall], spacing: 1) == image("10001 20902 30003"))
    #expect(Image.stacked([image("123"), image("9")], spacing: 1) == image("123 000 090"))
    #expect(image("7").framed(by: 1) == image("000 070 000"))
  }

  @Test func captionsGoBelowOrAboveAndWidenTheImage() {
    let image = Image(width: 10, height: 10, channels: 1, filledWith: .gray)
    let below = image.captioned("cat 98 %")
    let text = Image.text("cat 98 %")
    #expect(below.width == text.width && below.height == 10 + text.height)
    #expect(below[text.width / 2, 0] == .gray && below[0, 0] == .black)
    let above = image.captioned("cat", isAbove: true)
    #expect(above[above.width / 2, above.height - 1] == .gray)
  }
}
