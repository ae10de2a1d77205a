internal import EventFiles
internal import Files
internal import ProtobufWire

/// Reads values of a run from its files, one of which is open at a time.
struct ValueReader {
  private let run: LoadedRun
  private var opened: (number: Int32, file: OpenFile)?

  init(_ run: LoadedRun) { self.run = run }

  /// The tensor at a place; nil where the file no longer holds it.
  mutating func tensor(at place: Place, of series: TimeSeries) -> TensorProto? {
    // What is metadata alone stands for an empty tensor.
    let empty = TensorProto(dataType: .float, shape: [0], scalars: .bytes([]))
    guard place.form == .value else { return place.form == .none ? empty : nil }
    guard let value = value(at: place, of: series) else { return nil }
    switch value.content {
    case .tensor(let tensor): return tensor
    case .histogram(let histogram): return TensorProto(HistogramBucket.buckets(of: histogram))
    case nil: return empty
    default: return nil
    }
  }

  /// The blobs at a place; nil where the file no longer holds them.
  mutating func blobs(at place: Place, of series: TimeSeries) -> [[UInt8]]? {
    switch place.form {
    case .none: return nil
    case .graph: return bytes(at: place).map { [$0] }
    case .runMetadata:
      return bytes(at: place).flatMap { try? TaggedRunMetadata(wireBytes: $0) }
        .map { [$0.runMetadata] }
    case .value: break
    }
    switch value(at: place, of: series)?.content {
    case .image(let image):
      return [Array("\(image.width)".utf8), Array("\(image.height)".utf8), image.encoded]
    case .audio(let audio): return [audio.encoded]
    case .tensor(let tensor):
      let strings = tensor.strings ?? []
      guard tensor.shape.count == 2 else { return strings }
      // Sounds with their labels.
      return strings.indices.filter { $0.isMultiple(of: 2) }.map { strings[$0] }
    default: return nil
    }
  }

  private mutating func value(at place: Place, of series: TimeSeries) -> Summary.Value? {
    guard let bytes = bytes(at: place), let value = try? Summary.Value(wireBytes: bytes),
      value.tag.utf8.elementsEqual(series.tag)
    else { return nil }
    return value
  }

  private mutating func bytes(at place: Place) -> [UInt8]? {
    if opened?.number != place.file {
      opened = nil
      guard let file = try? OpenFile(reading: run.files[Int(place.file)]) else { return nil }
      opened = (place.file, file)
    }
    guard let file = opened?.file, place.lead > 0 else {
      return try? opened?.file.bytes(at: place.offset, count: Int(place.byteCount))
    }
    // The checksum of the record that it ends wasn't checked yet.
    let lead = Int(place.lead)
    guard
      let record = try? file.bytes(
        at: place.offset - lead, count: lead + Int(place.byteCount) + RecordBuffer.footerSize),
      record.withUnsafeBytes({ RecordBuffer.isRecord($0) })
    else { return nil }
    return Array(record[lead...].dropLast(RecordBuffer.footerSize))
  }
}

extension TensorProto {
  /// A histogram as TensorBoard holds it: a row of left edge, right edge and count for each bucket.
  fileprivate init(_ buckets: [HistogramBucket]) {
    let bytes = buckets.flatMap { [$0.left, $0.right, $0.count] }.flatMap { number in
      withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
    }
    self.init(dataType: .double, shape: [buckets.count, 3], scalars: .bytes(bytes))
  }
}
