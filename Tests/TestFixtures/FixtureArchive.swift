import Datasets
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
    case 8:
      return try FixtureArray(
        npy: Inflate.decode(stored, format: .deflate, maximumByteCount: member.size))
    default: throw FixtureError("\(path): compression method \(member.method)")
    }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
