import EventFiles
import Foundation
import ProtobufWire
import TensorBoardData
import Testing

/// Records of images and the like, which are passed over when they are loaded.
@Suite struct LongRecordTests {
  private static let long = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private func strings(_ shape: [Int], _ strings: [[UInt8]]) -> TensorProto {
    TensorProto(dataType: .string, shape: shape, scalars: .strings(strings))
  }

  /// A value of each form whose events are long, at a step.
  private func values(_ step: Int) -> [Summary.Value] {
    let image = Summary.EncodedImage(height: 3, width: 2, colorspace: 3, encoded: Self.long)
    let numbers = [UInt8](repeating: UInt8(step), count: 80_000)
    func metadata(_ plugin: String) -> SummaryMetadata {
      SummaryMetadata(pluginName: plugin, dataClass: .unknown)
    }
    return [
      Summary.Value(tag: "one", content: .image(image)),
      Summary.Value(
        tag: "images", metadata: metadata("images"),
        content: .tensor(strings([4], [[50], [51], [65], Self.long]))),
      Summary.Value(
        tag: "first is long", metadata: metadata("images"),
        content: .tensor(strings([4], [[50], [51], Self.long, [65]]))),
      Summary.Value(
        tag: "sound", metadata: metadata("audio"),
        content: .tensor(strings([1, 2], [Self.long, [65]]))),
      Summary.Value(
        tag: "text", metadata: metadata("text"), content: .tensor(strings([1], [Self.long]))),
      Summary.Value(
        tag: "mesh", metadata: metadata("mesh"),
        content: .tensor(
          TensorProto(dataType: .float, shape: [20_000], scalars: .bytes(numbers)))),
      Summary.Value(
        tag: "nobody's", metadata: metadata("unknown"),
        content: .tensor(strings([1], [Self.long]))),
      Summary.Value(
        tag: "no scalar", metadata: metadata("scalars"),
        content: .tensor(strings([1], [Self.long]))),
    ]
  }

  private func write(_ steps: Range<Int>, to logdir: Logdir) throws {
    for step in steps {
      try logdir.append(
        values(step).map { event(step, $0) } + [event(step, scalar("loss", Float(step)))],
        to: "a/tfevents")
      // Two in one event.
      try logdir.append([event(step, values(step)[0], values(step)[4])], to: "b/tfevents")
    }
  }

  private func answers(_ directory: LogDirectory) throws -> [[UInt8]] {
    let provider = DataProvider(directory)
    let plugins = ["scalars", "images", "audio", "text", "mesh", "unknown"]
    var answers = [
      try provider.answer(.listPlugins, to: []), try provider.answer(.listRuns, to: []),
    ]
    for plugin in plugins {
      for method in [
        DataProvider.Method.listScalars, .listTensors, .listBlobSequences, .readScalars,
        .readTensors, .readBlobSequences,
      ] {
        answers.append(try provider.answer(method, to: request(plugin, points: 100)))
      }
    }
    return answers
  }

  @Test func whatIsPassedOverIsServedAsWhatIsRead() throws {
    let logdir = Logdir()
    try write(0..<3, to: logdir)
    let (passed, read) = (
      LogDirectory(path: logdir.path, samples: try counts("")),
      LogDirectory(path: logdir.path, samples: try counts(""), checksAll: true)
    )
    for steps in [3..<5, 5..<6, 2..<4] {
      #expect(passed.reload().eventCount == read.reload().eventCount)
      #expect(try answers(passed) == answers(read))
      try write(steps, to: logdir)
    }
    #expect(try answers(passed).map(\.count).reduce(0, +) > 1_000_000)
  }

  @Test func damageInIsFoundWhenItIsAskedFor() throws {
    let logdir = Logdir()
    try write(0..<2, to: logdir)
    let file = logdir.url("a/tfevents")
    var bytes = try Data(contentsOf: file)
    // In the first event's image.
    bytes[50_000] ^= 1
    try bytes.write(to: file)
    let passed = try logdir.loaded()
    let listed = try passed.answer(
      .readBlobSequences, request("images", runs: ["a"], tags: ["one"], points: 10))
    let data = try listed.messages(1)[0].messages(2)[0].messages(2)[0]
    #expect(try data.integers(1) == [0, 1])
    let keys = try data.messages(3).map { try $0.messages(1).map { $0.bytes(1)[0] } }
    let provider = DataProvider(passed)
    func ask(_ key: [UInt8]) throws -> Int {
      var encoder = WireEncoder()
      encoder.encode(key, field: 1)
      return try provider.blob(encoder.bytes).reduce(0) { $0 + $1.count }
    }
    #expect(throws: DataProvider.Failure.self) { try ask(keys[0][2]) }
    #expect(try ask(keys[1][2]) > 100_000)

    let read = LogDirectory(path: logdir.path, samples: try counts(""), checksAll: true)
    #expect(read.reload().warnings.count == 1)
    let left = try read.answer(
      .readBlobSequences, request("images", runs: ["a"], tags: ["one"], points: 10))
    #expect(
      try left.messages(1)[0].messages(2)[0].messages(2)[0].integers(1) == [1])
  }

  /// TensorFlow writes a value's metadata behind its content: of a new tag the whole record is read, and
  /// where that is damaged, the tag begins later or never.
  @Test func aTagWhoseFirstRecordIsDamagedHasNoSeries() throws {
    func record(_ step: Int) -> [UInt8] {
      var records = RecordBuffer()
      records.appendRecord { event in
        event.encode(Double(step), field: 1)
        event.encode(step, field: 2)
        event.encodeMessage(field: 5) { summary in
          summary.encodeMessage(field: 1) { value in
            value.encode("text", field: 1)
            value.encodeMessage(field: 8) { tensor in
              tensor.encode(7, field: 1)
              tensor.encodeMessage(field: 2) { shape in
                shape.encodeMessage(field: 2) { $0.encode(1, field: 1) }
              }
              tensor.encode(Self.long, field: 8)
            }
            value.encodeMessage(field: 9) { metadata in
              metadata.encodeMessage(field: 1) { $0.encode("text", field: 1) }
            }
          }
        }
      }
      return Array(records.bytes)
    }
    for isDamaged in [false, true] {
      let logdir = Logdir()
      var first = record(0)
      if isDamaged { first[50_000] ^= 1 }
      try logdir.append(bytes: first, to: "a/tfevents")
      try logdir.append(
        [event(1, scalar("loss", 1)), event(2, scalar("rate", 2))], to: "a/tfevents")
      let directory = try logdir.loaded()
      #expect(try directory.scalars().map(\.steps) == [[1], [2]])
      try logdir.append(bytes: record(3), to: "a/tfevents")
      _ = directory.reload()
      let listed = try directory.answer(.readTensors, request("text", points: 10))
      let data = try listed.messages(1)[0].messages(2)[0].messages(2)[0]
      #expect(try data.integers(1) == (isDamaged ? [3] : [0, 3]))
    }
  }

  @Test func whatIsNotWholeYetIsWaitedFor() throws {
    let logdir = Logdir()
    var records = RecordBuffer()
    records.append(event(0, values(0)[0]))
    try logdir.append(bytes: Array(records.bytes.dropLast(5)), to: "tfevents")
    let directory = try logdir.loaded()
    #expect(try directory.runNames.isEmpty)
    try logdir.append(bytes: Array(records.bytes.suffix(5)), to: "tfevents")
    #expect(directory.reload().eventCount == 1)
    #expect(try directory.runNames == ["."])
  }
}
