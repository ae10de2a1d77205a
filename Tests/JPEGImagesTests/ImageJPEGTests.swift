import Foundation
import Images
import Testing

@testable import JPEGImages

/// The photographs of `Fixtures`, and what Pillow read in them.
struct JPEGFixture: CustomTestStringConvertible {
  let name: String
  var path: String { "\(Self.folder)/\(name).jpg" }
  var testDescription: String { name }

  var bytes: [UInt8] { get throws { try [UInt8](Data(contentsOf: URL(filePath: path))) } }
  var expected: Image { get throws { try Image(contentsOf: "\(Self.folder)/\(name).png") } }

  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().path() + "Fixtures"

  static let all: [JPEGFixture] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".jpg") }.sorted().map {
      JPEGFixture(name: String($0.dropLast(4)))
    }
  }()
}

struct ImageJPEGTests {
  @Test func allFixturesAreThere() {
    #expect(JPEGFixture.all.count == 24)
  }

  @Test(arguments: JPEGFixture.all)
  func everyKindOfJPEGReadsAsPillowReadsIt(_ fixture: JPEGFixture) throws {
    let image = try Image(contentsOf: fixture.path, formats: .photographs)
    let expected = try fixture.expected
    #expect(image.description == expected.description)
    // Other versions of libjpeg-turbo may round otherwise.
    let differences = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.max() ?? 255 <= 1)
    let size = try Image.size(ofJPEG: fixture.bytes, name: fixture.name)
    #expect(size == (image.width, image.height, image.channels))
  }

  /// Held in each of the eight ways, a photograph shows the same when it is turned back.
  @Test func theCameraMayBeHeldInAnyWay() throws {
    let upright = Image(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
    let turned: [[UInt8]] = [
      [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [6, 5, 4, 3, 2, 1], [4, 5, 6, 1, 2, 3],
      [1, 4, 2, 5, 3, 6], [4, 1, 5, 2, 6, 3], [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
    ]
    for (index, pixels) in turned.enumerated() {
      let orientation = try #require(Orientation(rawValue: index + 1))
      let image = upright.oriented(orientation)
      #expect(image.pixels == pixels)
      #expect(image.width == (orientation.exchangesSides ? 2 : 3))
    }
  }

  @Test(arguments: [
    "gray", "rgb-420", "rgb-progressive", "rgb-arithmetic", "orientation-6", "cmyk",
  ])
  func cutAtEachByteIsAnErrorAndNeverACrash(name: String) throws {
    let bytes = try JPEGFixture(name: name).bytes
    for count in 0..<bytes.count {
      #expect(throws: ImageError.self, "cut at \(count)") {
        try Image(jpegData: Array(bytes[..<count]))
      }
    }
    #expect(throws: ImageError.truncated(name: "JPEG data", format: "JPEG", byteCount: 300)) {
      try Image(jpegData: Array(bytes[..<300]))
    }
    // Even where only the mark of the end is missing.
    #expect(
      throws: ImageError.truncated(
        name: "JPEG data", format: "JPEG", byteCount: bytes.count - 2)
    ) { try Image(jpegData: bytes.dropLast(2)) }
  }

  @Test(arguments: [
    "gray", "rgb-420", "rgb-progressive", "rgb-arithmetic", "orientation-6", "cmyk",
  ])
  func eachByteFlippedNeverCrashes(name: String) throws {
    let bytes = try JPEGFixture(name: name).bytes
    var refused = 0
    for index in bytes.indices {
      for mask: UInt8 in [0x01, 0x20, 0x80, 0xFF] {
        var damaged = bytes
        damaged[index] ^= mask
        do {
          let image = try Image(jpegData: damaged)
          #expect(image.pixels.count == image.width * image.height * image.channels)
        } catch {
          refused += 1
        }
      }
    }
    // There are no checksums; what arithmetic coding reads is never wrong.
    #expect(refused > bytes.count / (name == "rgb-arithmetic" ? 4 : 2))
  }

  @Test(arguments: [(65_500, 65_500, 3), (20_000, 18_000, 3), (65_500, 65_500, 1)])
  func aHeaderThatClaimsMoreThanAnImageMayTakeIsRefused(
    width: Int, height: Int, components: Int
  ) throws {
    #expect(
      throws: ImageError.tooLarge(
        name: "JPEG data", width: width, height: height, channels: components)
    ) { try Image(jpegData: claiming(width: width, height: height, components: components)) }
  }

  @Test func aHeaderThatClaimsMoreThanTheBytesHoldGetsNoMemory() throws {
    let bytes = claiming(width: 15_000, height: 15_000, components: 1)
    #expect(
      throws: ImageError.damaged(
        name: "JPEG data", format: "JPEG",
        detail: "\(bytes.count) bytes can't hold 15000x15000 pixels")
    ) { try Image(jpegData: bytes) }
    let beyond = claiming(width: 65_535, height: 65_535, components: 1)
    #expect(
      throws: ImageError.damaged(
        name: "JPEG data", format: "JPEG",
        detail: "Maximum supported image dimension is 65500 pixels")
    ) { try Image(jpegData: beyond) }
  }

  /// A gray block whose coefficients come one a scan, each of them true.
  @Test func scansWithoutEndAreRefused() throws {
    func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
      [0xFF, marker, 0, UInt8(content.count + 2)] + content
    }
    func file(scans: Int) -> [UInt8] {
      let oneCode: [UInt8] = [1] + [UInt8](repeating: 0, count: 15) + [0]
      let start =
        segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
        + segment(0xC2, [8, 0, 8, 0, 8, 1, 1, 0x11, 0]) + segment(0xC4, [0x00] + oneCode)
        + segment(0xC4, [0x10] + oneCode) + segment(0xDA, [1, 1, 0, 0, 0, 0]) + [0x7F]
      let rest = (0..<scans - 1).flatMap { scan in
        let coefficient = UInt8(1 + scan % 63)
        return segment(0xDA, [1, 1, 0, coefficient, coefficient, scan < 63 ? 0x01 : 0x10]) + [0x7F]
      }
      return [0xFF, 0xD8] + start + rest + [0xFF, 0xD9]
    }
    let gray = Image(width: 8, height: 8, channels: 1, filledWith: .gray)
    #expect(try Image(jpegData: file(scans: 100)) == gray)
    #expect(
      throws: ImageError.damaged(
        name: "JPEG data", format: "JPEG", detail: "more than 100 scans")
    ) { try Image(jpegData: file(scans: 101)) }
  }

  @Test(arguments: [(12, 1, "12 bits a channel"), (8, 2, "2 channels"), (8, 5, "5 channels")])
  func otherKindsAreNamed(precision: UInt8, components: Int, kind: String) throws {
    let bytes = claiming(width: 8, height: 8, components: components, precision: precision)
    #expect {
      try Image(jpegData: bytes)
    } throws: { error in
      guard case ImageError.unsupported("JPEG data", "JPEG", let found) = error else {
        return false
      }
      // libjpeg-turbo 2 refuses 12 bits itself.
      return found == kind || precision == 12 && found.hasPrefix("a coding (Unsupported JPEG data")
    }
  }

  @Test func whatIsNoJPEGIsNamed() throws {
    #expect(throws: ImageError.unrecognized(name: "JPEG data", byteCount: 4, readable: "JPEG")) {
      try Image(jpegData: Array("text".utf8))
    }
    #expect(throws: ImageError.otherFormat(name: "JPEG data", format: "GIF", readable: "JPEG")) {
      try Image(jpegData: Array("GIF89a, not JPEG".utf8))
    }
    #expect(throws: ImageError.unrecognized(name: "JPEG data", byteCount: 0, readable: "JPEG")) {
      try Image(jpegData: [])
    }
  }

  /// A JPEG file up to its first scan, whose frame claims a size.
  private func claiming(
    width: Int, height: Int, components: Int, precision: UInt8 = 8
  ) -> [UInt8] {
    func bigEndian(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
    let numbers = (1...components).map { UInt8($0) }
    return [0xFF, 0xD8, 0xFF, 0xC0] + bigEndian(8 + 3 * components) + [precision]
      + bigEndian(height) + bigEndian(width) + [UInt8(components)]
      + numbers.flatMap { [$0, 0x11, 0] }
      + [0xFF, 0xDA] + bigEndian(6 + 2 * min(4, components)) + [UInt8(min(4, components))]
      + numbers.prefix(4).flatMap { [$0, 0] } + [0, 63, 0, 0xFF, 0xD9]
  }
}
