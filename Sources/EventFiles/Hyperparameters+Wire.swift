package import ProtobufWire

extension HyperparameterData: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    var data: HyperparameterData?
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (2, .lengthDelimited): data = .experiment(try decoder.message())
      case (3, .lengthDelimited): data = .sessionStart(try decoder.message())
      case (4, .lengthDelimited): data = .sessionEnd(try decoder.message())
      default: try decoder.skip(field)
      }
    }
    // A message without any of them says no more than a run without values.
    self = data ?? .sessionStart(SessionStart(hyperparameters: [:], startTime: 0))
  }

  package func encode(into encoder: inout WireEncoder) {
    // The version, field 1, is 0.
    switch self {
    case .experiment(let experiment): encoder.encode(experiment, field: 2)
    case .sessionStart(let start): encoder.encode(start, field: 3)
    case .sessionEnd(let end): encoder.encode(end, field: 4)
    }
  }
}

extension HyperparameterData.Experiment: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(hyperparameters: [], metrics: [])
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): description = try decoder.string()
      case (2, .lengthDelimited): user = try decoder.string()
      case (3, .fixed64): timeCreated = try decoder.double()
      case (4, .lengthDelimited): hyperparameters.append(try decoder.message())
      case (5, .lengthDelimited): metrics.append(try decoder.message())
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if !description.isEmpty { encoder.encode(description, field: 1) }
    if !user.isEmpty { encoder.encode(user, field: 2) }
    if timeCreated != 0 { encoder.encode(timeCreated, field: 3) }
    for info in hyperparameters { encoder.encode(info, field: 4) }
    for info in metrics { encoder.encode(info, field: 5) }
  }
}

extension HyperparameterData.HyperparameterInfo: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(name: "", kind: .unspecified)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): name = try decoder.string()
      case (2, .lengthDelimited): displayName = try decoder.string()
      case (3, .lengthDelimited): description = try decoder.string()
      case (4, .varint): kind = Kind(rawValue: try decoder.integer()) ?? .unspecified
      case (5, .lengthDelimited):
        var list = try decoder.nestedDecoder()
        domain = .values(try Self.values(from: &list))
      case (6, .lengthDelimited):
        var interval = try decoder.nestedDecoder()
        domain = try Self.interval(from: &interval)
      default: try decoder.skip(field)
      }
    }
  }

  private static func values(
    from decoder: inout WireDecoder
  ) throws(WireError) -> [HyperparameterValue] {
    var values: [HyperparameterValue] = []
    while let field = try decoder.nextField() {
      guard field.number == 1, field.type == .lengthDelimited else {
        try decoder.skip(field)
        continue
      }
      if let value = try decoder.message(OptionalValue.self).value { values.append(value) }
    }
    return values
  }

  private static func interval(from decoder: inout WireDecoder) throws(WireError) -> Domain {
    var bounds = (0.0, 0.0)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .fixed64): bounds.0 = try decoder.double()
      case (2, .fixed64): bounds.1 = try decoder.double()
      default: try decoder.skip(field)
      }
    }
    return .interval(bounds.0, bounds.1)
  }

  package func encode(into encoder: inout WireEncoder) {
    if !name.isEmpty { encoder.encode(name, field: 1) }
    if !displayName.isEmpty { encoder.encode(displayName, field: 2) }
    if !description.isEmpty { encoder.encode(description, field: 3) }
    if kind != .unspecified { encoder.encode(kind.rawValue, field: 4) }
    switch domain {
    case .values(let values):
      encoder.encodeMessage(field: 5) { list in
        for value in values { list.encode(OptionalValue(value: value), field: 1) }
      }
    case .interval(let low, let high):
      encoder.encodeMessage(field: 6) { interval in
        if low != 0 { interval.encode(low, field: 1) }
        if high != 0 { interval.encode(high, field: 2) }
      }
    case nil: break
    }
  }
}

extension HyperparameterData.MetricInfo: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(tag: "")
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited):
        var name = try decoder.nestedDecoder()
        try decodeName(from: &name)
      case (3, .lengthDelimited): displayName = try decoder.string()
      case (4, .lengthDelimited): description = try decoder.string()
      case (5, .varint): dataset = Dataset(rawValue: try decoder.integer()) ?? .unknown
      default: try decoder.skip(field)
      }
    }
  }

  private mutating func decodeName(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): group = try decoder.string()
      case (2, .lengthDelimited): tag = try decoder.string()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    encoder.encodeMessage(field: 1) { name in
      if !group.isEmpty { name.encode(group, field: 1) }
      if !tag.isEmpty { name.encode(tag, field: 2) }
    }
    if !displayName.isEmpty { encoder.encode(displayName, field: 3) }
    if !description.isEmpty { encoder.encode(description, field: 4) }
    if dataset != .unknown { encoder.encode(dataset.rawValue, field: 5) }
  }
}

extension HyperparameterData.SessionStart: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(hyperparameters: [:], startTime: 0)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited):
        let entry = try decoder.message(Entry.self)
        hyperparameters[entry.name] = entry.value
      case (2, .lengthDelimited): modelLocation = try decoder.string()
      case (3, .lengthDelimited): monitorLocation = try decoder.string()
      case (4, .lengthDelimited): groupName = try decoder.string()
      case (5, .fixed64): startTime = try decoder.double()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    // By name, so that the same values always make the same bytes.
    for (name, value) in hyperparameters.sorted(by: { $0.key < $1.key }) {
      encoder.encode(Entry(name: name, value: value), field: 1)
    }
    if !modelLocation.isEmpty { encoder.encode(modelLocation, field: 2) }
    if !monitorLocation.isEmpty { encoder.encode(monitorLocation, field: 3) }
    if !groupName.isEmpty { encoder.encode(groupName, field: 4) }
    if startTime != 0 { encoder.encode(startTime, field: 5) }
  }
}

extension HyperparameterData.SessionEnd: WireMessage {
  package init(from decoder: inout WireDecoder) throws(WireError) {
    self.init(status: .unknown, endTime: 0)
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .varint): status = Status(rawValue: try decoder.integer()) ?? .unknown
      case (2, .fixed64): endTime = try decoder.double()
      default: try decoder.skip(field)
      }
    }
  }

  package func encode(into encoder: inout WireEncoder) {
    if status != .unknown { encoder.encode(status.rawValue, field: 1) }
    if endTime != 0 { encoder.encode(endTime, field: 2) }
  }
}

/// An entry of a map from names to values.
private struct Entry: WireMessage {
  var name = ""
  var value: HyperparameterValue?

  init(name: String, value: HyperparameterValue) {
    self.name = name
    self.value = value
  }

  init(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (1, .lengthDelimited): name = try decoder.string()
      case (2, .lengthDelimited): value = try decoder.message(OptionalValue.self).value
      default: try decoder.skip(field)
      }
    }
  }

  func encode(into encoder: inout WireEncoder) {
    encoder.encode(name, field: 1)
    encoder.encode(OptionalValue(value: value), field: 2)
  }
}

/// A `google.protobuf.Value`; a null, a list or a structure in it is no value of a hyperparameter.
private struct OptionalValue: WireMessage {
  var value: HyperparameterValue?

  init(value: HyperparameterValue?) { self.value = value }

  init(from decoder: inout WireDecoder) throws(WireError) {
    while let field = try decoder.nextField() {
      switch (field.number, field.type) {
      case (2, .fixed64): value = .number(try decoder.double())
      case (3, .lengthDelimited): value = .string(try decoder.string())
      case (4, .varint): value = .bool(try decoder.bool())
      default: try decoder.skip(field)
      }
    }
  }

  func encode(into encoder: inout WireEncoder) {
    switch value {
    case .number(let number): encoder.encode(number, field: 2)
    case .string(let string): encoder.encode(string, field: 3)
    case .bool(let bool): encoder.encode(bool, field: 4)
    case nil: break
    }
  }
}
