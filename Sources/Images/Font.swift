/// The letters of DejaVu Sans at one size, without jags: ASCII, Latin-1 and what formulas need. What the
/// font hasn't is a box.
package struct Font: Sendable {
  /// Pixels an em.
  package let size: Int
  /// How often each pixel of the letters is repeated: sizes that aren't kept are enlarged.
  private let factor: Int
  private let strip: Int

  /// The font whose letters are about so large: kept are 11, 16 and 22 pixels an em.
  package init(size: Int) {
    precondition(size > 0, "letters have a size above 0, got \(size)")
    let sizes = FontAtlas.strips.map(\.size)
    let kept = sizes.indices.last { index in
      let factor = size / sizes[index]
      return factor > 0 && factor * sizes[index] * 10 >= size * 9
    }
    strip = kept ?? sizes.lastIndex { $0 <= size } ?? 0
    factor = max(1, size / sizes[strip])
    self.size = factor * sizes[strip]
  }

  /// Pixels from one line to the next.
  package var lineHeight: Int { (5 * size + 3) / 4 }
  /// Pixels from the top of a line to what its letters stand on.
  package var baseline: Int { size }
  /// Pixels around text that stands alone.
  package var margin: Int { max(2, size / 6) }

  /// Pixels that a line takes.
  package func width(of line: some StringProtocol) -> Int {
    line.reduce(0) { $0 + Self.glyphs.place(of: $1, strip).advance } * factor
  }

  /// Calls `body` with each pixel that a line covers and how much of it, 1 to 255.
  ///
  /// - Parameters:
  ///   - x: where the line begins.
  ///   - y: the row that its letters stand on.
  func cover(
    _ line: some StringProtocol, x: Int, y: Int,
    _ body: (_ x: Int, _ y: Int, _ share: UInt8) -> Void
  ) {
    let (glyphs, strip) = (Self.glyphs, FontAtlas.strips[strip])
    let top = glyphs.tops[self.strip]
    var pen = x
    for letter in line {
      let place = glyphs.place(of: letter, self.strip)
      for row in 0..<strip.height {
        for column in 0..<place.columns {
          let share = glyphs.image.pixels[
            (top + row) * glyphs.image.width + place.column + column]
          guard share > 0 else { continue }
          for dy in 0..<factor {
            for dx in 0..<factor {
              body(
                pen + (place.left + column) * factor + dx,
                y + (row - strip.baseline) * factor + dy, share)
            }
          }
        }
      }
      pen += place.advance * factor
    }
  }

  /// The atlas, read.
  private struct Glyphs: Sendable {
    struct Place: Sendable {
      var column: Int
      var columns: Int
      var left: Int
      var advance: Int
    }

    let image: Image
    /// The first row of each strip.
    let tops: [Int]
    private let numbers: [Character: Int]
    private let places: [[Place]]
    private let box: Int

    init() {
      let letters = Array(FontAtlas.letters)
      numbers = Dictionary(letters.enumerated().map { ($1, $0) }) { first, _ in first }
      box = letters.count - 1
      var top = 0
      tops = FontAtlas.strips.map { strip in
        defer { top += strip.height }
        return top
      }
      let bytes = Base64.bytes(of: FontAtlas.places).map { Int($0) }
      precondition(
        bytes.count == 3 * letters.count * FontAtlas.strips.count,
        "\(bytes.count) bytes of places for \(letters.count) letters")
      places = FontAtlas.strips.indices.map { strip in
        var column = 0
        return letters.indices.map { letter in
          let at = 3 * (strip * letters.count + letter)
          defer { column += bytes[at + 1] }
          return Place(
            column: column, columns: bytes[at + 1], left: bytes[at] - 64, advance: bytes[at + 2])
        }
      }
      do throws(ImageError) {
        image = try Image(pngData: Base64.bytes(of: FontAtlas.image))
      } catch {
        preconditionFailure("the font can't be read: \(error)")
      }
    }

    func place(of letter: Character, _ strip: Int) -> Place {
      places[strip][numbers[letter] ?? box]
    }
  }

  private static let glyphs = Glyphs()
}
