private import Files
public import Tensors

/// A safetensors file: named tensors, and metadata in strings.
///
/// Opening one reads and checks its header; a tensor's numbers are read when they are asked for, so
/// a large file costs no more memory than what is taken from it. Nothing the header says is
/// believed: every byte of the data must belong to exactly one tensor and lie inside the file.
///
/// - Formats read: F32, and F64, F16 and BF16 converted. Written: F32. Numbers are little-endian.
/// - Source: https://github.com/huggingface/safetensors (README, "Format").
public struct SafetensorsFile: Sendable {
  /// What the header says of one tensor.
  public struct Entry: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its numbers' type in the format's words, `F32` say.
    public let type: String
    /// The length of each dimension.
    public let shape: [Int]
    /// Where its bytes are, counted from the end of the header.
    public let bytes: Range<Int>
  }

  /// Where the file is.
  public let path: String
  /// The tensors, in the order of their bytes.
  public let entries: [Entry]
  /// The strings of `__metadata__`.
  public let metadata: [String: String]
  private let placeByName: [String: Int]
  private let file: OpenFile
  private let dataStart: Int

  /// The longest header the format allows, in bytes.
  static let longestHeader = 100_000_000

  /// Opens a file and checks its header.
  ///
  /// - Throws: `SafetensorsError` when it can't be read or its header isn't true.
  public init(path: String) throws {
    do {
      let file = try OpenFile(reading: path)
      let header = try Self.header(of: file)
      dataStart = 8 + header.count
      var parser = SafetensorsHeaderParser(bytes: header, start: 8)
      let (tensors, metadata) = try parser.parse()
      entries = try Self.checked(tensors, available: file.size - dataStart)
      placeByName = Dictionary(
        uniqueKeysWithValues: entries.enumerated().map { ($0.element.name, $0.offset) })
      self.metadata = metadata
      self.path = path
      self.file = file
    } catch let failure as FileError {
      throw SafetensorsError(path, .system(failure.reason))
    } catch let wrapped as SafetensorsHeaderParser.Wrapped {
      throw SafetensorsError(path, wrapped.problem)
    }
  }

  /// The shape of each tensor.
  var shapes: [String: [Int]] { placeByName.mapValues { entries[$0].shape } }

  /// The entry of a name.
  public func entry(named name: String) -> Entry? { placeByName[name].map { entries[$0] } }

  /// Reads one tensor.
  ///
  /// - Throws: `SafetensorsError` when there is none of that name, its numbers aren't
  ///   floating-point ones, or the file can't be read.
  public func tensor(named name: String) throws -> Tensor {
    guard let entry = entry(named: name) else {
      throw SafetensorsError(path, .noSuchTensor(name))
    }
    guard let type = SafetensorsType(rawValue: entry.type), let widen = type.widen else {
      throw SafetensorsError(path, .notFloatingPoint(tensor: name, type: entry.type))
    }
    do {
      return try Tensor(uninitializedShape: entry.shape) { scalars in
        let offset = dataStart + entry.bytes.lowerBound
        if type == .f32 {
          try file.fill(UnsafeMutableRawBufferPointer(scalars), at: offset)
        } else {
          try readInPieces(to: scalars, offset: offset, bytesEach: type.byteCount, widen)
        }
      }
    } catch let failure as FileError {
      throw SafetensorsError(path, .system(failure.reason))
    }
  }

  /// Reads every tensor, in the order of `entries`.
  public func tensors() throws -> NamedTensors {
    var result = NamedTensors()
    for entry in entries { result[entry.name] = try tensor(named: entry.name) }
    return result
  }

  /// Converts a megabyte at a time, so that a narrow tensor isn't held twice.
  private func readInPieces(
    to scalars: UnsafeMutableBufferPointer<Float>, offset: Int, bytesEach: Int,
    _ widen: (UnsafeRawBufferPointer, Int) -> Float
  ) throws(FileError) {
    let piece = (1 << 20) / bytesEach
    var done = 0
    while done < scalars.count {
      let count = min(piece, scalars.count - done)
      let bytes = try file.bytes(at: offset + done * bytesEach, count: count * bytesEach)
      bytes.withUnsafeBytes { bytes in
        for index in 0..<count {
          scalars.initializeElement(at: done + index, to: widen(bytes, index * bytesEach))
        }
      }
      done += count
    }
  }

  private static func header(of file: OpenFile) throws -> [UInt8] {
    guard file.size >= 8 else {
      throw SafetensorsHeaderParser.Wrapped(.tooShort(size: file.size))
    }
    let length = try file.bytes(at: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    // Most other files' first bytes, read as a length, say more than this.
    guard length <= UInt64(longestHeader) else {
      throw SafetensorsHeaderParser.Wrapped(.headerTooLong(headerLength: length))
    }
    guard length <= UInt64(file.size - 8) else {
      throw SafetensorsHeaderParser.Wrapped(
        .headerBeyondFile(headerLength: length, fileSize: file.size))
    }
    return try file.bytes(at: 8, count: Int(length))
  }

  /// The entries in the order of their bytes, each checked against its shape, its neighbours and
  /// the file.
  private static func checked(
    _ tensors: [SafetensorsHeaderParser.Tensor], available: Int
  ) throws(SafetensorsHeaderParser.Wrapped) -> [Entry] {
    typealias Wrapped = SafetensorsHeaderParser.Wrapped
    var entries: [Entry] = []
    for tensor in tensors {
      guard let type = SafetensorsType(rawValue: tensor.type) else {
        throw Wrapped(.unknownType(tensor: tensor.name, type: tensor.type))
      }
      guard let needed = type.byteCount(ofShape: tensor.shape) else {
        throw Wrapped(.shapeTooLarge(tensor: tensor.name, shape: tensor.shape))
      }
      guard tensor.begin <= tensor.end else {
        throw Wrapped(.backwards(tensor: tensor.name, begin: tensor.begin, end: tensor.end))
      }
      let range = tensor.begin..<tensor.end
      guard range.count == needed else {
        throw Wrapped(
          .wrongSize(
            tensor: tensor.name, shape: tensor.shape, type: tensor.type, needed: needed,
            given: range.count))
      }
      guard range.upperBound <= available else {
        throw Wrapped(.outsideFile(tensor: tensor.name, range: range, available: available))
      }
      entries.append(
        Entry(name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: range))
    }
    entries.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    var end = 0
    var previous = ""
    for entry in entries {
      if entry.bytes.lowerBound > end { throw Wrapped(.hole(end..<entry.bytes.lowerBound)) }
      if entry.bytes.lowerBound < end {
        throw Wrapped(.overlap(tensor: entry.name, other: previous))
      }
      end = entry.bytes.upperBound
      previous = entry.name
    }
    if end < available { throw Wrapped(.hole(end..<available)) }
    return entries
  }
}
