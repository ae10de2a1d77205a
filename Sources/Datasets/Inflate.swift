private import CZlib

/// Unpacks what deflate packed, into memory and never beyond a limit.
package enum Inflate {
  /// What is around the packed bytes.
  package enum Format: Sendable {
    /// A gzip file of one member or more (RFC 1952), checksums included.
    case gzip
    /// Nothing: the bytes of RFC 1951 alone, as a zip archive's entry has them.
    case deflate

    /// zlib's code for it: the window of 2^15 bytes, plus 16 for gzip, negative for no wrapper.
    fileprivate var windowBits: Int32 { self == .gzip ? 15 + 16 : -15 }
  }

  /// Unpacks all of these bytes.
  ///
  /// - Parameter maximumByteCount: More than this is an error, so that a small file can't fill the
  ///   memory.
  package static func decode(
    _ packed: [UInt8], format: Format, maximumByteCount: Int
  ) throws(InflateError) -> [UInt8] {
    // One byte beyond the limit tells that there is more.
    let unpacked = try unpack(packed, format: format, most: maximumByteCount + 1)
    guard unpacked.count <= maximumByteCount else { throw .tooLarge(limit: maximumByteCount) }
    return unpacked
  }

  /// Unpacks the first bytes, as many as asked for or as there are: a header, before the rest is believed.
  package static func beginning(
    of packed: [UInt8], format: Format, byteCount: Int
  ) throws(InflateError) -> [UInt8] {
    try unpack(packed, format: format, most: byteCount)
  }

  /// Unpacks until the data ends or there are so many bytes.
  private static func unpack(
    _ packed: [UInt8], format: Format, most: Int
  ) throws(InflateError) -> [UInt8] {
    var stream = z_stream()
    guard czlib_inflate_init(&stream, format.windowBits) == Z_OK else { throw .outOfMemory }
    defer { inflateEnd(&stream) }
    var unpacked = [UInt8](repeating: 0, count: min(most, max(4 * packed.count, 4096)))
    var (taken, given) = (0, 0)
    while true {
      if given == unpacked.count {
        guard given < most else { return unpacked }
        unpacked += [UInt8](repeating: 0, count: min(most - given, given))
      }
      let status = step(&stream, from: packed, &taken, into: &unpacked, &given)
      switch status {
      case Z_STREAM_END where taken == packed.count:
        unpacked.removeSubrange(given...)
        return unpacked
      case Z_STREAM_END:
        guard format == .gzip else { throw .damaged("bytes follow the end of the data") }
        inflateReset(&stream)
      case Z_OK, Z_BUF_ERROR:
        if taken == packed.count, given < unpacked.count { throw .truncated }
      case Z_MEM_ERROR:
        throw .outOfMemory
      default:
        throw .damaged(stream.msg.map { String(cString: $0) } ?? "the data can't be unpacked")
      }
    }
  }

  /// One call of `inflate` from `packed[taken...]` into `unpacked[given...]`.
  private static func step(
    _ stream: inout z_stream, from packed: [UInt8], _ taken: inout Int,
    into unpacked: inout [UInt8], _ given: inout Int
  ) -> Int32 {
    let input = UInt32(min(packed.count - taken, 1 << 30))
    let output = UInt32(min(unpacked.count - given, 1 << 30))
    let status = packed.withUnsafeBufferPointer { source in
      unpacked.withUnsafeMutableBufferPointer { target in
        // zlib doesn't write through `next_in`; its declaration just lacks the const.
        stream.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + taken) }
        stream.avail_in = input
        stream.next_out = target.baseAddress.map { $0 + given }
        stream.avail_out = output
        defer { (stream.next_in, stream.next_out) = (nil, nil) }
        return inflate(&stream, Z_NO_FLUSH)
      }
    }
    taken += Int(input - stream.avail_in)
    given += Int(output - stream.avail_out)
    return status
  }
}

/// Why packed bytes can't be unpacked.
package enum InflateError: Error, Sendable, Equatable {
  /// The bytes end before the data does.
  case truncated
  /// A checksum or a code is wrong; the detail is zlib's.
  case damaged(String)
  /// The data is longer than the caller expects, in bytes.
  case tooLarge(limit: Int)
  /// zlib couldn't allocate its window.
  case outOfMemory
}

extension InflateError: CustomStringConvertible {
  /// The end of a sentence that begins with the file's name.
  package var description: String {
    switch self {
    case .truncated: "is cut off, its packed data ends too early"
    case .damaged(let detail): "is damaged: \(detail)"
    case .tooLarge(let limit): "unpacks to more than the \(limit) bytes expected"
    case .outOfMemory: "can't be unpacked, there is no memory left"
    }
  }
}
