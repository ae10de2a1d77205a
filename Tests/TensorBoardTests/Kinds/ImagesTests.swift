import EventFiles
import Images
import TensorBoard
import Testing

@Suite struct ImagesTests {
  private let red = Image(
    width: 30, height: 20, channels: 3, filledWith: Color(red: 200, green: 0, blue: 0))
  private let gray = Image(width: 30, height: 20, channels: 1, filledWith: .gray)
  private let wide = Image(width: 31, height: 20, channels: 1, filledWith: .gray)

  private func decoded(_ summary: Summary) throws -> Image {
    guard case .image(let image) = summary.values.first?.content else {
      throw Unexpected(found: "no image")
    }
    let decoded = try Image(pngData: image.encoded)
    #expect((image.width, image.height) == (decoded.width, decoded.height))
    #expect(image.colorspace == decoded.channels)
    return decoded
  }

  @Test func `a batch is one tensor with the size before the images`() throws {
    let value = try #require(try Summary.images("batch", [red, gray]).values.first)
    #expect(value.metadata == SummaryMetadata(pluginName: "images", dataClass: .blobSequence))
    #expect(try tensor(value).shape == [4])
    let strings = try strings(value)
    #expect(strings[0] == Array("30".utf8) && strings[1] == Array("20".utf8))
    #expect(try strings.dropFirst(2).map { try Image(pngData: $0) } == [red, gray])
  }

  @Test func `a batch of nothing or of several sizes is refused`() {
    #expect(throws: SummaryError.empty(tag: "b", what: "images")) { try Summary.images("b", []) }
    #expect(
      throws: SummaryError.outOfRange(
        tag: "b", what: "image 1", value: "31x20 gray",
        expected: "30x20 as the first; a grid takes any sizes")
    ) { try Summary.images("b", [red, wide]) }
  }

  @Test func `a grid takes images of any sizes`() throws {
    let shown = try decoded(Summary.grid("g", [red, wide, gray], columns: 2, spacing: 3))
    #expect(shown == Image.grid([red, wide, gray], columns: 2, spacing: 3))
  }

  @Test func `a grid without images, columns or with negative spacing is refused`() {
    #expect(throws: SummaryError.empty(tag: "g", what: "images")) { try Summary.grid("g", []) }
    #expect(
      throws: SummaryError.outOfRange(
        tag: "g", what: "the number of columns", value: "0", expected: "1 or more")
    ) { try Summary.grid("g", [red], columns: 0) }
    #expect(
      throws: SummaryError.outOfRange(
        tag: "g", what: "the spacing", value: "-1", expected: "0 or more")
    ) { try Summary.grid("g", [red], spacing: -1) }
  }

  @Test func `boxes and their labels are drawn into the image`() throws {
    let box = LabeledBox(x: 5, y: 18, width: 20, height: 2, label: "I", color: .white)
    let shown = try decoded(Summary.image("b", gray, boxes: [box], scale: 1))
    #expect((shown.width, shown.height, shown.channels) == (30, 20, 3))
    #expect(shown[5, 18] == .white && shown[24, 19] == .white)
    #expect(shown[4, 18] == .gray && shown[25, 18] == .gray)
    // The label stands above, black on white: the upright stroke of the I.
    #expect(shown[5, 3] == .white && (6..<11).contains { shown[$0, 9].red < 100 })
  }

  @Test func `small images grow so that labels can be read`() throws {
    let box = LabeledBox(x: 1, y: 1, width: 5, height: 5, label: "a")
    let shown = try decoded(Summary.image("b", gray, boxes: [box]))
    #expect((shown.width, shown.height) == (300, 200))
    #expect(shown[9, 9] == .gray)
    #expect(shown[10, 59] != .gray)
  }

  @Test func `equal labels have equal colours, others not`() {
    let boxes = ["a", "b", "a"].enumerated().map {
      LabeledBox(x: Double($0 * 10 + 1), y: 12, width: 6, height: 6, label: $1)
    }
    let shown = gray.drawing(boxes)
    #expect(shown[1, 14] == shown[21, 14])
    #expect(shown[1, 14] != shown[11, 14])
  }

  @Test func `what lies outside the image is left out`() {
    let boxes = [
      LabeledBox(x: -1e300, y: -5, width: 1e301, height: 8, label: "wide"),
      LabeledBox(x: 100, y: 100, width: 5, height: 5, label: "away"),
    ]
    #expect(gray.drawing(boxes)[15, 2] != .gray)
    #expect(gray.drawing(Array(boxes.dropFirst())) == gray.converted(toChannels: 3))
  }

  @Test(arguments: [(Double.nan, 3.0), (.infinity, 3), (3, -.infinity)])
  func `boxes that aren't finite are refused`(_ x: Double, _ width: Double) {
    let box = LabeledBox(x: x, y: 0, width: width, height: 1)
    #expect(throws: SummaryError.self) { try Summary.image("b", gray, boxes: [box]) }
    #expect(gray.drawing([box]) == gray.converted(toChannels: 3))
  }

  @Test func `boxes without area and images without scale are refused`() {
    let box = LabeledBox(x: 0, y: 0, width: 2, height: 0)
    #expect(
      throws: SummaryError.outOfRange(
        tag: "b", what: "the size of box 1", value: "2.0x0.0",
        expected: "a width and a height greater than 0")
    ) {
      let good = LabeledBox(x: 0, y: 0, width: 2, height: 2)
      return try Summary.image("b", gray, boxes: [good, box])
    }
    #expect(
      throws: SummaryError.outOfRange(
        tag: "b", what: "the scale", value: "0", expected: "1 or more")
    ) { try Summary.image("b", gray, boxes: [], scale: 0) }
  }

  @Test func `a video is a GIF among the images`() throws {
    let summary = try Summary.video("v", [red, red, red.mirrored()], framesPerSecond: 8)
    let value = try #require(summary.values.first)
    #expect(value.metadata == nil)
    guard case .image(let image) = value.content else { throw Unexpected(found: "no image") }
    #expect((image.width, image.height) == (30, 20))
    #expect(
      try image.encoded == Image.gifData([red, red, red.mirrored()], delay: .milliseconds(125)))
  }

  @Test func `videos without frames, with ragged ones or at impossible rates are refused`() {
    #expect(throws: SummaryError.empty(tag: "v", what: "frames")) { try Summary.video("v", []) }
    #expect(
      throws: SummaryError.image(
        tag: "v",
        .unequalFrames(index: 1, width: 31, height: 20, expectedWidth: 30, expectedHeight: 20))
    ) { try Summary.video("v", [red, wide]) }
    for rate in [0, -1, 51, .nan, .infinity] {
      #expect(throws: SummaryError.self) { try Summary.video("v", [red], framesPerSecond: rate) }
    }
  }
}
