import CZlib
import Foundation

/// The arrays of a `.npz` file: a zip archive of `.npy` members, stored or compressed by DEFLATE.
///
/// - Source: PKWARE APPNOTE.TXT 6.3.10, §4.3 (zip); RFC 1951 (DEFLATE).
public struct FixtureArchive: Sendable {
  private let bytes: [UInt8]
  private let path: String
  private let members: [String: Member]

  private struct Member {
    var method: Int
    var compressedSize: Int
    var size: Int
    var headerOffset: Int
  }

  /// Opens an archive.
  public init(path: String) throws {
    self.path = path
    bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    // The end record is 22 bytes and a comment; numpy writes none.
    guard bytes.count >= 22, Self.number(bytes, bytes.count - 22, 4) == 0x0605_4B50 else {
      throw FixtureError("\(path): not a zip archive without a comment")
    }
    let end = bytes.count - 22
    var members: [String: Member] = [:]
    var position = Self.number(bytes, end + 16, 4)
    for _ in 0..<Self.number(bytes, end + 10, 2) {
      let nameLength = Self.number(bytes, position + 28, 2)
      let name = String(decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self)
      members[name] = Member(
        method: Self.number(bytes, position + 10, 2),
        compressedSize: Self.number(bytes, position + 20, 4),
        size: Self.number(bytes, position + 24, 4),
        headerOffset: Self.number(bytes, position + 42, 4))
      position +=
        46 + nameLength + Self.number(bytes, position + 30, 2)
        + Self.number(bytes, position + 32, 2)
    }
    self.members = members
  }

  /// Opens an archive of the LeNet fixtures, `deconv` say.
  public init(leNet name: String) throws {
    try self.init(path: SharedFolder.path("fixtures/lenet/\(name).npz"))
  }

  /// The names of the arrays.
  public var names: [String] { members.keys.map { String($0.dropLast(4)) }.sorted() }

  /// Decodes an array.
  public func array(_ name: String) throws -> FixtureArray {
    guard let member = members[name + ".npy"] else {
      throw FixtureError("\(path): holds no array \(name)")
    }
    let header = member.headerOffset
    let start =
      header + 30 + Self.number(bytes, header + 26, 2) + Self.number(bytes, header + 28, 2)
    let stored = Array(bytes[start..<start + member.compressedSize])
    switch member.method {
    case 0: return try FixtureArray(npy: stored)
    case 8: return try FixtureArray(npy: Self.inflated(stored, size: member.size))
    default: throw FixtureError("\(path): compression method \(member.method)")
    }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  /// Raw DEFLATE data of a known size, expanded.
  private static func inflated(_ compressed: [UInt8], size: Int) throws -> [UInt8] {
    var input = compressed
    var output = [UInt8](repeating: 0, count: size)
    var stream = z_stream()
    // A negative number of window bits: no zlib header around the data.
    let opened = inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard opened == Z_OK else { throw FixtureError("zlib can't begin") }
    defer { inflateEnd(&stream) }
    let status = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END, stream.avail_out == 0 else {
      throw FixtureError("damaged DEFLATE data")
    }
    return output
  }
}
