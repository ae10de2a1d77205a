import Foundation
import Testing

@testable import Images

/// The images of `Fixtures`, and what Pillow read in them.
struct PNGFixture: CustomTestStringConvertible {
  let name: String
  let image: Image
  var path: String { Self.folder + "/\(name).png" }
  var testDescription: String { name }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().path() + "Fixtures"

  static let all: [PNGFixture] = {
    let text = (try? String(contentsOfFile: folder + "/expected.txt", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      let hex = Array(words[4].utf8)
      let bytes = stride(from: 0, to: hex.count, by: 2).compactMap {
        UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      let sizes = words[1...3].compactMap { Int($0) }
      return PNGFixture(
        name: String(words[0]),
        image: Image(
          width: sizes[0], height: sizes[1], channels: sizes[2], pixels: bytes))
    }
  }()
}

struct ImagePNGTests {
  @Test func allFixturesAreThere() {
    #expect(PNGFixture.all.count == 29)
  }

  @Test(arguments: PNGFixture.all)
  func everyKindOfPNGReadsAsPillowReadsIt(_ fixture: PNGFixture) throws {
    #expect(try Image(contentsOf: fixture.path) == fixture.image)
  }

  @Test(arguments: 1...4)
  func whatIsWrittenReadsBackTheSame(channels: Int) throws {
    for (width, height) in [(1, 1), (1, 9), (17, 1), (31, 33), (300, 200)] {
      let pixels = (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
      let image = Image(width: width, height: height, channels: channels, pixels: pixels)
      let bytes = try image.pngData()
      #expect(try Image(pngData: bytes) == image)
      #expect(try image.pngData() == bytes, "the same image gives the same bytes")
    }
  }

  @Test func noiseThatDeflateCannotPackIsWritten() throws {
    var state: UInt32 = 1
    let pixels = (0..<200 * 200 * 3).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    let image = Image(width: 200, height: 200, channels: 3, pixels: pixels)
    #expect(try Image(pngData: image.pngData()) == image)
  }

  @Test(arguments: ["gray-8", "palette-8-transparent", "rgba-16-interlaced", "rgb-16-gamma"])
  func cutAtEachByteIsAnErrorAndNeverACrash(name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(filePath: "\(PNGFixture.folder)/\(name).png")))
    for count in 0..<bytes.count {
      let expected: ImageError =
        count == 0
        ? .unrecognized(name: "PNG data", byteCount: 0, readable: "PNG")
        : .truncated(name: "PNG data", format: "PNG", byteCount: count)
      #expect(throws: expected, "cut at \(count)") { try Image(pngData: Array(bytes[..<count])) }
    }
  }

  @Test(arguments: ["gray-8", "palette-8-transparent", "rgba-16-interlaced", "rgb-16-gamma"])
  func eachByteFlippedIsAnError(name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(filePath: "\(PNGFixture.folder)/\(name).png")))
    for index in bytes.indices {
      for mask: UInt8 in [0x01, 0x20, 0x80, 0xFF] {
        var damaged = bytes
        damaged[index] ^= mask
        #expect(throws: ImageError.self, "byte \(index) ^ \(mask)") { try Image(pngData: damaged) }
      }
    }
  }

  @Test(arguments: ["gray-8", "palette-8-transparent", "rgba-16-interlaced", "rgb-16-gamma"])
  func liesUnderARightChecksumNeverCrash(name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(filePath: "\(PNGFixture.folder)/\(name).png")))
    var images = 0
    for index in bytes.indices.dropFirst(8) {
      for mask: UInt8 in [0x01, 0x04, 0x20, 0x80, 0xFF] {
        var damaged = bytes
        damaged[index] ^= mask
        guard let image = try? Image(pngData: withRightChecksums(damaged)) else { continue }
        #expect(image.pixels.count == image.width * image.height * image.channels)
        images += 1
      }
    }
    #expect(images > 0, "some lies are just other images")
  }

  @Test func aHeaderThatClaimsMoreThanTheBytesHoldGetsNoMemory() throws {
    for (width, height) in [(0x7FFF_FFFF, 0x7FFF_FFFF), (0x7FFF_FFFF, 1), (46_341, 46_341)] {
      let bytes = try pngClaiming(width: width, height: height)
      #expect(
        throws: ImageError.tooLarge(
          name: "PNG data", width: width, height: height, channels: 1)
      ) { try Image(pngData: bytes) }
    }
    let bytes = try pngClaiming(width: 30_000, height: 30_000)
    #expect(throws: ImageError.truncated(name: "PNG data", format: "PNG", byteCount: bytes.count)) {
      try Image(pngData: bytes)
    }
  }

  @Test func filesAreReplacedAtOnceAndNothingIsLeftBeside() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/image.png"
    let first = Image(width: 3, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6])
    try first.write(to: path)
    let second = Image(width: 1, height: 1, channels: 3, pixels: [9, 8, 7])
    try second.write(to: path)
    #expect(try Image(contentsOf: path) == second)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["image.png"])
  }

  @Test func filesThatCannotBeReadOrWrittenAreNamed() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path + "/none.png"
    #expect(throws: ImageError.unreadable(name: missing, reason: "No such file or directory")) {
      try Image(contentsOf: missing)
    }
    #expect(
      throws: ImageError.unreadable(
        name: folder.path, reason: "it is a directory, not a regular file")
    ) {
      try Image(contentsOf: folder.path)
    }
    let nowhere = folder.path + "/none/image.png"
    #expect(throws: ImageError.unwritable(name: nowhere, reason: "No such file or directory")) {
      try Image(width: 1, height: 1, channels: 1, pixels: [0]).write(to: nowhere)
    }
    // A folder in the file's place: the temporary file goes away.
    try FileManager.default.createDirectory(
      atPath: folder.path + "/taken", withIntermediateDirectories: false)
    #expect(throws: ImageError.self) {
      try Image(width: 1, height: 1, channels: 1, pixels: [0]).write(to: folder.path + "/taken")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
  }

  /// A PNG whose header, checksum included, claims a size that its data doesn't have.
  private func pngClaiming(width: Int, height: Int) throws -> [UInt8] {
    var bytes = try Image(width: 1, height: 1, channels: 1, pixels: [0]).pngData()
    for (offset, value) in [(16, width), (20, height)] {
      for byte in 0..<4 { bytes[offset + byte] = UInt8(value >> (24 - 8 * byte) & 0xFF) }
    }
    return withRightChecksums(bytes)
  }

  /// The same chunks with the checksums of what they hold, as far as their lengths can be followed.
  private func withRightChecksums(_ png: [UInt8]) -> [UInt8] {
    var bytes = png
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = start + 8 + length
      guard end + 4 <= bytes.count else { break }
      var crc: UInt32 = 0xFFFF_FFFF
      for byte in bytes[start + 4..<end] {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
      }
      for byte in 0..<4 { bytes[end + byte] = UInt8(~crc >> (24 - 8 * UInt32(byte)) & 0xFF) }
      start = end + 4
    }
    return bytes
  }
}

/// An empty folder that goes when this object does.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "images-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
