internal import Files
internal import ProtobufWire

extension RunContents {
  /// A value that isn't a number, read from its file.
  ///
  /// - Parameters:
  ///   - index: The value's position in the series.
  ///   - series: A series of this run.
  /// - Returns: nil if the file no longer holds it.
  public func value(_ index: Int, of series: Series) throws(EventFileError) -> Summary.Value? {
    let place = series.places[index]
    let bytes: [UInt8]
    do {
      bytes = try OpenFile(reading: files[Int(place.file)].path)
        .bytes(at: place.offset, count: Int(place.byteCount))
    } catch {
      if error.cause == .shortened { return nil }
      throw EventFileError(error)
    }
    var decoder = WireDecoder(bytes)
    guard let value = try? Summary.Value(from: &decoder),
      value.tag.utf8.elementsEqual(series.tag.utf8)
    else { return nil }
    return value
  }

  /// An image's or sound's files at a position of a series: one, or as many as the writer put there.
  public func blobs(_ index: Int, of series: Series) throws(EventFileError) -> [[UInt8]] {
    switch try value(index, of: series)?.content {
    case .image(let image): return [image.encoded]
    case .audio(let audio): return [audio.encoded]
    case .tensor(let tensor):
      let strings = tensor.strings ?? []
      // An image's tensor begins with width and height; a sound's has pairs of sound and label.
      switch series.kind {
      case .image: return Array(strings.dropFirst(2))
      case .audio:
        return tensor.shape.count == 2 && tensor.shape[1] == 2
          ? stride(from: 0, to: strings.count, by: 2).map { strings[$0] } : strings
      default: return strings
      }
    default: return []
    }
  }

  /// The texts at a position of a series.
  public func texts(_ index: Int, of series: Series) throws(EventFileError) -> [String] {
    guard case .tensor(let tensor)? = try value(index, of: series)?.content else { return [] }
    return (tensor.strings ?? []).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The buckets at a position of a series, whatever form the file has them in.
  public func histogram(
    _ index: Int, of series: Series
  ) throws(EventFileError) -> [HistogramBucket] {
    switch try value(index, of: series)?.content {
    case .histogram(let histogram): return HistogramBucket.buckets(of: histogram)
    case .tensor(let tensor):
      guard let numbers = tensor.numbers, numbers.count.isMultiple(of: 3) else { return [] }
      return stride(from: 0, to: numbers.count, by: 3).map {
        HistogramBucket(left: numbers[$0], right: numbers[$0 + 1], count: numbers[$0 + 2])
      }
    default: return []
    }
  }
}

/// How many values lie between two edges.
public struct HistogramBucket: Sendable, Equatable {
  /// The lower edge.
  public var left: Double
  /// The upper edge.
  public var right: Double
  /// How many values.
  public var count: Double

  /// A bucket.
  public init(left: Double, right: Double, count: Double) {
    (self.left, self.right, self.count) = (left, right, count)
  }

  /// The buckets of TensorFlow 1's form, as TensorBoard's `data_compat.py` makes them: the first
  /// begins at the least value and the last ends at the greatest.
  package static func buckets(of histogram: HistogramProto) -> [HistogramBucket] {
    let count = min(histogram.bucketLimits.count, histogram.buckets.count)
    return (0..<count).map { index in
      let lower = index == 0 ? histogram.min : histogram.bucketLimits[index - 1]
      let upper = index == count - 1 ? histogram.max : histogram.bucketLimits[index]
      return HistogramBucket(left: lower, right: upper, count: histogram.buckets[index])
    }
  }
}
