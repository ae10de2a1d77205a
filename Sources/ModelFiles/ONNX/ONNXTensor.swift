import Files
import Tensors

/// A tensor of an ONNX model: its shape, and where its numbers lie.
///
/// - Source: https://github.com/onnx/onnx, `onnx/onnx.proto`, message `TensorProto`.
struct ONNXTensor: Sendable {
  /// The numbers' place.
  enum Storage: Sendable {
    /// In the model's file: `raw_data`, or the packed field of the type, piece by piece.
    case inside([Range<Int>])
    /// In a file beside it; without a length, as many bytes as the shape needs.
    case external(location: String, offset: Int, length: Int?)
    /// Varints in the model's file, piece by piece: `int32_data` or `int64_data`.
    case varints([WireFile.Field])
  }

  var name = ""
  var shape: [Int] = []
  /// `TensorProto.DataType`.
  var type = 0
  var storage = Storage.inside([])

  /// The types that are read, by their numbers.
  static let types: [Int: SafetensorsType] = [
    1: .f32, 2: .u8, 3: .i8, 6: .i32, 7: .i64, 9: .bool, 10: .f16, 11: .f64, 16: .bf16,
  ]

  /// The numbers' type.
  ///
  /// - Throws: `ONNXProblem.badTensor` for types that aren't read.
  func numberType() throws(ONNXProblem) -> SafetensorsType {
    guard let known = Self.types[type] else {
      throw .badTensor(name, "has numbers of type \(type), which isn't read")
    }
    return known
  }

  /// Whether its numbers are whole.
  var isInteger: Bool { [2, 3, 6, 7, 9].contains(type) }

  /// How many numbers there are.
  ///
  /// - Throws: `ONNXProblem.badTensor` for a shape that no memory holds.
  func count() throws(ONNXProblem) -> Int { try byteCount() / numberType().byteCount }

  /// The bytes that the numbers take in `raw_data`.
  func byteCount() throws(ONNXProblem) -> Int {
    guard shape.count <= 8, shape.allSatisfy({ $0 >= 0 }),
      let bytes = try numberType().byteCount(ofShape: shape), bytes <= 1 << 40
    else { throw .badTensor(name, "has the impossible shape \(shape)") }
    return bytes
  }
}

/// Reads the numbers of a model's tensors from its file and from those beside it.
struct ONNXTensorReader: Sendable {
  private var model: WireFile
  private let directory: ExternalDirectory

  init(_ model: WireFile, directory: ExternalDirectory) {
    self.model = model
    self.directory = directory
  }

  /// Checks that the numbers are where the tensor says, and as many as its shape needs.
  ///
  /// - Throws: `ONNXProblem`.
  mutating func check(_ tensor: ONNXTensor) throws {
    let needed = try tensor.byteCount()
    switch tensor.storage {
    case .inside(let pieces):
      let given = pieces.reduce(0) { $0 + $1.count }
      guard given == needed else {
        throw ONNXProblem.badTensor(
          tensor.name, "of shape \(tensor.shape) needs \(needed) bytes, but has \(given)")
      }
      let width = try tensor.numberType().byteCount
      guard pieces.allSatisfy({ $0.count.isMultiple(of: width) }) else {
        throw ONNXProblem.badTensor(
          tensor.name, "comes in pieces that don't hold whole numbers of \(width) bytes")
      }
    case .external(let location, let offset, let length):
      let file = try directory.open(location, for: tensor.name)
      guard length ?? needed == needed else {
        throw ONNXProblem.badTensor(
          tensor.name,
          "of shape \(tensor.shape) needs \(needed) bytes, but has \(length ?? 0) in \(location)")
      }
      guard offset <= file.size, needed <= file.size - offset else {
        throw ONNXProblem.badTensor(
          tensor.name,
          """
          should lie at bytes \(offset) to \(offset.addingReportingOverflow(needed).partialValue) \
          of \(location), which holds only \(file.size)
          """)
      }
    case .varints(let fields):
      let bytes = fields.reduce(0) { $0 + $1.value.count }
      let count = try tensor.count()
      guard count <= bytes, bytes <= count.multipliedReportingOverflow(by: 10).partialValue else {
        throw ONNXProblem.badTensor(
          tensor.name, "of shape \(tensor.shape) holds \(count) numbers, but has \(bytes) bytes")
      }
    }
  }

  /// The numbers as a tensor of its shape.
  mutating func floats(_ tensor: ONNXTensor) throws -> Tensor {
    try check(tensor)
    let type = try tensor.numberType()
    guard !tensor.isInteger else {
      throw ONNXProblem.badTensor(tensor.name, "holds whole numbers, not weights")
    }
    if case .varints = tensor.storage {
      // Half precision, its bits in whole numbers.
      let bits = try varints(tensor)
      return Tensor(
        shape: tensor.shape,
        scalars: bits.map { bits in
          type == .f16
            ? SafetensorsType.float(half: UInt16(truncatingIfNeeded: bits))
            : Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: bits)) << 16)
        })
    }
    guard let widen = type.widen else {
      throw ONNXProblem.badTensor(tensor.name, "has numbers of type \(tensor.type)")
    }
    let (file, pieces) = try place(of: tensor)
    let width = type.byteCount
    return try Tensor(uninitializedShape: tensor.shape) { scalars in
      var done = 0
      for piece in pieces {
        if type == .f32 {
          let part = UnsafeMutableBufferPointer(
            rebasing: scalars[done..<done + piece.count / width])
          try file.fill(UnsafeMutableRawBufferPointer(part), at: piece.lowerBound)
          done += part.count
          continue
        }
        // A megabyte at a time, so that a narrow tensor isn't held twice.
        for start in stride(from: piece.lowerBound, to: piece.upperBound, by: 1 << 20) {
          let bytes = try file.bytes(at: start, count: min(1 << 20, piece.upperBound - start))
          bytes.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count, by: width) {
              scalars.initializeElement(at: done, to: widen(bytes, offset))
              done += 1
            }
          }
        }
      }
    }
  }

  /// Whole numbers, of which there are few: shapes and axes.
  mutating func integers(_ tensor: ONNXTensor) throws -> [Int] {
    try check(tensor)
    guard tensor.isInteger, try tensor.count() <= Self.mostIntegers else {
      throw ONNXProblem.badTensor(tensor.name, "isn't a shape or a list of axes")
    }
    if case .varints = tensor.storage { return try varints(tensor) }
    let (file, pieces) = try place(of: tensor)
    let width = try tensor.numberType().byteCount
    var values: [Int] = []
    for piece in pieces {
      let bytes = try file.bytes(at: piece.lowerBound, count: piece.count)
      for start in stride(from: 0, to: bytes.count, by: width) {
        let bits = bytes[start..<start + width].reversed().reduce(UInt64(0)) {
          $0 << 8 | UInt64($1)
        }
        switch width {
        case 8: values.append(Int(truncatingIfNeeded: Int64(bitPattern: bits)))
        case 4: values.append(Int(Int32(truncatingIfNeeded: bits)))
        default:
          values.append(
            tensor.type == 3 ? Int(Int8(truncatingIfNeeded: bits)) : Int(truncatingIfNeeded: bits))
        }
      }
    }
    return values
  }

  /// More whole numbers than this are no shape.
  static let mostIntegers = 1 << 16

  private mutating func varints(_ tensor: ONNXTensor) throws -> [Int] {
    guard case .varints(let fields) = tensor.storage else { return [] }
    let count = try tensor.count()
    var values: [Int] = []
    for field in fields { values += try model.integers(field, most: count - values.count) }
    guard values.count == count else {
      throw ONNXProblem.badTensor(
        tensor.name, "of shape \(tensor.shape) has \(values.count) numbers")
    }
    return values
  }

  private func place(of tensor: ONNXTensor) throws -> (OpenFile, [Range<Int>]) {
    switch tensor.storage {
    case .inside(let pieces): return (model.file, pieces)
    case .external(let location, let offset, _):
      return (
        try directory.open(location, for: tensor.name), [offset..<offset + (try tensor.byteCount())]
      )
    case .varints: return (model.file, [])
    }
  }
}
