import CheckedArithmetic
import Images

/// A file of bytes with dimensions, as MNIST comes: two zeros, a type (8 is unsigned bytes), the
/// number of dimensions, each dimension as four bytes, high byte first; then the bytes.
///
/// - Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
struct IDXFile {
  let path: String
  let dimensions: [Int]
  private let bytes: [UInt8]
  private let headerSize: Int

  /// What an unpacked file may take, in bytes: some twenty times MNIST.
  private static let maximumByteCount = 1 << 30
  /// How many times its packed size: MNIST's images unpack to five times theirs, its labels to twice.
  private static let maximumRatio = 128
  /// What any file may unpack to, in bytes: labels in order, or blank images, pack tightly.
  private static let freeByteCount = 4 << 20

  /// The bytes after the header, `dimensions` in row-major order.
  var elements: ArraySlice<UInt8> { bytes[headerSize...] }

  /// Reads a file, unpacking it when its name ends in `.gz`: first its header, and the rest only if that
  /// claims no more than so small a file can hold.
  init(_ name: String, of directory: DataDirectory, rank: Int) throws(DatasetError) {
    let stored = try directory.contents(of: name)
    let path = directory.path(of: name)
    let isPacked = name.hasSuffix(".gz")
    let headerSize = 4 + 4 * rank
    let head = try Self.telling(path) { () throws(InflateError) in
      isPacked
        ? try Inflate.beginning(of: stored, format: .gzip, byteCount: headerSize)
        : Array(stored.prefix(headerSize))
    }
    guard head.count == headerSize else {
      throw .malformed(
        path: path, found: "has \(head.count) bytes", expected: "an IDX header of \(headerSize)")
    }
    guard head[..<4].elementsEqual([0, 0, 8, UInt8(rank)]) else {
      let found = head[..<4].map(String.init).joined(separator: " ")
      throw .malformed(
        path: path, found: "begins with the bytes \(found)",
        expected: "0 0 8 \(rank), an IDX file of bytes in \(rank) dimension\(rank == 1 ? "" : "s")")
    }
    let dimensions = (0..<rank).map { dimension in
      head[4 + 4 * dimension..<8 + 4 * dimension].reduce(0) { $0 << 8 | Int($1) }
    }
    let sizes = dimensions.map(String.init).joined(separator: "x")
    let count = dimensions.checkedProduct
    guard count != 0 else {
      throw .malformed(path: path, found: "promises \(sizes)", expected: "one element or more")
    }
    var bytes = stored
    if isPacked {
      let budget = min(
        max(stored.count * Self.maximumRatio, Self.freeByteCount), Self.maximumByteCount)
      guard let count, count <= budget else {
        throw .malformed(
          path: path, found: "promises \(sizes) in \(stored.count) packed bytes",
          expected: "at most \(budget) bytes of so few")
      }
      bytes = try Self.telling(path) { () throws(InflateError) in
        try Inflate.decode(stored, format: .gzip, maximumByteCount: headerSize + count)
      }
    }
    guard count == bytes.count - headerSize else {
      throw .malformed(
        path: path, found: "has \(bytes.count - headerSize) bytes after its header",
        expected: "the \(sizes) it promises")
    }
    self.path = path
    self.dimensions = dimensions
    self.bytes = bytes
    self.headerSize = headerSize
  }
  private static func telling<Result>(
    _ path: String, _ body: () throws(InflateError) -> Result
  ) throws(DatasetError) -> Result {
    do { return try body() } catch {
      throw .malformed(path: path, found: "\(error)", expected: "a whole gzip file")
    }
  }
}
