import Charts
import Foundation
import Images
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct DrawingTests {
  private let red = Color(red: 255, green: 0, blue: 0)

  /// A gray image of its rows' digits, times 20.
  private func image(_ rows: String) -> Image {
    let rows = rows.split(separator: " ")
    return Image(
      width: rows[0].count, height: rows.count, channels: 1,
      pixels: rows.joined().map { UInt8(20 * ($0.hexDigitValue ?? 0)) })
  }

  private var all: Drawing {
    var drawing = Drawing(width: 60, height: 40)
    drawing.add(image("12 34"), x: 1, y: 2, width: 6, height: 6)
    drawing.write("a <b> & \"c\"", x: 30, y: 20, size: 11, anchor: .middle)
    drawing.fill(x: 20, y: 30, width: 10, height: 5, color: red)
    drawing.line([(10, 30), (18, 30)], color: red, thickness: 2, dashes: [2, 1])
    drawing.line([(50, 30)], color: red, thickness: 3)
    drawing.shape([(40, 20), (50, 20), (45, 28)], color: red, opacity: 0.5)
    return drawing
  }

  @Test func imagesStandAtTheirPlacesEnlarged() {
    let pixels = all.image()
    #expect(pixels.width == 60 && pixels.height == 40 && pixels.channels == 3)
    for (x, y, digit) in [(1, 2, 1), (3, 4, 1), (4, 2, 2), (6, 4, 2), (1, 5, 3), (6, 7, 4)] {
      #expect(pixels[x, y] == Color(gray: UInt8(20 * digit)))
    }
    #expect(pixels[7, 2] == .white && pixels[0, 2] == .white)
  }

  @Test func areasLinesAndDotsCoverWhatTheySay() {
    let pixels = all.image()
    #expect(pixels[20, 30] == red && pixels[29, 34] == red && pixels[30, 34] == .white)
    #expect(pixels[11, 29] == red && pixels[15, 29] != red)
    #expect(pixels[50, 30] == red && pixels[54, 30] == .white)
    let half = pixels[45, 23]
    #expect(half.red == 255 && (126...129).contains(half.green))
    #expect(pixels[40, 27] == .white)
  }

  @Test func whatLiesOutsideOfABoxIsCutOff() throws {
    var drawing = Drawing(width: 20, height: 20)
    drawing.line(
      [(0, 5), (20, 5)], color: red, thickness: 2,
      within: Drawing.Box(x: 5, y: 0, width: 4, height: 10))
    let pixels = drawing.image()
    #expect(pixels[6, 5] == red && pixels[2, 5] == .white && pixels[15, 5] == .white)
    let svg = try drawing.svg()
    #expect(svg.contains("clip-path=\"url(#box0)\""))
  }

  @Test func compositionPutsPlacesWhereTheyBelong() {
    let (a, b) = (Drawing(image("99 99")), Drawing(image("5")))
    let row = Drawing.beside([a, b, a], spacing: 1)
    #expect(row.width == 7 && row.height == 2)
    #expect(row.image()[3, 0] == Color(gray: 100) && row.image()[5, 1] == Color(gray: 180))
    let column = Drawing.stacked([a, b], spacing: 2, alignment: .end)
    #expect(column.width == 2 && column.height == 5)
    #expect(column.image()[1, 4] == Color(gray: 100) && column.image()[0, 4] == .white)
    let grid = Drawing.grid([a, b, b], columns: 2, spacing: 3)
    #expect(grid.width == 7 && grid.height == 7)
    #expect(grid.image()[0, 5] == Color(gray: 100))
    let framed = b.framed(by: 2, color: red).image()
    #expect(framed[0, 0] == red && framed[1, 2] == red && framed[2, 2] == Color(gray: 100))
  }

  /// SVG is read by another implementation of XML.
  @Test func anSVGIsWellFormedAndHoldsEverything() throws {
    final class Elements: NSObject, XMLParserDelegate {
      var names: [String] = []
      var text = ""
      var images: [String] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
      ) {
        names.append(name)
        if name == "image" { images.append(attributes["xlink:href"] ?? "") }
      }
      func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
    }
    let elements = Elements()
    let parser = XMLParser(data: Data(try all.svg().utf8))
    parser.delegate = elements
    #expect(parser.parse())
    #expect(elements.names == ["svg", "rect", "image", "text", "rect", "path", "circle", "path"])
    #expect(elements.text.contains("a <b> & \"c\""))
    // As large as it is shown.
    let start = "data:image/png;base64,"
    let png = try #require(Data(base64Encoded: String(elements.images[0].dropFirst(start.count))))
    #expect(elements.images[0].hasPrefix(start))
    #expect(try Image(pngData: Array(png)) == image("12 34").enlarged(by: 3))
  }

  @Test func textStandsWhereItsAnchorSays() {
    func columns(_ anchor: Drawing.Anchor) -> (Int, Int) {
      var drawing = Drawing(width: 100, height: 30)
      drawing.write("HHH", x: 50, y: 20, size: 16, color: .black, anchor: anchor)
      let pixels = drawing.image()
      let inked = (0..<100).filter { x in (0..<30).contains { pixels[x, $0].red < 128 } }
      return (inked.first ?? -1, inked.last ?? -1)
    }
    let (start, middle, end) = (columns(.start), columns(.middle), columns(.end))
    #expect((50...53).contains(start.0) && (47...50).contains(end.1))
    #expect(abs(middle.0 + middle.1 - 100) <= 3 && start.1 - start.0 == end.1 - end.0)
  }
}
