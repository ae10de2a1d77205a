import Images
import Testing

struct ImageCompositionTests {
  /// A picture of digits as bytes, one row a word.
  private func picture(_ rows: String) -> Image {
    let rows = rows.split(separator: " ")
    return Image(
      width: rows[0].count, height: rows.count, channels: 1,
      pixels: rows.joined().map { UInt8(String($0))! })
  }

  @Test func aGridHasSpacingAndABorderOfTheBackground() {
    let images = [picture("12 34"), picture("56 78"), picture("99 99")]
    #expect(
      Image.grid(images, columns: 2)
        == picture("0000000 0120560 0340780 0000000 0990000 0990000 0000000"))
    #expect(Image.grid(images, columns: 2, spacing: 0) == picture("1256 3478 9900 9900"))
    let wide = Image.grid(images, columns: 3, spacing: 1, border: 0, background: Color(gray: 5))
    #expect(wide == picture("12556599 34578599"))
  }

  @Test func aGridIsAboutSquareUnlessToldOtherwise() {
    let one = picture("1")
    #expect(Image.grid([one], spacing: 0).width == 1)
    #expect(Image.grid([Image](repeating: one, count: 10), spacing: 0).width == 4)
    #expect(Image.grid([Image](repeating: one, count: 10), spacing: 0).height == 3)
    #expect(Image.grid([one, one], columns: 9, spacing: 0).width == 2)
  }

  @Test func picturesOfOtherSizesAndKindsShareAGrid() {
    let red = Image(width: 1, height: 1, channels: 3, pixels: [200, 0, 0])
    let grid = Image.grid([picture("123 456 789"), red], columns: 2, spacing: 0)
    #expect(grid.channels == 3)
    #expect(grid[4, 1] == Color(red: 200, green: 0, blue: 0))
    #expect(grid[3, 0] == .black)
    #expect(grid[2, 2] == Color(gray: 9))
  }

  @Test func pastingLeavesOutWhatDoesNotFit() {
    let small = picture("12 34")
    var canvas = picture("000 000 000")
    canvas.paste(small, x: -1, y: -1)
    canvas.paste(small, x: 2, y: 1)
    canvas.paste(small, x: 9, y: 0)
    canvas.paste(small, x: 0, y: -9)
    #expect(canvas == picture("400 001 003"))
  }

  @Test func linesOfPicturesAreCentred() {
    let tall = picture("1 2 3")
    #expect(Image.beside([tall, picture("9"), tall], spacing: 1) == picture("10001 20902 30003"))
    #expect(Image.stacked([picture("123"), picture("9")], spacing: 1) == picture("123 000 090"))
    #expect(picture("7").framed(by: 1) == picture("000 070 000"))
  }

  @Test func captionsGoBelowOrAboveAndWidenThePicture() {
    let image = Image(width: 10, height: 10, channels: 1, filledWith: .gray)
    let below = image.captioned("cat 98 %")
    #expect(below.width == 8 * 6 + 3 && below.height == 10 + 12)
    #expect(below[25, 0] == .gray && below[0, 0] == .black)
    let above = image.captioned("cat", isAbove: true)
    #expect(above[10, above.height - 1] == .gray)
  }
}
