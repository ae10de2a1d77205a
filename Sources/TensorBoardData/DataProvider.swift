internal import EventFiles
internal import ProtobufWire

/// TensorBoard's service `tensorboard.data.TensorBoardDataProvider`: messages in, messages out, whatever
/// carries them.
///
/// - Source: TensorBoard, `data/proto/data_provider.proto` and `data/server/server.rs`.
package struct DataProvider: Sendable {
  private let directory: LogDirectory
  /// What it did so far.
  package let statistics = ServiceStatistics()

  /// The service's full name.
  package static let service = "tensorboard.data.TensorBoardDataProvider"
  /// The method that answers with a stream of messages: see `blob`.
  package static let streamingMethod = "ReadBlob"
  /// Bytes of a blob in one message of the stream.
  package static let blobChunk = 8 << 20
  /// Bytes of the longest answer that TensorBoard takes.
  static let longestAnswer = 256 << 20

  /// The methods of one answer, by their names.
  package enum Method: String, CaseIterable, Sendable {
    case getExperiment = "GetExperiment"
    case listPlugins = "ListPlugins"
    case listRuns = "ListRuns"
    case listScalars = "ListScalars"
    case readScalars = "ReadScalars"
    case listTensors = "ListTensors"
    case readTensors = "ReadTensors"
    case listBlobSequences = "ListBlobSequences"
    case readBlobSequences = "ReadBlobSequences"
  }

  /// Why a request has no answer.
  package enum Failure: Error, Sendable, Equatable {
    /// The request itself is wrong.
    case invalidArgument(String)
    /// What is asked for isn't there, or no longer.
    case notFound(String)
    /// The answer has more bytes than TensorBoard takes.
    case resourceExhausted(String)
  }

  /// The service for a log directory.
  package init(_ directory: LogDirectory) { self.directory = directory }

  /// The answer to a request, as it goes over the wire.
  package func answer(_ method: Method, to request: [UInt8]) throws(Failure) -> [UInt8] {
    try statistics.measure(method.rawValue, size: \.count) { () throws(Failure) in
      try makeAnswer(method, to: request)
    }
  }

  private func makeAnswer(_ method: Method, to request: [UInt8]) throws(Failure) -> [UInt8] {
    switch method {
    case .getExperiment:
      try check(request)
      return message { $0.encode(directory.path, field: 1) }
    case .listPlugins:
      try check(request)
      return listPlugins()
    case .listRuns:
      try check(request)
      return listRuns()
    case .listScalars: return try list(request, .scalar)
    case .listTensors: return try list(request, .tensor)
    case .listBlobSequences: return try list(request, .blobSequence)
    case .readScalars: return try read(request, .scalar, Self.encodeScalars)
    case .readTensors: return try read(request, .tensor, Self.encodeTensors)
    case .readBlobSequences: return try read(request, .blobSequence, Self.encodeBlobSequence)
    }
  }

  /// The blob that a request asks for, in pieces that go into the stream as they are.
  package func blob(_ request: [UInt8]) throws(Failure) -> [[UInt8]] {
    try statistics.measure(Self.streamingMethod, size: { $0.reduce(0) { $0 + $1.count } }) {
      () throws(Failure) in try readBlob(request)
    }
  }

  private func readBlob(_ request: [UInt8]) throws(Failure) -> [[UInt8]] {
    var text: [UInt8] = []
    try decode {
      () throws(WireError) in
      var decoder = WireDecoder(request)
      while let field = try decoder.nextField() {
        switch (field.number, field.type) {
        case (1, .lengthDelimited): text = try decoder.byteArray()
        default: try decoder.skip(field)
        }
      }
    }
    guard let key = BlobKey(text) else { throw .invalidArgument("the blob key isn't one of ours") }
    guard let run = directory.runs(where: { $0 == key.run }).first else {
      throw .notFound("there is no such run")
    }
    guard
      let series = run.series.first(where: { $0.dataClass == .blobSequence && $0.tag == key.tag })
    else { throw .notFound("the run has no such tag of blobs") }
    guard let point = series.validPlaces.first(where: { $0.step == key.step }) else {
      throw .notFound("the tag has no blobs at step \(key.step); may have been evicted")
    }
    var reader = ValueReader(run)
    guard let blobs = reader.blobs(at: point.value, of: series) else {
      throw .notFound("the file no longer holds the blobs of step \(key.step)")
    }
    guard blobs.indices.contains(key.index) else {
      throw .notFound("step \(key.step) has \(blobs.count) blobs, and none at \(key.index)")
    }
    let blob = blobs[key.index]
    return stride(from: 0, to: blob.count, by: Self.blobChunk).map { start in
      message { $0.encode(Array(blob[start...].prefix(Self.blobChunk)), field: 1) }
    }
  }

  // MARK: Lists

  private func listPlugins() -> [UInt8] {
    var names: Set<String> = []
    for run in directory.runs {
      for series in run.series where series.dataClass != .unknown {
        names.insert(series.pluginName)
      }
    }
    return message { encoder in
      for name in names.sorted() {
        encoder.encodeMessage(field: 1) { $0.encode(name, field: 1) }
      }
    }
  }

  /// The runs that hold an event, the earliest first, so that a new one doesn't change the others' colours.
  private func listRuns() -> [UInt8] {
    let runs = directory.runs.compactMap { run in run.startTime.map { (run.name, $0) } }
      .sorted { $0.1 < $1.1 }
    return message { encoder in
      for (name, startTime) in runs {
        encoder.encodeMessage(field: 1) {
          $0.encode(name, field: 2)
          $0.encode(startTime, field: 3)
        }
      }
    }
  }

  /// What there is of the series of a class.
  private func list(
    _ request: [UInt8], _ dataClass: SummaryMetadata.DataClass
  ) throws(Failure) -> [UInt8] {
    let request = try seriesRequest(request)
    return try answer(request, where: { $0.dataClass == dataClass && $0.maxima != nil }) {
      _, series, encoder throws(Failure) in
      guard let maxima = series.maxima else { return }
      encoder.encode(maxima.step, field: 1)
      encoder.encode(maxima.wallTime, field: 2)
      if dataClass == .blobSequence { encoder.encode(maxima.length, field: 3) }
      encoder.encode(series.metadata, field: dataClass == .blobSequence ? 4 : 3)
    }
  }

  // MARK: Points

  /// The points of the series of a class.
  private func read(
    _ request: [UInt8], _ dataClass: SummaryMetadata.DataClass,
    _ encode: (LoadedRun, TimeSeries, Int, inout WireEncoder) throws(Failure) -> Void
  ) throws(Failure) -> [UInt8] {
    let request = try seriesRequest(request)
    guard let count = request.pointCount else { throw .invalidArgument("downsample is missing") }
    guard count >= 0 else {
      throw .invalidArgument("num_points is \(count), and must be 0 or more")
    }
    return try answer(request, where: { $0.dataClass == dataClass }) {
      run, series, encoder throws(Failure) in
      try encode(run, series, count, &encoder)
    }
  }

  private static func encodeScalars(
    _ run: LoadedRun, _ series: TimeSeries, _ count: Int, _ encoder: inout WireEncoder
  ) {
    let points = series.validScalars.downsampled(to: count)
    encodeAxes(points, &encoder)
    encoder.encode(packed: points.compactMap(\.value), field: 3)
  }

  private static func encodeTensors(
    _ run: LoadedRun, _ series: TimeSeries, _ count: Int, _ encoder: inout WireEncoder
  ) throws(Failure) {
    let points = series.validPlaces.downsampled(to: count)
    let byteCount = points.reduce(encoder.count) { $0 + Int($1.value.byteCount) }
    guard byteCount <= longestAnswer else { throw tooLong }
    var reader = ValueReader(run)
    let read = points.compactMap { point in
      reader.tensor(at: point.value, of: series).map { (point, $0) }
    }
    encodeAxes(read.map(\.0), &encoder)
    for (_, tensor) in read { encoder.encode(tensor, field: 3) }
  }

  private static func encodeBlobSequence(
    _ run: LoadedRun, _ series: TimeSeries, _ count: Int, _ encoder: inout WireEncoder
  ) {
    let points = series.validPlaces.downsampled(to: count)
    encodeAxes(points, &encoder)
    for point in points {
      encoder.encodeMessage(field: 3) { encoder in
        for index in 0..<Int(point.value.count ?? 0) {
          let key = BlobKey(run: run.name, tag: series.tag, step: point.step, index: index)
          encoder.encodeMessage(field: 1) { $0.encode(key.text, field: 1) }
        }
      }
    }
  }

  private static func encodeAxes<Value>(
    _ points: [Reservoir<Value>.Point], _ encoder: inout WireEncoder
  ) {
    encoder.encode(packed: points.map { Int64($0.step) }, field: 1)
    encoder.encode(packed: points.map(\.wallTime), field: 2)
  }

  // MARK: Messages

  /// An entry for each run with a series that is wanted, and in it one for each of these series, whose data
  /// `encode` writes. All six answers have this form.
  private func answer(
    _ request: SeriesRequest, where isServed: (TimeSeries) -> Bool,
    _ encode: (LoadedRun, TimeSeries, inout WireEncoder) throws(Failure) -> Void
  ) throws(Failure) -> [UInt8] {
    var encoder = WireEncoder()
    for run in directory.runs(where: request.wantsRun(named:)) {
      let wanted = run.series.filter { request.wants($0) && isServed($0) }
      guard !wanted.isEmpty else { continue }
      let start = encoder.beginMessage(field: 1)
      encoder.encode(run.name, field: 1)
      for series in wanted {
        let start = encoder.beginMessage(field: 2)
        encoder.encode(series.tag, field: 1)
        let data = encoder.beginMessage(field: 2)
        try encode(run, series, &encoder)
        encoder.endMessage(from: data)
        encoder.endMessage(from: start)
        guard encoder.count <= Self.longestAnswer else { throw Self.tooLong }
      }
      encoder.endMessage(from: start)
    }
    return encoder.bytes
  }

  private static let tooLong = Failure.resourceExhausted(
    "the answer has more than the \(longestAnswer) bytes that TensorBoard takes; ask for fewer points "
      + "or series")

  private func seriesRequest(_ bytes: [UInt8]) throws(Failure) -> SeriesRequest {
    let request = try decode { () throws(WireError) in try SeriesRequest(bytes) }
    guard !request.plugin.isEmpty else { throw .invalidArgument("the plugin's name is missing") }
    return request
  }

  /// Sees to it that the bytes are a message.
  private func check(_ request: [UInt8]) throws(Failure) {
    try decode { () throws(WireError) in
      var decoder = WireDecoder(request)
      while let field = try decoder.nextField() { try decoder.skip(field) }
    }
  }

  private func decode<Result>(
    _ body: () throws(WireError) -> Result
  ) throws(Failure) -> Result {
    do { return try body() } catch { throw .invalidArgument("the request is no message: \(error)") }
  }

  private func message(_ body: (inout WireEncoder) -> Void) -> [UInt8] {
    var encoder = WireEncoder()
    body(&encoder)
    return encoder.bytes
  }
}
