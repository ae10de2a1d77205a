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

  /// The bytes after the header, `dimensions` in row-major order.
  var elements: ArraySlice<UInt8> { bytes[headerSize...] }

  /// Reads a file, unpacking it when its name ends in `.gz`.
  init(_ name: String, of folder: Folder, rank: Int) throws(DatasetError) {
    var bytes = try folder.contents(of: name)
    let path = folder.path(of: name)
    if name.hasSuffix(".gz") {
      do throws(InflateError) {
        bytes = try Inflate.decode(bytes, format: .gzip, maximumByteCount: Self.maximumByteCount)
      } catch {
        throw .malformed(path: path, found: "\(error)", expected: "a whole gzip file")
      }
    }
    let headerSize = 4 + 4 * rank
    guard bytes.count >= headerSize else {
      throw .malformed(
        path: path, found: "has \(bytes.count) bytes", expected: "an IDX header of \(headerSize)")
    }
    guard Array(bytes[..<4]) == [0, 0, 8, UInt8(rank)] else {
      let found = bytes[..<4].map(String.init).joined(separator: " ")
      throw .malformed(
        path: path, found: "begins with the bytes \(found)",
        expected: "0 0 8 \(rank), an IDX file of bytes in \(rank) dimension\(rank == 1 ? "" : "s")")
    }
    let dimensions = (0..<rank).map { dimension in
      bytes[4 + 4 * dimension..<8 + 4 * dimension].reduce(0) { $0 << 8 | Int($1) }
    }
    let count = dimensions.checkedProduct
    let sizes = dimensions.map(String.init).joined(separator: "x")
    guard count == bytes.count - headerSize, count != 0 else {
      throw .malformed(
        path: path, found: "has \(bytes.count - headerSize) bytes after its header",
        expected: count != 0 ? "the \(sizes) it promises" : "more than \(sizes)")
    }
    self.path = path
    self.dimensions = dimensions
    self.bytes = bytes
    self.headerSize = headerSize
  }
}
