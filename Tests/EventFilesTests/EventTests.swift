import EventFiles
import ProtobufWire
import Testing

/// Events as TensorBoard's own messages write them; see Fixtures/make_events.py.
@Suite struct EventTests {
  private func payloads() throws -> [[UInt8]] {
    let bytes = try fixture("events.out.tfevents")
    var payloads: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let length = (0..<8).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      payloads.append(Array(bytes[start + 12..<start + 12 + length]))
      start += length + 16
    }
    return payloads
  }

  private func events() throws -> [Event] { try payloads().map { try Event(wireBytes: $0) } }

  private func values(at step: Int) throws -> [String: Summary.Value] {
    let summaries = try events().filter { $0.step == step }.compactMap { event in
      if case .summary(let summary) = event.content { summary } else { nil }
    }
    return Dictionary(
      uniqueKeysWithValues: try #require(summaries.first).values.map { ($0.tag, $0) })
  }

  @Test func theirBytesComeBackFromOurValues() throws {
    let payloads = try payloads()
    #expect(payloads.count == 11)
    for payload in payloads { #expect(try Event(wireBytes: payload).wireBytes == payload) }
  }

  @Test func whatIsNoSummaryIsRead() throws {
    let events = try events()
    #expect(events[0].content == .fileVersion("brain.Event:2"))
    #expect(events[0].writer?.hasPrefix("tensorboard 2.") == true)
    #expect(events[0].wallTime == 1.5e9)
    #expect(events[1].content == .graphDefinition([0x0a, 3, 0x61, 0x62, 0x63]))
    #expect(
      events[2].content
        == .sessionLog(SessionLog(status: .start, checkpointPath: "a/b", message: "Grüße")))
    #expect(events[2].step == -3)
    #expect(
      events[3].content == .runMetadata(TaggedRunMetadata(tag: "step1", runMetadata: [1, 2])))
    #expect(events[4].content == .metaGraphDefinition([0x0a, 0]))
  }

  @Test func scalarsAndTheirMetadataAreRead() throws {
    let values = try values(at: 10)
    #expect(values["loss"]?.content == .scalar(0.25))
    #expect(values["loss"]?.metadata == nil)
    guard case .scalar(let nan) = values["nan"]?.content else {
      throw Unexpected(found: "no scalar")
    }
    #expect(nan.isNaN)
    #expect(
      values["named"]?.metadata
        == SummaryMetadata(
          pluginName: "scalars", dataClass: .scalar, displayName: "Name", summaryDescription: "*d*"
        ))
  }

  @Test func imagesHistogramsAndSoundsAreRead() throws {
    #expect(
      try values(at: 1 << 40)["picture"]?.content
        == .image(
          Summary.EncodedImage(
            height: 2, width: 3, colorspace: 4, encoded: [0x89, 0x50, 0x4E, 0x47])))
    var histogram = HistogramProto()
    (histogram.min, histogram.max, histogram.count) = (-1, 2, 4)
    (histogram.sum, histogram.sumOfSquares) = (1.5, 5.25)
    (histogram.bucketLimits, histogram.buckets) = ([0, 1, 2], [1, 1, 2])
    #expect(try values(at: 12)["weights"]?.content == .histogram(histogram))
    #expect(
      try values(at: 13)["sound"]?.content
        == .audio(
          Summary.EncodedAudio(
            sampleRate: 8000, channels: 1, frames: 2, encoded: Array("RIFF".utf8),
            contentType: "audio/wav")))
  }

  @Test(arguments: [
    ("float", [1.5]), ("double", [1, 2, 3]), ("int32", [-1, 70000]), ("int64", [-0x1p62]),
    ("bool", [1, 0]), ("half", [1, -2]), ("uint64", [0x1p64]), ("raw", [0, 1, 5, 1, 2, 7]),
  ])
  func tensorsAreRead(tag: String, numbers: [Double]) throws {
    guard case .tensor(let tensor) = try values(at: 14)[tag]?.content else {
      throw Unexpected(found: "no tensor")
    }
    #expect(tensor.numbers == numbers)
    #expect(tensor.count == numbers.count)
    #expect(tensor.strings == nil)
  }

  @Test func stringsAreRead() throws {
    guard case .tensor(let tensor) = try values(at: 14)["text"]?.content else {
      throw Unexpected(found: "no tensor")
    }
    #expect(tensor.strings == ["**a**", "世界"].map { Array($0.utf8) })
    #expect(tensor.numbers == nil)
    #expect(tensor.shape == [2])
  }

  @Test func hyperparametersAreRead() throws {
    let values = try values(at: 0)
    func data(_ tag: String) throws -> HyperparameterData {
      try HyperparameterData(wireBytes: values["_hparams_/\(tag)"]?.metadata?.pluginContent ?? [])
    }
    guard case .sessionStart(let start) = try data("session_start_info"),
      case .experiment(let experiment) = try data("experiment")
    else { throw Unexpected(found: "neither start nor experiment") }
    #expect(start.hyperparameters == ["bn": true, "lr": 0.5, "opt": "adam"])
    #expect(start.groupName == "g" && start.startTime == 4)
    #expect(experiment.hyperparameters.map(\.name) == ["lr", "opt"])
    #expect(experiment.hyperparameters[0].domain == .interval(0, 1))
    #expect(experiment.hyperparameters[1].domain == .values(["adam"]))
    #expect(experiment.metrics.map(\.tag) == ["loss"])
    #expect(experiment.metrics.map(\.group) == ["g"])
    #expect(
      try data("session_end_info")
        == .sessionEnd(HyperparameterData.SessionEnd(status: .success, endTime: 5)))
  }

  /// Nothing that bytes can hold may stop the decoder otherwise than by an error.
  @Test func everyCutAndEveryFlippedBitIsAnEventOrAnError() throws {
    for payload in try payloads() {
      for length in payload.indices { _ = try? Event(wireBytes: Array(payload[..<length])) }
      for index in payload.indices {
        for bit in 0..<8 {
          var changed = payload
          changed[index] ^= 1 << UInt8(bit)
          guard let event = try? Event(wireBytes: changed) else { continue }
          if case .summary(let summary) = event.content {
            for value in summary.values {
              if case .tensor(let tensor) = value.content { _ = tensor.numbers }
              _ = try? HyperparameterData(wireBytes: value.metadata?.pluginContent ?? [])
            }
          }
        }
      }
    }
  }

  @Test func partsOfOneSummaryAddUp() throws {
    let first = Event(
      wallTime: 0, content: .summary(Summary(values: [.init(tag: "a", content: .scalar(1))])))
    let second = Event(
      wallTime: 0, content: .summary(Summary(values: [.init(tag: "b", content: .scalar(2))])))
    let event = try Event(wireBytes: first.wireBytes + second.wireBytes)
    guard case .summary(let summary) = event.content else { throw Unexpected(found: "no summary") }
    #expect(summary.values.map(\.tag) == ["a", "b"])
  }

  @Test func impossibleShapesHaveNoCount() {
    func tensor(_ shape: [Int]) -> TensorProto {
      TensorProto(dataType: .double, shape: shape, scalars: .bytes([]))
    }
    #expect(tensor([1 << 40, 1 << 40]).count == nil)
    #expect(tensor([-1]).count == nil)
    #expect(tensor([0, 3]).count == 0)
    #expect(tensor([0, 3]).numbers == [])
    #expect(tensor([2]).numbers == nil)
  }
}
