package import ProtobufWire

extension Summary: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(values: [])
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): values.append(try decoder.message())
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    for value in values { encoder.encode(value, field: 1) }
  }
}

extension Summary.Value: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(tag: "", content: nil)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): tag = try decoder.string()
      case (2, .fixed32): content = .scalar(try decoder.float())
      case (4, .lengthDelimited): content = .image(try decoder.message())
      case (5, .lengthDelimited): content = .histogram(try decoder.message())
      case (6, .lengthDelimited): content = .audio(try decoder.message())
      case (8, .lengthDelimited): content = .tensor(try decoder.message())
      case (9, .lengthDelimited): metadata = try decoder.message(SummaryMetadata.self)
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    encoder.encode(tag, field: 1)
    switch content {
    case .scalar(let value): encoder.encode(value, field: 2)
    case .image(let image): encoder.encode(image, field: 4)
    case .histogram(let histogram): encoder.encode(histogram, field: 5)
    case .audio(let audio): encoder.encode(audio, field: 6)
    case .tensor(let tensor): encoder.encode(tensor, field: 8)
    case nil: break
    }
    if let metadata { encoder.encode(metadata, field: 9) }
  }
}

extension Summary.EncodedImage: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(height: 0, width: 0, colorspace: 0, encoded: [])
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .varint): height = try decoder.integer()
      case (2, .varint): width = try decoder.integer()
      case (3, .varint): colorspace = try decoder.integer()
      case (4, .lengthDelimited): encoded = try decoder.byteArray()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if height != 0 { encoder.encode(height, field: 1) }
    if width != 0 { encoder.encode(width, field: 2) }
    if colorspace != 0 { encoder.encode(colorspace, field: 3) }
    if !encoded.isEmpty { encoder.encode(encoded, field: 4) }
  }
}

extension Summary.EncodedAudio: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(sampleRate: 0, channels: 0, frames: 0, encoded: [], contentType: "")
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .fixed32): sampleRate = try decoder.float()
      case (2, .varint): channels = try decoder.integer()
      case (3, .varint): frames = try decoder.integer()
      case (4, .lengthDelimited): encoded = try decoder.byteArray()
      case (5, .lengthDelimited): contentType = try decoder.string()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if sampleRate != 0 { encoder.encode(sampleRate, field: 1) }
    if channels != 0 { encoder.encode(channels, field: 2) }
    if frames != 0 { encoder.encode(frames, field: 3) }
    if !encoded.isEmpty { encoder.encode(encoded, field: 4) }
    if !contentType.isEmpty { encoder.encode(contentType, field: 5) }
  }
}

extension SummaryMetadata: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(pluginName: "", dataClass: .unknown)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited):
        var plugin = try decoder.nestedDecoder()
        try decodePlugin(from: &plugin)
      case (2, .lengthDelimited): displayName = try decoder.string()
      case (3, .lengthDelimited): summaryDescription = try decoder.string()
      case (4, .varint): dataClass = DataClass(rawValue: try decoder.integer()) ?? .unknown
      default: try decoder.skip(field)
      }
    }
  }

  private mutating func decodePlugin(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): pluginName = try decoder.string()
      case (2, .lengthDelimited): pluginContent = try decoder.byteArray()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    encoder.encodeMessage(field: 1) { plugin in
      if !pluginName.isEmpty { plugin.encode(pluginName, field: 1) }
      if !pluginContent.isEmpty { plugin.encode(pluginContent, field: 2) }
    }
    if !displayName.isEmpty { encoder.encode(displayName, field: 2) }
    if !summaryDescription.isEmpty { encoder.encode(summaryDescription, field: 3) }
    if dataClass != .unknown { encoder.encode(dataClass.rawValue, field: 4) }
  }
}

extension HistogramProto: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init()
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .fixed64): min = try decoder.double()
      case (2, .fixed64): max = try decoder.double()
      case (3, .fixed64): count = try decoder.double()
      case (4, .fixed64): sum = try decoder.double()
      case (5, .fixed64): sumOfSquares = try decoder.double()
      case (6, .lengthDelimited), (6, .fixed64):
        try decoder.appendDoubles(to: &bucketLimits, field)
      case (7, .lengthDelimited), (7, .fixed64): try decoder.appendDoubles(to: &buckets, field)
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    let numbers = [min, max, count, sum, sumOfSquares]
    for (index, value) in numbers.enumerated() where value != 0 {
      encoder.encode(value, field: index + 1)
    }
    if !bucketLimits.isEmpty { encoder.encode(packed: bucketLimits, field: 6) }
    if !buckets.isEmpty { encoder.encode(packed: buckets, field: 7) }
  }
}
