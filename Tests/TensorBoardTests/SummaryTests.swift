import EventFiles
import Images
import ProtobufWire
import TensorBoard
import Testing

/// Each kind of summary in the form that both of TensorBoard's loaders show.
@Suite struct SummaryTests {
  @Test func scalarsAreBareNumbers() {
    #expect(
      Summary.scalar("loss", 0.5).wireBytes
        == [0x0a, 0x0b, 0x0a, 4] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3f])
    #expect(Summary.scalar("n", 3) == .scalar("n", Float(3)))
    #expect(Summary.scalar("big", 1e300) == .scalar("big", Float.infinity))
  }

  /// The same bytes as torch writes for add_scalar("loss/train", 0.25, 7) and this time.
  @Test func aScalarEventEqualsTorchs() {
    let event = Event(wallTime: 1.5, step: 7, content: .summary(.scalar("loss/train", 0.25)))
    #expect(
      event.wireBytes
        == [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 7, 0x2a, 0x13, 0x0a, 0x11, 0x0a, 0x0a]
        + Array("loss/train".utf8) + [0x15, 0, 0, 0x80, 0x3e])
  }

  @Test func textsAreStringTensorsOfRankZero() throws {
    let value = try #require(Summary.text("notes", "# Grüße").values.first)
    #expect(value.metadata == SummaryMetadata(pluginName: "text", dataClass: .tensor))
    #expect(
      value.content
        == .tensor(
          TensorProto(
            dataType: .string, shape: [], scalars: .strings([Array("# Grüße".utf8)]))))
  }

  @Test func histogramsAreTensorsOfRows() throws {
    let value = try #require(Summary.histogram("w", [1, 2, 2] as [Float]).values.first)
    #expect(value.metadata == SummaryMetadata(pluginName: "histograms", dataClass: .tensor))
    guard case .tensor(let tensor) = value.content else { throw Unexpected(found: "no tensor") }
    #expect(tensor.dataType == .double)
    let rows = Histogram(of: [1, 2, 2] as [Float]).rows
    #expect(tensor.shape == [rows.count, 3])
    #expect(tensor.numbers == rows.flatMap { [$0.left, $0.right, $0.count] })
  }

  @Test func anEmptyHistogramHasTheShapeOfNoRows() throws {
    let value = try #require(Summary.histogram("w", [Double]()).values.first)
    #expect(value.content == .tensor(TensorProto(shape: [0, 3], scalars: [Double]())))
    #expect(try Summary.Value(wireBytes: value.wireBytes) == value)
  }

  @Test func numbersThatAreNotFiniteGetAScalarOfTheirOwn() {
    let summary = Summary.histogram("w", [1, .nan, 2, .infinity] as [Float])
    #expect(summary.values.map(\.tag) == ["w", "w/non_finite"])
    #expect(summary.values.last?.content == .scalar(2))
  }

  @Test func imagesArePNGFilesWithTheirSize() throws {
    let original = Image(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    let value = try #require(try Summary.image("p", original).values.first)
    #expect(value.metadata == nil)
    let named = try Summary.image("p", original).named("Image").values.first?.metadata
    #expect(named?.pluginName == "images" && named?.dataClass == .blobSequence)
    guard case .image(let image) = value.content else { throw Unexpected(found: "no image") }
    #expect((image.width, image.height, image.colorspace) == (2, 1, 3))
    #expect(try Image(pngData: image.encoded) == original)
  }

  private func data(_ value: Summary.Value) throws -> HyperparameterData {
    #expect(value.metadata?.pluginName == "hparams")
    #expect(value.metadata?.dataClass == .tensor)
    #expect(
      value.content
        == .tensor(TensorProto(dataType: .float, shape: [0], scalars: .bytes([]))))
    return try HyperparameterData(wireBytes: value.metadata?.pluginContent ?? [])
  }

  @Test func hyperparametersKeepTheirTypes() throws {
    let values: [String: HyperparameterValue] = ["lr": 0.5, "n": 3, "adam": true, "name": "x"]
    let summary = Summary.hyperparameters(values, group: "g", startTime: 4)
    #expect(summary.values.map(\.tag) == ["_hparams_/session_start_info"])
    #expect(
      try data(summary.values[0])
        == .sessionStart(
          HyperparameterData.SessionStart(hyperparameters: values, groupName: "g", startTime: 4)))
  }

  @Test func metricsMakeAnExperiment() throws {
    let summary = Summary.hyperparameters(["b": true, "a": 1], metrics: ["accuracy"], startTime: 4)
    #expect(
      summary.values.map(\.tag) == ["_hparams_/experiment", "_hparams_/session_start_info"])
    guard case .experiment(let experiment) = try data(summary.values[0]) else {
      throw Unexpected(found: "no experiment")
    }
    #expect(experiment.hyperparameters.map(\.name) == ["a", "b"])
    #expect(experiment.hyperparameters.map(\.kind) == [.number, .bool])
    #expect(experiment.metrics.map(\.tag) == ["accuracy"])
  }

  @Test func theEndOfARunTellsHowItWas() throws {
    let summary = Summary.runEnded(.failure, endTime: 9)
    #expect(summary.values.map(\.tag) == ["_hparams_/session_end_info"])
    #expect(
      try data(summary.values[0])
        == .sessionEnd(HyperparameterData.SessionEnd(status: .failure, endTime: 9)))
  }

  @Test func theSameHyperparametersMakeTheSameBytes() {
    let names = (0..<20).map { "p\($0)" }
    let values = Dictionary(
      uniqueKeysWithValues: names.map { ($0, HyperparameterValue.bool(true)) })
    let again = Dictionary(
      uniqueKeysWithValues: names.reversed().map { ($0, HyperparameterValue.bool(true)) })
    #expect(
      Summary.hyperparameters(values, startTime: 1).wireBytes
        == Summary.hyperparameters(again, startTime: 1).wireBytes)
  }
}
