public import EventFiles
internal import ProtobufWire

extension Summary {
  /// The hyperparameters of the run, for the dashboard HParams. Goes before the run's first metric.
  ///
  /// - Parameters:
  ///   - values: The values, by name.
  ///   - metrics: Tags of scalars of this run, whose last values the dashboard shows beside. Given
  ///     some, the columns are these hyperparameters and metrics, for all runs of the log directory:
  ///     TensorBoard takes the list of one run for all. Given none, the columns are the
  ///     hyperparameters of all runs and every scalar.
  ///   - columns: The hyperparameters that are columns; empty: all. The dashboard sorts them by name,
  ///     shows the first five and hides the rest behind boxes to tick.
  ///   - group: Runs of one group are shown as one, with the mean of their metrics.
  ///   - startTime: In seconds since 1970; nil: now.
  public static func hyperparameters(
    _ values: [String: HyperparameterValue], metrics: [String] = [], columns: [String] = [],
    group: String = "",
    startTime: Double? = nil
  ) -> Summary {
    let start = HyperparameterData.SessionStart(
      hyperparameters: values, groupName: group, startTime: startTime ?? Platform.wallTime())
    var summary = Summary(values: [
      hyperparameterValue("_hparams_/session_start_info", .sessionStart(start))
    ])
    if !metrics.isEmpty {
      let names = columns.isEmpty ? values.keys.sorted() : columns
      let infos = names.map { name in
        HyperparameterData.HyperparameterInfo(
          name: name, kind: values[name]?.kind ?? .unspecified)
      }
      let experiment = HyperparameterData.Experiment(
        hyperparameters: infos, metrics: metrics.map { HyperparameterData.MetricInfo(tag: $0) })
      summary.values.insert(
        hyperparameterValue("_hparams_/experiment", .experiment(experiment)), at: 0)
    }
    return summary
  }

  /// That the run started, for the dashboard HParams, where there are no hyperparameters to tell.
  ///
  /// - Parameters:
  ///   - group: Runs of one group are shown as one, with the mean of their metrics.
  ///   - startTime: In seconds since 1970; nil: now.
  ///   - modelLocation: Where the model is.
  ///   - monitorLocation: Where the run can be watched.
  public static func runStarted(
    group: String = "", startTime: Double? = nil, modelLocation: String = "",
    monitorLocation: String = ""
  ) -> Summary {
    var start = HyperparameterData.SessionStart(
      hyperparameters: [:], groupName: group, startTime: startTime ?? Platform.wallTime())
    start.modelLocation = modelLocation
    start.monitorLocation = monitorLocation
    return Summary(values: [
      hyperparameterValue("_hparams_/session_start_info", .sessionStart(start))
    ])
  }

  /// How the run ended, for the dashboard HParams.
  ///
  /// - `endTime`: In seconds since 1970; nil: now.
  public static func runEnded(
    _ status: HyperparameterData.SessionEnd.Status, endTime: Double? = nil
  ) -> Summary {
    let end = HyperparameterData.SessionEnd(
      status: status, endTime: endTime ?? Platform.wallTime())
    return Summary(values: [hyperparameterValue("_hparams_/session_end_info", .sessionEnd(end))])
  }

  /// The hyperparameters of the run, from variables of any types: numbers, truth values and texts are
  /// kept as such, anything else as the text that describes it.
  ///
  /// ```swift
  /// try writer.add(.hyperparameters(["rate": rate, "optimizer": name, "augment": isAugmented]), step: 0)
  /// ```
  @_disfavoredOverload
  public static func hyperparameters(
    _ values: [String: Any], metrics: [String] = [], columns: [String] = [], group: String = "",
    startTime: Double? = nil
  ) -> Summary {
    hyperparameters(
      values.mapValues(HyperparameterValue.init(of:)), metrics: metrics, columns: columns,
      group: group, startTime: startTime)
  }

  /// A value that is all metadata; its tensor is empty.
  static func hyperparameterValue(_ tag: String, _ data: HyperparameterData) -> Value {
    Value(
      tag: tag,
      metadata: SummaryMetadata(
        pluginName: "hparams", dataClass: .tensor, pluginContent: data.wireBytes),
      content: .tensor(TensorProto(dataType: .float, shape: [0], scalars: .bytes([]))))
  }
}

extension HyperparameterValue {
  fileprivate init(of value: Any) {
    self =
      switch value {
      case let value as HyperparameterValue: value
      case let value as Bool: .bool(value)
      case let value as any BinaryInteger: .number(Double(value))
      case let value as any BinaryFloatingPoint: .number(Double(value))
      default: .string("\(value)")
      }
  }
}
