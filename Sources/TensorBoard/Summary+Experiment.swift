public import EventFiles
internal import ProtobufWire

extension Summary {
  /// Which hyperparameters and metrics the runs of a log directory have, for the dashboard HParams:
  /// their columns (sorted by name), with domains to filter rows by.
  ///
  /// Goes into one run, before its `hyperparameters`; TensorBoard takes that of one run for all.
  ///
  /// ```swift
  /// try writer.add(
  ///   .experiment(
  ///     hyperparameters: [
  ///       .values("optimizer", ["adam", "sgd"]), .interval("learning-rate", 1e-5...1e-1),
  ///       .bool("augment"),
  ///     ],
  ///     metrics: [.init(tag: "accuracy/test", displayName: "accuracy", dataset: .validation)]),
  ///   .hyperparameters(["optimizer": "adam", "learning-rate": 1e-3, "augment": true]), step: 0)
  /// ```
  ///
  /// - Throws: `SummaryError` where there is neither, a name or metric occurs twice, values of a domain
  ///   are of several kinds, or an interval isn't finite.
  public static func experiment(
    hyperparameters: [HyperparameterData.HyperparameterInfo],
    metrics: [HyperparameterData.MetricInfo], description: String = "", user: String = "",
    timeCreated: Double? = nil
  ) throws(SummaryError) -> Summary {
    let tag = "_hparams_/experiment"
    guard !hyperparameters.isEmpty || !metrics.isEmpty else {
      throw .empty(tag: tag, what: "hyperparameters and metrics")
    }
    try SummaryError.checkDistinct(
      hyperparameters.map(\.name), tag: tag, what: "hyperparameter")
    try SummaryError.checkDistinct(
      metrics.map { $0.group.isEmpty ? $0.tag : "\($0.group)/\($0.tag)" }, tag: tag, what: "metric")
    for info in hyperparameters { try check(info, tag: tag) }
    var experiment = HyperparameterData.Experiment(
      hyperparameters: hyperparameters, metrics: metrics)
    experiment.description = description
    experiment.user = user
    experiment.timeCreated = timeCreated ?? Platform.wallTime()
    return Summary(values: [hyperparameterValue(tag, .experiment(experiment))])
  }

  private static func check(
    _ info: HyperparameterData.HyperparameterInfo, tag: String
  ) throws(SummaryError) {
    switch info.domain {
    case .values(let values):
      guard !values.isEmpty else {
        throw .empty(tag: tag, what: "values in the domain of \(info.name)")
      }
      for value in values where value.kind != info.kind {
        throw .outOfRange(
          tag: tag, what: "a value of \(info.name)", value: "\(value)",
          expected: "one of the kind \(info.kind)")
      }
    case .interval(let low, let high):
      try SummaryError.checkFinite([low, high], tag: tag, what: "bounds of \(info.name)")
    case nil: break
    }
  }
}

extension HyperparameterData.HyperparameterInfo {
  /// A hyperparameter of these values, all of one kind.
  public static func values(
    _ name: String, _ values: [HyperparameterValue], displayName: String = "",
    description: String = ""
  ) -> Self {
    Self(
      name: name, kind: values.first?.kind ?? .unspecified, domain: .values(values),
      displayName: displayName, description: description)
  }

  /// A number in an interval.
  public static func interval(
    _ name: String, _ bounds: ClosedRange<Double>, displayName: String = "",
    description: String = ""
  ) -> Self {
    Self(
      name: name, kind: .number, domain: .interval(bounds.lowerBound, bounds.upperBound),
      displayName: displayName, description: description)
  }

  /// A truth value.
  public static func bool(
    _ name: String, displayName: String = "", description: String = ""
  ) -> Self {
    Self(
      name: name, kind: .bool, domain: .values([false, true]), displayName: displayName,
      description: description)
  }

  /// Any number.
  public static func number(
    _ name: String, displayName: String = "", description: String = ""
  ) -> Self {
    Self(name: name, kind: .number, displayName: displayName, description: description)
  }

  /// Any text.
  public static func string(
    _ name: String, displayName: String = "", description: String = ""
  ) -> Self {
    Self(name: name, kind: .string, displayName: displayName, description: description)
  }
}

extension HyperparameterValue {
  /// What kind of value it is.
  var kind: HyperparameterData.HyperparameterInfo.Kind {
    switch self {
    case .number: .number
    case .string: .string
    case .bool: .bool
    }
  }
}
