package import ProtobufWire

extension Event: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(wallTime: 0)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .fixed64): wallTime = try decoder.double()
      case (2, .varint): step = try decoder.integer()
      case (3, .lengthDelimited): content = .fileVersion(try decoder.string())
      case (4, .lengthDelimited): content = .graphDefinition(try decoder.byteArray())
      case (5, .lengthDelimited):
        var summary = try decoder.message(Summary.self)
        // Parts of one message add up; no writer does this, but the format allows it.
        if case .summary(let before) = content { summary.values = before.values + summary.values }
        content = .summary(summary)
      case (7, .lengthDelimited): content = .sessionLog(try decoder.message())
      case (8, .lengthDelimited): content = .runMetadata(try decoder.message())
      case (9, .lengthDelimited): content = .metaGraphDefinition(try decoder.byteArray())
      case (10, .lengthDelimited): writer = try decoder.message(SourceMetadata.self).writer
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if wallTime != 0 { encoder.encode(wallTime, field: 1) }
    if step != 0 { encoder.encode(step, field: 2) }
    switch content {
    case .fileVersion(let version): encoder.encode(version, field: 3)
    case .graphDefinition(let bytes): encoder.encode(bytes, field: 4)
    case .summary(let summary): encoder.encode(summary, field: 5)
    case .sessionLog(let log): encoder.encode(log, field: 7)
    case .runMetadata(let metadata): encoder.encode(metadata, field: 8)
    case .metaGraphDefinition(let bytes): encoder.encode(bytes, field: 9)
    case nil: break
    }
    if let writer { encoder.encode(SourceMetadata(writer: writer), field: 10) }
  }
}

/// Who wrote a file.
private struct SourceMetadata: WireMessage {
  var writer = ""

  init(writer: String) { self.writer = writer }

  init(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): writer = try decoder.string()
      default: try decoder.skip(field)
      }
    }
  }

  func encode(into encoder: inout WireEncoder) {
    if !writer.isEmpty { encoder.encode(writer, field: 1) }
  }
}

extension SessionLog: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(status: .unspecified)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .varint): status = Status(rawValue: try decoder.integer()) ?? .unspecified
      case (2, .lengthDelimited): checkpointPath = try decoder.string()
      case (3, .lengthDelimited): message = try decoder.string()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if status != .unspecified { encoder.encode(status.rawValue, field: 1) }
    if !checkpointPath.isEmpty { encoder.encode(checkpointPath, field: 2) }
    if !message.isEmpty { encoder.encode(message, field: 3) }
  }
}

extension TaggedRunMetadata: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(tag: "", runMetadata: [])
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): tag = try decoder.string()
      case (2, .lengthDelimited): runMetadata = try decoder.byteArray()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if !tag.isEmpty { encoder.encode(tag, field: 1) }
    if !runMetadata.isEmpty { encoder.encode(runMetadata, field: 2) }
  }
}
