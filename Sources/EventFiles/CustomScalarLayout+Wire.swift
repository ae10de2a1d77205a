package import ProtobufWire

extension CustomScalarLayout: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(categories: [])
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (2, .lengthDelimited): categories.append(try decoder.message())
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    // The version, field 1, is 0.
    for category in categories { encoder.encode(category, field: 2) }
  }
}

extension CustomScalarLayout.Category: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init("", charts: [])
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): title = try decoder.string()
      case (2, .lengthDelimited): charts.append(try decoder.message())
      case (3, .varint): isClosed = try decoder.bool()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if !title.isEmpty { encoder.encode(title, field: 1) }
    for chart in charts { encoder.encode(chart, field: 2) }
    if isClosed { encoder.encode(true, field: 3) }
  }
}

extension CustomScalarLayout.Chart: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init("", content: nil)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): title = try decoder.string()
      case (2, .lengthDelimited): content = .multiline(try decoder.message(Patterns.self).patterns)
      case (3, .lengthDelimited): content = .margin(try decoder.message(Margins.self).series)
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if !title.isEmpty { encoder.encode(title, field: 1) }
    switch content {
    case .multiline(let patterns): encoder.encode(Patterns(patterns: patterns), field: 2)
    case .margin(let series): encoder.encode(Margins(series: series), field: 3)
    case nil: break
    }
  }

  private struct Patterns: WireMessage {
    var patterns: [String] = []

    init(patterns: [String]) { self.patterns = patterns }

    init(from decoder: inout WireDecoder) throws(WireError) {
      while let field = try decoder.nextField() {
        switch (field.number, field.type) {
        case (1, .lengthDelimited): patterns.append(try decoder.string())
        default: try decoder.skip(field)
        }
      }
    }

    func encode(into encoder: inout WireEncoder) {
      for pattern in patterns { encoder.encode(pattern, field: 1) }
    }
  }

  private struct Margins: WireMessage {
    var series: [CustomScalarLayout.MarginSeries] = []

    init(series: [CustomScalarLayout.MarginSeries]) { self.series = series }

    init(from decoder: inout WireDecoder) throws(WireError) {
      while let field = try decoder.nextField() {
        switch (field.number, field.type) {
        case (1, .lengthDelimited): series.append(try decoder.message())
        default: try decoder.skip(field)
        }
      }
    }

    func encode(into encoder: inout WireEncoder) {
      for one in series { encoder.encode(one, field: 1) }
    }
  }
}

extension CustomScalarLayout.MarginSeries: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(value: "", lower: "", upper: "")
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): value = try decoder.string()
      case (2, .lengthDelimited): lower = try decoder.string()
      case (3, .lengthDelimited): upper = try decoder.string()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if !value.isEmpty { encoder.encode(value, field: 1) }
    if !lower.isEmpty { encoder.encode(lower, field: 2) }
    if !upper.isEmpty { encoder.encode(upper, field: 3) }
  }
}
