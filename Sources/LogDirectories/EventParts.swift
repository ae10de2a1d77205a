internal import EventFiles
internal import ProtobufWire

/// An event taken apart, to be written again in parts. Its memory is valid only while it is handed over.
struct EventParts {
  /// The record with its frame.
  private(set) var record = UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var wallTime = 0.0
  private(set) var step = 0
  private(set) var version: UnsafeRawBufferPointer?
  private(set) var session: UnsafeRawBufferPointer?
  /// Whether it holds a graph, or metadata of a session's run.
  private(set) var hasGraph = false
  /// The summary; in parts, which no writer makes, where the format allows it.
  private(set) var summaries: [UnsafeRawBufferPointer] = []
  /// The values, each with its message.
  private(set) var values: [(value: PackedValue, message: UnsafeRawBufferPointer)] = []

  /// Takes a record apart; false if it isn't an event.
  mutating func read(_ record: UnsafeRawBufferPointer) -> Bool {
    self.record = record
    payload = UnsafeRawBufferPointer(
      rebasing: record[RecordBuffer.headerSize..<record.count - RecordBuffer.footerSize])
    (wallTime, step, version, session, hasGraph) = (0, 0, nil, nil, false)
    summaries.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    guard var cursor = WireCursor(payload) else { return true }
    while let key = cursor.nextKey() {
      switch key {
      case 0: return readValues()
      case 1 << 3 | 1:
        guard let bits = cursor.fixed64() else { return false }
        wallTime = Double(bitPattern: bits)
      case 2 << 3:
        guard let value = cursor.varint() else { return false }
        step = Int(truncatingIfNeeded: value)
      case 3 << 3 | 2, 4 << 3 | 2, 5 << 3 | 2, 7 << 3 | 2, 8 << 3 | 2, 9 << 3 | 2:
        guard let message = cursor.bytes() else { return false }
        switch key >> 3 {
        case 3: version = message
        case 5: summaries.append(message)
        case 7: session = message
        default: hasGraph = true
        }
      default: guard cursor.skip(key) else { return false }
      }
    }
    return false
  }

  private mutating func readValues() -> Bool {
    for summary in summaries {
      var packed = PackedValues(summary)
      reading: while true {
        switch packed.next() {
        case .value(let value): values.append((value, packed.message))
        case .end: break reading
        case .malformed: return false
        }
      }
    }
    return true
  }

  /// Calls `body` with each event of a file, past what is damaged.
  ///
  /// - Parameters:
  ///   - limit: Where to stop, in bytes from the start: what a program writes meanwhile isn't read.
  ///   - body: Is given the event, and where its record begins.
  /// - Returns: The report on the file; on an error of `body` there is none.
  static func forEach(
    in path: String, upTo limit: Int = .max,
    _ body: (borrowing EventParts, Int) throws -> Void
  ) throws -> FileReport {
    var scanner = RecordScanner(path: path)
    _ = try scanner.resume()
    var parts = EventParts()
    while let payload = try scanner.next() {
      let end = scanner.reader.offset
      guard end <= limit else { break }
      let start = end - payload.count - RecordBuffer.overhead
      let record =
        payload.lowerBound - RecordBuffer.headerSize..<payload.upperBound
        + RecordBuffer.footerSize
      let isEvent = try scanner.reader.buffer.span.withUnsafeBytes {
        bytes in
        guard parts.read(UnsafeRawBufferPointer(rebasing: bytes[record])) else { return false }
        try body(parts, start)
        return true
      }
      if isEvent {
        scanner.report.count(parts.wallTime, at: start)
      } else {
        scanner.report.add(.notAnEvent(offset: start))
      }
    }
    try scanner.finishReport()
    return scanner.report
  }
}

/// A value to be written: as it is, or under another tag, or with metadata that it lacks.
struct EditedValue {
  var message: UnsafeRawBufferPointer
  var tag: [UInt8]?
  var metadata: [UInt8]?

  var isEdited: Bool { tag != nil || metadata != nil }
}

extension RecordBuffer {
  /// Adds an event of which parts are replaced; all others are copied, those this library doesn't know
  /// among them.
  ///
  /// - Parameters:
  ///   - step, wallTime: nil for the event's own.
  ///   - values: The values of its summary; nil for all, as they are.
  mutating func append(
    _ event: borrowing EventParts, step: Int?, wallTime: Double?, values: [EditedValue]?
  ) {
    let (payload, summaries) = (event.payload, event.summaries)
    appendRecord { encoder in
      if let wallTime { encoder.encode(wallTime, field: 1) }
      if let step, step != 0 { encoder.encode(step, field: 2) }
      var isWritten = false
      encoder.copyFields(of: payload) { key, encoder in
        switch key {
        case 1 << 3 | 1: return wallTime != nil
        case 2 << 3: return step != nil
        case 5 << 3 | 2:
          guard let values else { return false }
          guard !isWritten else { return true }
          isWritten = true
          encoder.encodeMessage(field: 5) { encoder in
            for part in summaries { encoder.copyFields(of: part) { key, _ in key == 1 << 3 | 2 } }
            for value in values { encoder.encode(value) }
          }
          return true
        default: return false
        }
      }
    }
  }
}

extension WireEncoder {
  /// Copies a message's fields but those that `replace` takes: it writes what stands instead.
  fileprivate mutating func copyFields(
    of message: UnsafeRawBufferPointer, except replace: (WireCursor.Key, inout WireEncoder) -> Bool
  ) {
    guard var cursor = WireCursor(message) else { return }
    var start = cursor.place
    while let key = cursor.nextKey(), key != 0, cursor.skip(key) {
      let field = UnsafeRawBufferPointer(start: start, count: cursor.place - start)
      if !replace(key, &self) { append(field) }
      start = cursor.place
    }
  }

  fileprivate mutating func encode(_ value: EditedValue) {
    encodeMessage(field: 1) { encoder in
      guard value.isEdited else { return encoder.append(value.message) }
      if let tag = value.tag { encoder.encode(tag, field: 1) }
      encoder.copyFields(of: value.message) { key, _ in key == 1 << 3 | 2 && value.tag != nil }
      if let metadata = value.metadata { encoder.encode(metadata, field: 9) }
    }
  }
}
