@testable import Images
import Testing

struct ImageDrawingTests {
  /// A gray image as rows of `#` where it is white.
  private func rows(_ image: Image) -> [String] {
    (0..<image.height).map { y in
      String((0..<image.width).map { x in image[x, y] == .white ? "#" : "." })
    }
  }

  @Test func boxesAreOutlinesAndStayInside() {
    var image = Image(width: 6, height: 5, channels: 1, filledWith: .black)
    image.drawBox(x: 1, y: 1, width: 4, height: 3, color: .white)
    #expect(rows(image) == ["......", ".####.", ".#..#.", ".####.", "......"])
    image.drawBox(x: 4, y: -2, width: 9, height: 4, color: .white)
    #expect(rows(image) == ["....#.", ".#####", ".#..#.", ".####.", "......"])
    var thick = Image(width: 5, height: 5, channels: 3, filledWith: .black)
    thick.drawBox(x: 0, y: 0, width: 5, height: 5, color: .white, thickness: 2)
    #expect(rows(thick) == ["#####", "#####", "##.##", "#####", "#####"])
  }

  /// What FreeType makes of DejaVu Sans at 11 pixels an em, in 16 levels: Pillow's
  /// `ImageDraw.text((2, 13), "Ag", 255, font, anchor="ls")`.
  @Test func lettersAreFreeTypes() {
    let image = Image.text("Ag")
    let levels = (0..<image.height).map { y in
      String(
        (0..<image.width).map { x in
          Character(image[x, y].red == 0 ? "." : String(image[x, y].red / 17, radix: 16))
        })
    }
    #expect(
      levels == [
        "...................",
        "...................",
        "...................",
        "...................",
        "...................",
        "....1f8............",
        "....7ae............",
        "....c3b5...5de7f...",
        "...3d.5b..1e419f...",
        "...97..e2.5a..1f...",
        "...effff7.5a..1f...",
        "..5c...4d.1e418f...",
        "..b6....d4.5de7e...",
        ".............18b...",
        "...........afeb2...",
        "...................",
        "...................",
        "...................",
      ])
  }

  @Test func everyLetterDiffersAndOthersAreBoxes() {
    let letters = (33...126).map { Image.text(String(UnicodeScalar($0))) }
    #expect(Set(letters.map(\.pixels)).count == 94)
    #expect(letters.allSatisfy { $0.pixels.contains { $0 > 100 } })
    #expect(Image.text("ж") == Image.text("字"))
    #expect(!letters.contains(Image.text("ж")) && Image.text("é") != Image.text("ж"))
    #expect(Set(Image.text(" ").pixels) == [0])
  }

  @Test(arguments: [(11, 11), (12, 11), (16, 16), (20, 16), (22, 22), (33, 32), (44, 44), (6, 11)])
  func sizesThatAreNotKeptAreTheNextOnes(size: Int, found: Int) {
    #expect(Font(size: size).size == found)
    let text = Image.text("Filter 7: 98.5 %", size: size)
    #expect(text == Image.text("Filter 7: 98.5 %", size: found))
    #expect(text.width > 7 * found && text.width < 10 * found)
  }

  @Test func lettersAreLaidOverWhatIsThere() {
    var image = Image(width: 20, height: 20, channels: 3, filledWith: .white)
    image.draw("W", x: 2, y: 2, color: Color(red: 255, green: 0, blue: 0), size: 16)
    // Between red and white: no pixel is darker than its letter.
    for at in stride(from: 0, to: image.pixels.count, by: 3) {
      #expect(image.pixels[at] == 255 && image.pixels[at + 1] == image.pixels[at + 2])
    }
    #expect(image.pixels.contains(0) && Set(image.pixels).count > 4)
    // On nothing, what is left of nothing shows through.
    let clear = Image.text("W", background: .clear)
    for at in stride(from: 0, to: clear.pixels.count, by: 2) {
      #expect(clear.pixels[at] == 255 || clear.pixels[at + 1] == 0)
    }
    #expect(Set(clear.pixels).count > 4)
  }

  @Test func linesLieFiveQuartersOfAnEmApart() {
    let (one, two) = (Image.text("Ag", size: 16), Image.text("Ag\nAg", size: 16))
    #expect(two.height - one.height == 20 && two.width == one.width)
  }

  @Test func coloursDecideTheKindOfImage() {
    let red = Color(red: 255, green: 0, blue: 0)
    #expect(Image.text("x", color: red).channels == 3)
    #expect(Image.text("x", background: .clear).channels == 2)
    #expect(Image.text("x", color: red, background: .clear).channels == 4)
  }
}
