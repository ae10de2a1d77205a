package import ProtobufWire

extension TensorProto: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(dataType: DataType(rawValue: 0), shape: [], scalars: .bytes([]))
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .varint): dataType = DataType(rawValue: try decoder.integer())
      case (2, .lengthDelimited): shape += try decoder.message(Shape.self).lengths
      case (4, .lengthDelimited):
        let bytes = try decoder.byteArray()
        // Only the form that holds something counts.
        if !bytes.isEmpty { scalars = .bytes(bytes) }
      case (5, .lengthDelimited), (5, .fixed32), (9, .lengthDelimited), (9, .fixed32):
        var values: [Float] = []
        if case .floats(let before) = scalars { values = before }
        scalars = .bytes([])
        try decoder.appendFloats(to: &values, field)
        scalars = .floats(values)
      case (6, .lengthDelimited), (6, .fixed64), (12, .lengthDelimited), (12, .fixed64):
        var values: [Double] = []
        if case .doubles(let before) = scalars { values = before }
        scalars = .bytes([])
        try decoder.appendDoubles(to: &values, field)
        scalars = .doubles(values)
      case (7, .lengthDelimited), (7, .varint), (10, .lengthDelimited), (10, .varint),
        (11, .lengthDelimited), (11, .varint), (13, .lengthDelimited), (13, .varint),
        (16, .lengthDelimited), (16, .varint), (17, .lengthDelimited), (17, .varint):
        var values: [Int64] = []
        if case .integers(let before) = scalars { values = before }
        scalars = .bytes([])
        try decoder.appendIntegers(to: &values, field)
        scalars = .integers(values)
      case (8, .lengthDelimited):
        var values: [[UInt8]] = []
        if case .strings(let before) = scalars { values = before }
        scalars = .bytes([])
        values.append(try decoder.byteArray())
        scalars = .strings(values)
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if dataType.rawValue != 0 { encoder.encode(dataType.rawValue, field: 1) }
    encoder.encode(Shape(lengths: shape), field: 2)
    switch scalars {
    case .bytes(let bytes): if !bytes.isEmpty { encoder.encode(bytes, field: 4) }
    case .floats(let values):
      encoder.encode(packed: values, field: dataType == .complex64 ? 9 : 5)
    case .doubles(let values):
      encoder.encode(packed: values, field: dataType == .complex128 ? 12 : 6)
    case .integers(let values): encoder.encode(packed: values, field: integerField)
    case .strings(let values): for value in values { encoder.encode(value, field: 8) }
    }
  }

  /// The field that holds integers of the type.
  private var integerField: Int {
    switch dataType {
    case .int64: 10
    case .bool: 11
    case .half, .bfloat16: 13
    case .uint32: 16
    case .uint64: 17
    default: 7
    }
  }

  /// The lengths of dimensions; their names are of no use here.
  private struct Shape: WireMessage {
    var lengths: [Int] = []

    init(lengths: [Int]) { self.lengths = lengths }

    init(from decoder: inout WireDecoder) throws(WireError) {
      while let field = try decoder.nextField() {
        switch (field.number, field.type) {
        case (2, .lengthDelimited): lengths.append(try decoder.message(Dimension.self).length)
        default: try decoder.skip(field)
        }
      }
    }

    func encode(into encoder: inout WireEncoder) {
      for length in lengths { encoder.encode(Dimension(length: length), field: 2) }
    }
  }

  private struct Dimension: WireMessage {
    var length = 0

    init(length: Int) { self.length = length }

    init(from decoder: inout WireDecoder) throws(WireError) {
      while let field = try decoder.nextField() {
        switch (field.number, field.type) {
        case (1, .varint): length = try decoder.integer()
        default: try decoder.skip(field)
        }
      }
    }

    func encode(into encoder: inout WireEncoder) {
      if length != 0 { encoder.encode(length, field: 1) }
    }
  }
}
