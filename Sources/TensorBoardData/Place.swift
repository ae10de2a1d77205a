internal import EventFiles
internal import ProtobufWire

/// Where a tensor or a sequence of blobs lies, and what was seen of it.
struct Place: Sendable {
  /// What lies there.
  enum Form: UInt8, Sendable {
    /// Nothing: a value that is its metadata alone.
    case none
    /// A message `Summary.Value`.
    case value
    /// A serialized graph.
    case graph
    /// A message `TaggedRunMetadata`.
    case runMetadata
  }

  /// Where it begins in the file, in bytes.
  var offset = 0
  /// The file's position in the run's list.
  var file: Int32 = 0
  /// Its size in bytes.
  var byteCount: Int32 = 0
  /// How many blobs or tensors it holds; nil where it isn't of the series' kind.
  var count: Int32?
  var form = Form.none
  /// Where the checksum of its record wasn't checked: how many bytes of that stand before it; 0 otherwise.
  var lead: UInt16 = 0
}

extension PackedValue {
  /// How many tensors there are in a value of a series of tensors: one, or nil for another kind.
  var tensorCount: Int32? {
    switch field {
    case 0, 8: return 1
    case 5:
      // Edges and counts go together.
      guard let edges = doubleCount(6), let counts = doubleCount(7) else { return nil }
      return edges == counts ? 1 : nil
    default: return nil
    }
  }

  /// How many blobs there are in a value of a series of blobs; nil for another kind.
  func blobCount(plugin: String) -> Int32? {
    switch field {
    // Width and height, as text, stand before the image.
    case 4: return 3
    case 6: return 1
    case 8: break
    default: return nil
    }
    guard let (shape, count) = strings() else { return nil }
    return Self.blobCount(shape, count, plugin: plugin)
  }

  /// How many blobs a tensor of strings holds.
  static func blobCount(_ shape: [UInt64], _ count: Int32, plugin: String) -> Int32? {
    switch shape.count {
    case 1: return count
    // Sounds, each with a label.
    case 2 where shape[1] == 2 && plugin == "audio": return count / 2
    case 0 where count == 1 && SummaryMetadata.graphPlugins.contains(plugin): return 1
    default: return nil
    }
  }

  /// The shape of a tensor of strings, and how many there are; nil for another one.
  private func strings() -> (shape: [UInt64], count: Int32)? {
    guard var cursor = WireCursor(content) else { return nil }
    var isString = false
    var shape: [UInt64] = []
    var count: Int32 = 0
    while let key = cursor.nextKey() {
      switch key {
      case 0: return isString ? (shape, count) : nil
      case 1 << 3: isString = cursor.varint() == 7
      case 2 << 3 | 2:
        guard let message = cursor.bytes(), let lengths = Self.lengths(message) else { return nil }
        shape += lengths
      case 8 << 3 | 2:
        guard cursor.bytes() != nil else { return nil }
        count += 1
      default: guard cursor.skip(key) else { return nil }
      }
    }
    return nil
  }

  /// The lengths in a message `TensorShapeProto`.
  static func lengths(_ shape: UnsafeRawBufferPointer) -> [UInt64]? {
    guard var cursor = WireCursor(shape) else { return [] }
    var lengths: [UInt64] = []
    while let key = cursor.nextKey(), key != 0 {
      guard key == 2 << 3 | 2 else {
        guard cursor.skip(key) else { return nil }
        continue
      }
      guard let dimension = cursor.bytes() else { return nil }
      var inner = WireCursor(dimension)
      var length: UInt64 = 0
      while let key = inner?.nextKey(), key != 0 {
        if key == 1 << 3 { length = inner?.varint() ?? 0 } else { _ = inner?.skip(key) }
      }
      lengths.append(length)
    }
    return lengths
  }

  /// How many doubles a repeated field of the content holds.
  private func doubleCount(_ number: UInt32) -> Int? {
    var cursor = WireCursor(content)
    var count = 0
    while let key = cursor?.nextKey(), key != 0 {
      if key == number << 3 | 2 {
        guard let bytes = cursor?.bytes() else { return nil }
        count += bytes.count / 8
      } else {
        if key == number << 3 | 1 { count += 1 }
        guard cursor?.skip(key) == true else { return nil }
      }
    }
    return count
  }
}

extension PackedValue {
  /// The number in a value of a series of scalars; nil for another kind.
  var scalar: Float? {
    field == 2 ? Float(bitPattern: bits) : field == 8 ? tensorScalar().map { Float($0.value) } : nil
  }
}

extension PackedEvent {
  /// The tag in the message `TaggedRunMetadata`; nil if that isn't one.
  var runMetadataTag: UnsafeRawBufferPointer? {
    var cursor = runMetadata.flatMap { WireCursor($0) }
    var tag = UnsafeRawBufferPointer(start: nil, count: 0)
    while let key = cursor?.nextKey() {
      if key == 0 { return tag }
      if key == 1 << 3 | 2 {
        guard let bytes = cursor?.bytes() else { return nil }
        tag = bytes
      } else if cursor?.skip(key) != true {
        return nil
      }
    }
    // An empty message has an empty tag.
    return cursor == nil ? tag : nil
  }
}
