internal import EventFiles
internal import ProtobufWire

/// What is kept of a tag of a run.
struct TimeSeries: Sendable {
  /// The tag's bytes, which are UTF-8.
  let tag: [UInt8]
  let pluginName: String
  let dataClass: SummaryMetadata.DataClass
  /// A message `SummaryMetadata`.
  let metadata: [UInt8]
  /// The numbers of a series of scalars; nil for a value that is none.
  var scalars: Reservoir<Float?>
  /// Where the values of any other series lie.
  var places: Reservoir<Place>

  init(tag: String, metadata: SummaryMetadata, capacity: Int?) {
    self.tag = Array(tag.utf8)
    pluginName = metadata.pluginName
    dataClass = metadata.dataClass
    self.metadata = metadata.wireBytes
    scalars = Reservoir(capacity: capacity)
    places = Reservoir(capacity: capacity)
  }

  /// Brings the points into the order of their steps.
  mutating func sort() {
    scalars.sort()
    places.sort()
  }

  /// Points in memory.
  var pointCount: Int { scalars.points.count + places.points.count }

  /// The points that are of the series' kind.
  var validScalars: [Reservoir<Float?>.Point] { scalars.points.filter { $0.value != nil } }
  var validPlaces: [Reservoir<Place>.Point] { places.points.filter { $0.value.count != nil } }

  /// The last step and the latest time of these points, and the longest sequence of blobs; nil without any.
  var maxima: (step: Int, wallTime: Double, length: Int)? {
    dataClass == .scalar
      ? Self.maxima(validScalars) { _ in 0 } : Self.maxima(validPlaces) { Int($0.count ?? 0) }
  }

  private static func maxima<Value>(
    _ points: [Reservoir<Value>.Point], length: (Value) -> Int
  ) -> (step: Int, wallTime: Double, length: Int)? {
    guard let last = points.last else { return nil }
    return points.reduce(into: (last.step, last.wallTime, 0)) { maxima, point in
      maxima.1 = max(maxima.1, point.wallTime)
      maxima.2 = max(maxima.2, length(point.value))
    }
  }
}
