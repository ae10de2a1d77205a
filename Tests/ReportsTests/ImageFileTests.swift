import Images
import Testing

@testable import Reports

@Suite struct ImageFileTests {
  private func png(_ width: Int, _ height: Int) throws -> [UInt8] {
    // Noise, so that it doesn't compress.
    var state: UInt32 = 1
    let pixels = (0..<width * height).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    return try Image(width: width, height: height, channels: 1, pixels: pixels).pngData()
  }

  @Test func `kind and size are read from the first bytes`() throws {
    let image = try #require(ImageFile(try png(7, 300)))
    #expect(image.mimeType == "image/png")
    #expect(image.width == 7 && image.height == 300)
    #expect(image.magnification == 1)
    #expect(image.dataURI.hasPrefix("data:image/png;base64,iVBORw0KGgo"))
    let gif = try #require(ImageFile(Array("GIF89a".utf8) + [20, 0, 10, 1, 0, 0, 0]))
    #expect(gif.mimeType == "image/gif" && gif.width == 20 && gif.height == 266)
    // An APP0 segment of 16 bytes before the frame header.
    let jpeg: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + [UInt8](repeating: 0, count: 14)
      + [0xFF, 0xC0, 0, 17, 8, 0, 30, 0, 40, 3, 1, 2, 3]
    let photo = try #require(ImageFile(jpeg))
    #expect(photo.mimeType == "image/jpeg" && photo.width == 40 && photo.height == 30)
    #expect(photo.magnification == 8)
  }

  @Test func `what isn't an image, or is cut off, is none`() throws {
    let svg = Array("<svg onload=\"alert(1)\"/>".utf8)
    for bytes in [
      [], svg, Array("GIF89a".utf8), [0xFF, 0xD8, 0xFF], [0xFF, 0xD8, 0xFF, 0xE0, 0, 0],
    ]
      as [[UInt8]]
    {
      #expect(ImageFile(bytes) == nil)
    }
    let whole = try png(3, 3)
    for count in 0..<24 { #expect(ImageFile(Array(whole[..<count])) == nil) }
    // No width.
    #expect(ImageFile(Array("GIF89a".utf8) + [0, 0, 10, 1, 0, 0, 0]) == nil)
  }

  @Test func `a large image is made smaller until it fits`() throws {
    let large = try #require(ImageFile(try png(400, 200)))
    let small = try #require(large.fitting(10_000))
    #expect(small.bytes.count <= 10_000)
    #expect(small.width == 100 && small.height == 50)
    #expect(large.fitting(large.bytes.count)?.width == 400)
    #expect(large.fitting(100) == nil)
    // Not a whole PNG: it can't be made smaller.
    #expect(ImageFile(Array(large.bytes[..<30_000]))?.fitting(10_000) == nil)
  }
}
