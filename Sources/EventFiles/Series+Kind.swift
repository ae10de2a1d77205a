internal import ProtobufWire

extension Series.Kind {
  /// What a value is, by its field, and a tensor's by its metadata or those that its tag began with.
  ///
  /// - Parameter first: The kind and the metadata that the tag began with; nil for its first value.
  package init(of value: PackedValue, like first: (kind: Self, metadata: [UInt8]?)? = nil) {
    switch value.field {
    case 2: self = .scalar
    case 4: self = .image
    case 5: self = .histogram
    case 6: self = .audio
    default:
      if let first, value.metadata.map({ first.metadata?.elementsEqual($0) ?? false }) ?? true {
        self =
          first.kind != .scalar
          ? first.kind : value.tensorScalar() == nil ? .tensor : .scalar
        return
      }
      switch value.pluginName {
      case "scalars" where value.tensorScalar() != nil: self = .scalar
      case "histograms", "distributions": self = .histogram
      case "images": self = .image
      case "audio": self = .audio
      case "text": self = .text
      default: self = .tensor
      }
    }
  }
}

extension PackedValue {
  /// The dashboard that the value's own metadata name; empty for none.
  package var pluginName: String {
    guard let metadata else { return "" }
    var decoder = WireDecoder(Array(metadata))
    return (try? SummaryMetadata(from: &decoder))?.pluginName ?? ""
  }
}
