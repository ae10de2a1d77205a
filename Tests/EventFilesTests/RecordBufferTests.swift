import EventFiles
import ProtobufWire
import Testing

@Suite struct RecordBufferTests {
  /// The head of a file by TensorFlow: its framing, its checksums and its first event.
  @Test func firstRecordEqualsTensorFlows() {
    let time = Double(bitPattern: 0x41D7_D699_3880_0000)
    var records = RecordBuffer()
    records.append(Event(wallTime: time, content: .fileVersion(Event.currentFileVersion)))
    #expect(
      records.bytes
        == [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09, 0, 0, 0x80, 0x38, 0x99, 0xd6]
        + [0xd7, 0x41, 0x1a, 0x0d] + Array("brain.Event:2".utf8) + [0x12, 0x4b, 0x36, 0xab])
  }

  @Test func payloadsOfTensorBoardGetTensorBoardsFrames() throws {
    let bytes = try fixture("events.out.tfevents")
    var records = RecordBuffer()
    var start = 0
    while start < bytes.count {
      let length = (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      records.append(payload: Array(bytes[start + 12..<start + 12 + length]))
      start += length + 16
    }
    #expect(records.bytes == bytes)
    #expect(records.byteCount == bytes.count)
  }

  @Test func wholeRecordsEndWhereRecordsEnd() {
    var records = RecordBuffer()
    var ends: [Int] = []
    for length in [0, 5, 200] {
      records.append(payload: [UInt8](repeating: 1, count: length))
      ends.append(records.byteCount)
    }
    for length in 0...records.byteCount {
      let whole = records.wholeRecords(upTo: length)
      #expect(whole.count == ends.count { $0 <= length })
      #expect(whole.end == ends.last { $0 <= length } ?? 0)
    }
  }

  @Test func anEmptiedBufferStartsAnew() {
    var records = RecordBuffer()
    records.append(payload: [1])
    let bytes = records.bytes
    for capacity in [0, 1 << 20] {
      records.removeAll(keepingCapacity: capacity)
      #expect(records.count == 0 && records.byteCount == 0)
      records.append(payload: [1])
      #expect(records.bytes == bytes)
    }
  }
}
