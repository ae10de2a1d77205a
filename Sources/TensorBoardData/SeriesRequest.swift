internal import ProtobufWire

/// What a request for series asks for: those of a plugin, perhaps only of some runs and tags.
///
/// One form for six messages, from `ListScalarsRequest` to `ReadBlobSequencesRequest`.
///
/// - Source: TensorBoard, `data/proto/data_provider.proto`.
struct SeriesRequest {
  private(set) var plugin = ""
  /// Names by their bytes; nil: all.
  private var runs: Set<[UInt8]>?
  private var tags: Set<[UInt8]>?
  /// How many points of a series are asked for; nil where the request doesn't say.
  private(set) var pointCount: Int?

  init(_ bytes: [UInt8]) throws(WireError) {
    var decoder = WireDecoder(bytes)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (2, .lengthDelimited):
        var filter = try decoder.nestedDecoder()
        while let field = try filter.nextField() {
          switch (field.number, field.type) {
          case (1, .lengthDelimited): plugin = try filter.string()
          default: try filter.skip(field)
          }
        }
      case (3, .lengthDelimited):
        var filter = try decoder.nestedDecoder()
        while let field = try filter.nextField() {
          switch (field.number, field.type) {
          case (1, .lengthDelimited): try Self.addNames(from: &filter, to: &runs)
          case (2, .lengthDelimited): try Self.addNames(from: &filter, to: &tags)
          default: try filter.skip(field)
          }
        }
      case (4, .lengthDelimited):
        pointCount = pointCount ?? 0
        var downsample = try decoder.nestedDecoder()
        while let field = try downsample.nextField() {
          switch (field.number, field.type) {
          case (1, .varint): pointCount = try downsample.integer()
          default: try downsample.skip(field)
          }
        }
      default: try decoder.skip(field)
      }
    }
  }

  /// A list that is empty takes none.
  private static func addNames(
    from decoder: inout WireDecoder, to names: inout Set<[UInt8]>?
  ) throws(WireError) {
    var list = try decoder.nestedDecoder()
    names = names ?? []
    while let field = try list.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): names?.insert(try list.byteArray())
      default: try list.skip(field)
      }
    }
  }

  func wantsRun(named name: [UInt8]) -> Bool { runs?.contains(name) ?? true }

  func wants(_ series: TimeSeries) -> Bool {
    series.pluginName == plugin && tags?.contains(series.tag) ?? true
  }
}
