import Images
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

  @Test func textIsLegible() {
    #expect(
      rows(Image.text("Ag\n~")) == [
        "...............",
        "...............",
        "...###.........",
        "..#...#........",
        "..#...#..####..",
        "..#####.#...#..",
        "..#...#.#...#..",
        "..#...#..####..",
        "..#...#.....#..",
        ".........###...",
        "...............",
        "...............",
        "...............",
        "...............",
        "...#...........",
        "..#.#.#........",
        ".....#.........",
        "...............",
        "...............",
        "...............",
        "...............",
        "...............",
      ])
  }

  @Test func everyLetterOfASCIIDiffersAndOthersAreBoxes() {
    let letters = (33...126).map { Image.text(String(UnicodeScalar($0))) }
    #expect(Set(letters.map(\.pixels)).count == 94)
    #expect(letters.allSatisfy { $0.pixels.contains(255) })
    #expect(Image.text("é") == Image.text("字"))
    #expect(!letters.contains(Image.text("é")))
    #expect(!Image.text(" ").pixels.contains(255))
  }

  @Test func largerTextIsTheSameLettersEnlarged() {
    #expect(
      Image.text("Filter 7: 98.5 %", scale: 3) == Image.text("Filter 7: 98.5 %").enlarged(by: 3))
  }

  @Test func coloursDecideTheKindOfImage() {
    let red = Color(red: 255, green: 0, blue: 0)
    #expect(Image.text("x", color: red).channels == 3)
    #expect(Image.text("x", background: .clear).channels == 2)
    #expect(Image.text("x", color: red, background: .clear).channels == 4)
  }
}
