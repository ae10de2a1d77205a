import EventFiles
import Foundation
import ProtobufWire
import TensorBoardData
import Testing

@Suite struct DataProviderTests {
  private func failure(_ body: () throws -> Void) -> DataProvider.Failure? {
    do {
      try body()
      return nil
    } catch { return error as? DataProvider.Failure }
  }

  @Test func theExperimentIsTheDirectory() throws {
    let logdir = Logdir()
    #expect(try logdir.loaded().answer(.getExperiment).texts(1) == [logdir.path])
  }

  @Test func aSeriesIsListedWithItsMaximaAndMetadata() throws {
    let logdir = Logdir()
    try logdir.append(
      [
        event(3, scalar("loss", 1), wallTime: 50), event(7, scalar("loss", 1), wallTime: 40),
      ], to: "a/tfevents")
    let directory = try logdir.loaded()
    #expect(try directory.answer(.listPlugins).messages(1).map { $0.texts(1)[0] } == ["scalars"])
    let run = try directory.answer(.listScalars, request("scalars")).messages(1)[0]
    let data = try run.messages(2)[0].messages(2)[0]
    #expect(data.number(1) == 7)
    #expect(data.number(2) == 50.0.bitPattern)
    #expect(
      try SummaryMetadata(wireBytes: data.bytes(3)[0])
        == SummaryMetadata(pluginName: "scalars", dataClass: .scalar))
    #expect(try directory.answer(.listTensors, request("scalars")).all.isEmpty)
    #expect(try directory.answer(.listScalars, request("text")).all.isEmpty)
  }

  @Test func filtersTakeWhatTheyName() throws {
    let logdir = Logdir()
    for run in ["a", "b"] {
      try logdir.append([event(0, scalar("x", 1), scalar("y", 2))], to: "\(run)/tfevents")
    }
    let directory = try logdir.loaded()
    func found(_ runs: [String]?, _ tags: [String]?) throws -> [String] {
      try directory.scalars(runs: runs, tags: tags).map { "\($0.run)/\($0.tag)" }
    }
    #expect(try found(nil, nil) == ["a/x", "a/y", "b/x", "b/y"])
    #expect(try found(["b", "c"], nil) == ["b/x", "b/y"])
    #expect(try found(["a"], ["y"]) == ["a/y"])
    #expect(try found([], nil) == [] && found(nil, []) == [] && found(["c"], nil) == [])
  }

  @Test(arguments: [
    (DataProvider.Method.readScalars, request("scalars"), "downsample is missing"),
    (.readTensors, request("text", points: -1), "num_points is -1, and must be 0 or more"),
    (.listScalars, request(nil), "the plugin's name is missing"),
    (.listScalars, request(""), "the plugin's name is missing"),
    (.listScalars, [0xFF], "the request is no message: "),
    (.getExperiment, [0x0A, 9], "the request is no message: "),
    (.listRuns, [0x0F], "the request is no message: "),
  ]) func wrongRequestsAreRefused(
    method: DataProvider.Method, request: [UInt8], sentence: String
  ) throws {
    let directory = try Logdir().loaded()
    guard
      case .invalidArgument(let reason)? = failure({ _ = try directory.answer(method, request) })
    else { throw Unexpected(found: "no refusal of \(request)") }
    #expect(reason.hasPrefix(sentence))
  }

  @Test func tensorsAreReadFromTheirFiles() throws {
    let logdir = Logdir()
    let text = Summary.Value(
      tag: "note", metadata: SummaryMetadata(pluginName: "text", dataClass: .unknown),
      content: .tensor(TensorProto(shape: [], strings: ["hello"])))
    var histogram = HistogramProto()
    (histogram.min, histogram.max) = (-1, 3)
    (histogram.bucketLimits, histogram.buckets) = ([0, 9], [4, 5])
    let hyperparameters = Summary.Value(
      tag: "h", metadata: SummaryMetadata(pluginName: "hparams", dataClass: .tensor), content: nil)
    try logdir.append(
      [
        event(
          2, text, Summary.Value(tag: "weights", content: .histogram(histogram)), hyperparameters)
      ], to: "tfevents")
    let directory = try logdir.loaded()
    func tensor(_ plugin: String) throws -> TensorProto {
      let run = try directory.answer(.readTensors, request(plugin, points: 9)).messages(1)[0]
      let data = try run.messages(2)[0].messages(2)[0]
      #expect(try data.integers(1) == [2] && data.doubles(2) == [102])
      return try TensorProto(wireBytes: data.bytes(3)[0])
    }
    #expect(try tensor("text") == TensorProto(shape: [], strings: ["hello"]))
    #expect(try tensor("histograms").shape == [2, 3])
    #expect(try tensor("histograms").numbers == [-1, 0, 4, 0, 3, 5])
    #expect(
      try tensor("hparams") == TensorProto(dataType: .float, shape: [0], scalars: .bytes([])))
    // What is no longer there is left out.
    try FileManager.default.removeItem(at: logdir.url("tfevents"))
    let run = try directory.answer(.readTensors, request("text", points: 9)).messages(1)[0]
    #expect(try run.messages(2)[0].messages(2)[0].integers(1).isEmpty)
  }

  @Test func blobsAreStreamedByTheirKeys() throws {
    let logdir = Logdir()
    let large = [UInt8](repeating: 7, count: DataProvider.blobChunk + 5)
    let image = Summary.EncodedImage(height: 2, width: 3, colorspace: 1, encoded: large)
    try logdir.append(
      [
        event(4, Summary.Value(tag: "input", content: .image(image))),
        Event(wallTime: 1, step: 5, content: .graphDefinition([1, 2, 3])),
        Event(
          wallTime: 1, step: 5,
          content: .runMetadata(TaggedRunMetadata(tag: "trace", runMetadata: [4]))),
      ], to: "a/tfevents")
    let directory = try logdir.loaded()
    func blobs(_ plugin: String) throws -> [[UInt8]] {
      let run = try directory.answer(.readBlobSequences, request(plugin, points: 9)).messages(1)[0]
      let sequence = try run.messages(2)[0].messages(2)[0].messages(3)[0]
      return try sequence.messages(1).map { reference in
        let pieces = try DataProvider(directory).blob(self.key(reference.bytes(1)[0]))
        #expect(pieces.allSatisfy { $0.count <= DataProvider.blobChunk + 16 })
        return try pieces.flatMap { try Fields($0).bytes(1)[0] }
      }
    }
    #expect(try blobs("images") == [Array("3".utf8), Array("2".utf8), large])
    #expect(try blobs("graphs") == [[1, 2, 3]])
    #expect(try blobs("graph_tagged_run_metadata") == [[4]])
    let listed = try directory.answer(.listBlobSequences, request("images")).messages(1)[0]
    #expect(try listed.messages(2)[0].messages(2)[0].number(3) == 3)
  }

  private func key(_ text: [UInt8]) -> [UInt8] {
    var encoder = WireEncoder()
    encoder.encode(text, field: 1)
    return encoder.bytes
  }

  @Test func keysThatLeadNowhereAreToldSo() throws {
    let logdir = Logdir()
    try logdir.append([Event(wallTime: 1, content: .graphDefinition([1]))], to: "a/tfevents")
    let directory = try logdir.loaded()
    let run = try directory.answer(.readBlobSequences, request("graphs", points: 1)).messages(1)[0]
    let sequence = try run.messages(2)[0].messages(2)[0].messages(3)[0]
    let text = try sequence.messages(1)[0].bytes(1)[0]
    let provider = DataProvider(directory)
    #expect(try provider.blob(key(text)).count == 1)
    for wrong in [
      [], Array("zz".utf8), Array("abc".utf8), Array("ff".utf8), Array(text.dropLast()),
    ] {
      guard case .invalidArgument? = failure({ _ = try provider.blob(key(wrong)) }) else {
        throw Unexpected(found: "a blob of \(wrong)")
      }
    }
    // Each byte of a right key changed: an error or, where nothing depends on it, the blob; never a trap.
    for index in text.indices {
      for digit in Array("0123456789abcdef".utf8) where digit != text[index] {
        var changed = text
        changed[index] = digit
        _ = failure { _ = try provider.blob(key(changed)) }
      }
    }
    try FileManager.default.removeItem(at: logdir.url("a/tfevents"))
    guard case .notFound? = failure({ _ = try provider.blob(key(text)) }) else {
      throw Unexpected(found: "a blob of a file that is gone")
    }
  }

  /// Requests cut and changed at each byte have an answer or a failure of the service's own.
  @Test func hostileRequestsDoNoHarm() throws {
    let logdir = Logdir()
    try logdir.append([event(0, scalar("loss", 1))], to: "a/tfevents")
    let provider = DataProvider(try logdir.loaded())
    let whole = request("scalars", runs: ["a", "b"], tags: ["loss"], points: .max)
    for method in DataProvider.Method.allCases {
      for count in 0...whole.count {
        _ = failure { _ = try provider.answer(method, to: Array(whole.prefix(count))) }
      }
      for index in whole.indices {
        for bit in 0..<8 {
          var changed = whole
          changed[index] ^= 1 << UInt8(bit)
          _ = failure { _ = try provider.answer(method, to: changed) }
        }
      }
    }
    let answer = try Fields(try provider.answer(.readScalars, to: whole))
    #expect(try answer.messages(1).count == 1)
  }

  /// The first value settles what a series is.
  @Test(arguments: [
    ("scalars", SummaryMetadata.DataClass.scalar), ("text", .tensor), ("mesh", .tensor),
    ("images", .blobSequence), ("graph_keras_model", .blobSequence), ("unknown", .unknown),
  ]) func pluginsThatAreKnownHaveTheirClass(plugin: String, dataClass: SummaryMetadata.DataClass)
    throws
  {
    let logdir = Logdir()
    let value = Summary.Value(
      tag: "t", metadata: SummaryMetadata(pluginName: plugin, dataClass: .unknown),
      content: .tensor(TensorProto(shape: [0], strings: [])))
    try logdir.append([event(0, value)], to: "tfevents")
    let plugins = try logdir.loaded().answer(.listPlugins).messages(1).map { $0.texts(1)[0] }
    #expect(plugins == (dataClass == .unknown ? [] : [plugin]))
  }
}
