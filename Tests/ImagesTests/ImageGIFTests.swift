import Images
import Testing

struct ImageGIFTests {
  /// Numbers that look random and are always the same.
  private struct Noise {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    mutating func byte() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
  }

  private func noise(_ width: Int, _ height: Int, _ channels: Int, seed: UInt64) -> Image {
    var noise = Noise(state: seed)
    return Image(
      width: width, height: height, channels: channels,
      pixels: (0..<width * height * channels).map { _ in noise.byte() })
  }

  private func rgba(_ image: Image) -> [UInt8] { image.converted(toChannels: 4).pixels }

  @Test(arguments: [(1, 1), (1, 300), (37, 23), (128, 128)])
  func `gray frames stay as they are`(_ width: Int, _ height: Int) throws {
    let frames = (1...3).map { noise(width, height, 1, seed: $0) }
    let gif = try GIFDecoder(Image.gifData(frames))
    #expect((gif.width, gif.height) == (width, height))
    #expect(gif.repeats == 0)
    #expect(gif.hasGlobalTable)
    #expect(gif.frames.map(\.canvas) == frames.map(rgba))
  }

  @Test(arguments: 1...256)
  func `palettes of every size stay as they are`(_ count: Int) throws {
    let colors = (0..<count).flatMap { number -> [UInt8] in
      [UInt8(number), UInt8(255 - number), UInt8(truncatingIfNeeded: number &* 7)]
    }
    let frame = Image(width: count, height: 1, channels: 3, pixels: colors)
    #expect(try GIFDecoder(Image.gifData([frame])).frames.map(\.canvas) == [rgba(frame)])
  }

  @Test func `long runs and full tables are compressed and come back`() throws {
    var frame = Image(width: 400, height: 300, channels: 1, filledWith: .black)
    let bytes = try Image.gifData([frame])
    #expect(bytes.count < 1000)
    #expect(try GIFDecoder(bytes).frames[0].canvas == rgba(frame))
    frame.paste(noise(400, 150, 1, seed: 5), x: 0, y: 0)
    #expect(try GIFDecoder(Image.gifData([frame])).frames[0].canvas == rgba(frame))
  }

  @Test func `frames whose colours fit a table each stay as they are`() throws {
    let frames = (0..<3).map { number in
      Image(
        width: 16, height: 16, channels: 3,
        pixels: (0..<256).flatMap { [UInt8($0), UInt8(number * 100), 7] })
    }
    let gif = try GIFDecoder(Image.gifData(frames))
    #expect(!gif.hasGlobalTable)
    #expect(gif.frames.map(\.canvas) == frames.map(rgba))
  }

  @Test func `only what changed is stored`() throws {
    var second = Image(width: 50, height: 40, channels: 3, filledWith: .white)
    let first = second
    second.fill(x: 10, y: 20, width: 3, height: 5, color: Color(red: 255, green: 0, blue: 0))
    let gif = try GIFDecoder(Image.gifData([first, second, second]))
    #expect(gif.frames.map(\.canvas) == [first, second, second].map(rgba))
    #expect(gif.frames[1].box == (10, 20, 3, 5))
    #expect(gif.frames[2].box == (0, 0, 1, 1))
  }

  @Test func `half transparent pixels become holes, and frames don't shine through`() throws {
    let pixels: [[UInt8]] = [
      [1, 2, 3, 255, 4, 5, 6, 128, 7, 8, 9, 127], [9, 9, 9, 0, 4, 5, 6, 255, 1, 1, 1, 0],
    ]
    let frames = pixels.map { Image(width: 3, height: 1, channels: 4, pixels: $0) }
    let gif = try GIFDecoder(Image.gifData(frames))
    #expect(gif.frames[0].canvas == [1, 2, 3, 255, 4, 5, 6, 255, 0, 0, 0, 0])
    #expect(gif.frames[1].canvas == [0, 0, 0, 0, 4, 5, 6, 255, 0, 0, 0, 0])
  }

  /// The mean squared error of a smooth image, and of one of noise where no palette is good.
  @Test(arguments: [(true, 20.0), (false, 260)])
  func `many colours become the 256 that are nearest`(_ isSmooth: Bool, _ limit: Double) throws {
    let smooth = (0..<64 * 64).flatMap { index -> [UInt8] in
      let (x, y) = (index % 64, index / 64)
      return [UInt8(x * 4), UInt8(y * 4), UInt8(128 + (x - y))]
    }
    let image =
      isSmooth
      ? Image(width: 64, height: 64, channels: 3, pixels: smooth) : noise(64, 64, 3, seed: 3)
    let shown = try GIFDecoder(Image.gifData([image])).frames[0].canvas
    let error = zip(shown, rgba(image)).reduce(0) { sum, pair in
      sum + (Double(pair.0) - Double(pair.1)) * (Double(pair.0) - Double(pair.1))
    }
    #expect(error / Double(64 * 64 * 3) < limit)
  }

  @Test func `many colours with holes keep the holes`() throws {
    var pixels = noise(40, 40, 4, seed: 8).pixels
    for at in stride(from: 3, to: pixels.count, by: 4) { pixels[at] = at % 3 == 0 ? 0 : 255 }
    let image = Image(width: 40, height: 40, channels: 4, pixels: pixels)
    let shown = try GIFDecoder(Image.gifData([image])).frames[0].canvas
    for at in stride(from: 3, to: pixels.count, by: 4) { #expect(shown[at] == pixels[at]) }
  }

  @Test(arguments: [
    (Duration.milliseconds(100), [10, 10, 10]), (.seconds(1) / 30, [3, 4, 3]),
    (.milliseconds(1), [2, 2, 2]), (.seconds(-1), [2, 2, 2]),
    (.seconds(700), [65535, 65535, 65535]),
  ])
  func `delays add up`(_ delay: Duration, _ hundredths: [Int]) throws {
    let frames = (1...3).map { noise(2, 2, 1, seed: $0) }
    #expect(
      try GIFDecoder(Image.gifData(frames, delay: delay)).frames.map(\.delay) == hundredths)
  }

  @Test func `frames that can't be an animation are refused`() {
    let (small, wide) = (noise(2, 2, 1, seed: 1), noise(3, 2, 1, seed: 1))
    #expect(throws: ImageError.noFrames) { try Image.gifData([]) }
    #expect(
      throws: ImageError.unequalFrames(
        index: 1, width: 3, height: 2, expectedWidth: 2, expectedHeight: 2)
    ) { try Image.gifData([small, wide]) }
    #expect(throws: ImageError.tooLargeForGIF(width: 65_536, height: 1)) {
      try Image.gifData([Image(width: 65_536, height: 1, channels: 1, filledWith: .black)])
    }
  }
}
