import Files

/// The files in a tape archive, in memory.
///
/// Only plain files below one directory are taken: what would be written elsewhere, or isn't a file, is
/// an error.
///
/// - Source: POSIX.1-2001 `pax`, ustar interchange format.
struct TarArchive {
  /// A file.
  struct Entry: Equatable {
    /// Its path below the directory, without it.
    let path: String
    /// Its bytes' place in the archive.
    let range: Range<Int>
  }

  private static let block = 512

  /// The plain files below `directory`.
  ///
  /// - Throws: a sentence's end, to stand behind the archive's name.
  static func entries(of bytes: [UInt8], below directory: String) throws(Problem) -> [Entry] {
    var entries: [Entry] = []
    var at = 0
    while at + block <= bytes.count {
      let header = bytes[at..<at + block]
      if header.allSatisfy({ $0 == 0 }) { return entries }
      try check(header, at: at)
      let name = try path(header, at: at)
      guard let size = octal(header, 124, 12) else {
        throw Problem("the size of its entry \"\(name)\" isn't a number")
      }
      let start = at + block
      guard size <= bytes.count - start else {
        throw Problem("is cut off in its entry \"\(name)\"")
      }
      switch header[at + 156] {
      case UInt8(ascii: "0"), 0:
        entries.append(
          Entry(path: try inside(directory, name), range: start..<start + size))
      case UInt8(ascii: "5"): _ = try inside(directory, name)
      case UInt8(ascii: "x"), UInt8(ascii: "g"): break
      default: throw Problem("its entry \"\(name)\" is neither a file nor a directory")
      }
      at = start + (size + block - 1) / block * block
    }
    throw Problem("is cut off: its end mark is missing")
  }

  /// What is wrong with an archive.
  struct Problem: Error, Equatable {
    let sentence: String
    init(_ sentence: String) { self.sentence = sentence }
  }

  /// The header's checksum: the sum of its bytes, its own field counted as blanks.
  private static func check(_ header: ArraySlice<UInt8>, at: Int) throws(Problem) {
    let field = at + 148..<at + 156
    let sum = header.indices.reduce(0) { sum, index in
      sum + (field.contains(index) ? 32 : Int(header[index]))
    }
    guard octal(header, 148, 8) == sum else {
      throw Problem("isn't a tar archive: the header at byte \(at) is damaged")
    }
  }

  private static func path(_ header: ArraySlice<UInt8>, at: Int) throws(Problem) -> String {
    func text(_ offset: Int, _ length: Int) -> String {
      let field = header[at + offset..<at + offset + length]
      return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
    let isUstar = text(257, 5) == "ustar"
    let prefix = isUstar ? text(345, 155) : ""
    return prefix.isEmpty ? text(0, 100) : prefix + "/" + text(0, 100)
  }

  /// The path below the directory, or an error for what lies elsewhere.
  private static func inside(_ directory: String, _ name: String) throws(Problem) -> String {
    let parts = Path.components(of: name)
    guard name.utf8.first != UInt8(ascii: "/"), parts.first == directory, !parts.contains("..")
    else {
      throw Problem("its entry \"\(name)\" lies outside its directory \(directory)")
    }
    return parts.dropFirst().filter { $0 != "." }.joined(separator: "/")
  }

  private static func octal(_ header: ArraySlice<UInt8>, _ offset: Int, _ length: Int) -> Int? {
    let start = header.startIndex + offset
    let digits = header[start..<start + length].filter { $0 != 0 && $0 != 32 }
    // A sign is no digit: a size below zero would lead back into the archive.
    guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
      return nil
    }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
