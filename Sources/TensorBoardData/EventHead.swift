internal import EventFiles
internal import ProtobufWire

/// What the first bytes of a long event say, where it holds one value, whose content is most of it.
///
/// Images and sounds are passed over so: of a large log directory they are almost all. Nothing here is
/// checked by the record's checksum; that is done when the value is asked for.
struct EventHead {
  private(set) var wallTime = 0.0
  private(set) var step = 0
  private(set) var tag = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Which field holds the content: 4 an image, 6 a sound, 8 a tensor.
  private(set) var field: UInt32 = 0
  /// Where the value's message begins, in bytes from the start of the event. It goes on to the end.
  private(set) var valueOffset = 0
  /// Whether the content goes on to the end, too: no metadata can follow.
  private(set) var isContentLast = false
  /// For strings: how many there are, and the tensor's shape.
  private var strings: (shape: [UInt64], count: Int32)?

  /// Nil where it isn't as simple as that.
  ///
  /// - Parameter length: Bytes of the whole event.
  init?(_ bytes: UnsafeRawBufferPointer, length: Int) {
    guard let start = bytes.baseAddress, var cursor = WireCursor(bytes) else { return nil }
    /// Where a field ends whose length is read, in bytes from the start of the event.
    func end(_ cursor: inout WireCursor) -> Int? {
      cursor.varint().flatMap { Int(exactly: $0) }.map { (cursor.place - start) &+ $0 }
    }
    // The event: the summary is its last field.
    summary: while true {
      switch cursor.nextKey() {
      case 1 << 3 | 1:
        guard let bits = cursor.fixed64() else { return nil }
        wallTime = Double(bitPattern: bits)
      case 2 << 3:
        guard let value = cursor.varint() else { return nil }
        step = Int(truncatingIfNeeded: value)
      case 5 << 3 | 2:
        guard end(&cursor) == length else { return nil }
        break summary
      default: return nil
      }
    }
    // The summary: one value.
    guard cursor.nextKey() == 1 << 3 | 2, end(&cursor) == length else { return nil }
    valueOffset = cursor.place - start
    // The value: its tag, then the content.
    var hasTag = false
    while true {
      switch cursor.nextKey() {
      case 1 << 3 | 2:
        guard let bytes = cursor.bytes() else { return nil }
        (tag, hasTag) = (bytes, true)
      case .some(let key) where key == 4 << 3 | 2 || key == 6 << 3 | 2 || key == 8 << 3 | 2:
        guard hasTag, let contentEnd = end(&cursor), contentEnd <= length else { return nil }
        field = key >> 3
        isContentLast = contentEnd == length
        guard take(&cursor, to: contentEnd, end) else { return nil }
        return
      default: return nil
      }
    }
  }

  /// Goes through the content, as far as it is there; false where it isn't understood.
  private mutating func take(
    _ cursor: inout WireCursor, to contentEnd: Int, _ end: (inout WireCursor) -> Int?
  ) -> Bool {
    guard field != 6 else { return true }
    var isString = false
    var shape: [UInt64] = []
    var count: Int32 = 0
    while let key = cursor.nextKey(), key != 0 {
      switch (field, key) {
      // The encoded image; of a tensor's strings, the last.
      case (4, 4 << 3 | 2): return end(&cursor) == contentEnd
      case (8, 8 << 3 | 2):
        count += 1
        var behind = cursor
        if end(&behind) == contentEnd {
          if isString { strings = (shape, count) }
          return true
        }
        guard cursor.bytes() != nil else { return false }
      case (8, 1 << 3):
        guard let type = cursor.varint() else { return false }
        isString = type == 7
      case (8, 2 << 3 | 2):
        guard let message = cursor.bytes(), let lengths = PackedValue.lengths(message) else {
          return false
        }
        shape += lengths
      // Numbers, in one piece.
      case (8, _) where key & 7 == 2:
        return end(&cursor) == contentEnd
      default: guard cursor.skip(key) else { return false }
      }
    }
    return false
  }

  /// How many tensors there are in it, for a series of tensors.
  var tensorCount: Int32? { field == 8 ? 1 : nil }

  /// How many blobs there are in it, for a series of blobs.
  func blobCount(plugin: String) -> Int32? {
    switch field {
    case 4: 3
    case 6: 1
    default: strings.flatMap { PackedValue.blobCount($0.shape, $0.count, plugin: plugin) }
    }
  }
}
