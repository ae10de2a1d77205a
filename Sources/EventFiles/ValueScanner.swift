package import ProtobufWire

/// A value of an event, still packed. Its memory is valid only while it is handed over.
package struct PackedValue {
  package var tag = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The metadata, if there is any.
  package var metadata: UnsafeRawBufferPointer?
  /// Which field holds the value: 2 a number, 4 an image, 5 a histogram, 6 a sound, 8 a tensor.
  package var field: UInt32 = 0
  /// The bits of a number.
  package var bits: UInt32 = 0
  /// The value's message.
  package var content = UnsafeRawBufferPointer(start: nil, count: 0)

  @inlinable package init() {}
}

/// What an event holds, still packed. Its memory is valid only while it is handed over.
package struct PackedEvent {
  package var wallTime = 0.0
  package var step = 0
  package var fileVersion: UnsafeRawBufferPointer?
  package var summary: UnsafeRawBufferPointer?
  package var sessionLog: UnsafeRawBufferPointer?
  /// A graph's bytes.
  package var graph: UnsafeRawBufferPointer?
  /// A message `TaggedRunMetadata`.
  package var runMetadata: UnsafeRawBufferPointer?

  /// Nil if the bytes aren't an event.
  @inlinable @inline(__always)
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard var cursor = WireCursor(bytes) else { return }
    while let key = cursor.nextKey() {
      switch key {
      case 0: return
      case 1 << 3 | 1:
        guard let bits = cursor.fixed64() else { return nil }
        wallTime = Double(bitPattern: bits)
      case 2 << 3:
        guard let value = cursor.varint() else { return nil }
        step = Int(truncatingIfNeeded: value)
      case 3 << 3 | 2:
        guard let text = cursor.bytes() else { return nil }
        fileVersion = text
      case 5 << 3 | 2:
        guard let message = cursor.bytes() else { return nil }
        summary = message
      case 7 << 3 | 2:
        guard let message = cursor.bytes() else { return nil }
        sessionLog = message
      case 4 << 3 | 2:
        guard let message = cursor.bytes() else { return nil }
        graph = message
      case 8 << 3 | 2:
        guard let message = cursor.bytes() else { return nil }
        runMetadata = message
      default: guard cursor.skip(key) else { return nil }
      }
    }
    return nil
  }
}

/// Goes through the values of a summary.
package struct PackedValues {
  @usableFromInline var cursor: WireCursor?
  /// The message of the last value.
  package var message = UnsafeRawBufferPointer(start: nil, count: 0)

  @inlinable package init(_ summary: UnsafeRawBufferPointer) { cursor = WireCursor(summary) }

  package enum Step {
    case value(PackedValue)
    case end
    case malformed
  }

  /// The next value.
  @inlinable @inline(__always)
  package mutating func next() -> Step {
    while let key = cursor?.nextKey() {
      switch key {
      case 0: return .end
      case 1 << 3 | 2:
        guard let bytes = cursor?.bytes(), let value = Self.value(bytes) else { return .malformed }
        message = bytes
        return .value(value)
      default: guard cursor?.skip(key) == true else { return .malformed }
      }
    }
    return cursor == nil ? .end : .malformed
  }

  @inlinable @inline(__always)
  static func value(_ bytes: UnsafeRawBufferPointer) -> PackedValue? {
    var value = PackedValue()
    guard var cursor = WireCursor(bytes) else { return value }
    while let key = cursor.nextKey() {
      switch key {
      case 0: return value
      case 1 << 3 | 2:
        guard let tag = cursor.bytes() else { return nil }
        value.tag = tag
      case 2 << 3 | 5:
        guard let bits = cursor.fixed32() else { return nil }
        value.bits = bits
        value.field = 2
      case 4 << 3 | 2, 5 << 3 | 2, 6 << 3 | 2, 8 << 3 | 2:
        guard let content = cursor.bytes() else { return nil }
        value.content = content
        value.field = key >> 3
      case 9 << 3 | 2:
        guard let metadata = cursor.bytes() else { return nil }
        value.metadata = metadata
      default: guard cursor.skip(key) else { return nil }
      }
    }
    return nil
  }
}

extension PackedValue {
  /// The number in a tensor of one scalar, and whether it is of 32 bits; nil for other tensors.
  package func tensorScalar() -> (value: Double, isSingle: Bool)? {
    guard var cursor = WireCursor(content) else { return nil }
    var type: UInt64 = 0
    var number: Double?
    var isCommon = true
    while let key = cursor.nextKey(), key != 0, isCommon {
      switch key {
      case 1 << 3: type = cursor.varint() ?? 0
      case 4 << 3 | 2:
        guard let bytes = cursor.bytes() else { return nil }
        switch (type, bytes.count) {
        case (1, 4):
          number = Double(
            Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))))
        case (2, 8):
          number = Double(
            bitPattern: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
        default: isCommon = false
        }
      case 5 << 3 | 5 where type == 1 && number == nil:
        guard let bits = cursor.fixed32() else { return nil }
        number = Double(Float(bitPattern: bits))
      case 6 << 3 | 1 where type == 2 && number == nil:
        guard let bits = cursor.fixed64() else { return nil }
        number = Double(bitPattern: bits)
      case 2 << 3 | 2:
        // Shapes of single values are empty, or all ones.
        guard let shape = cursor.bytes() else { return nil }
        if !shape.isEmpty { isCommon = false }
      case 5 << 3 | 2 where type == 1:
        guard let bytes = cursor.bytes(), bytes.count == 4 else { return uncommonScalar() }
        number = Double(
          Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))))
      default: guard cursor.skip(key) else { return nil }
      }
    }
    if isCommon, let number, type == 1 || type == 2 { return (number, type == 1) }
    return uncommonScalar()
  }

  /// The same for any numeric type and form.
  private func uncommonScalar() -> (value: Double, isSingle: Bool)? {
    var decoder = WireDecoder(Array(content))
    guard let tensor = try? TensorProto(from: &decoder), let numbers = tensor.numbers,
      let number = numbers.first, tensor.count == 1
    else { return nil }
    return (number, tensor.dataType == .float)
  }
}
