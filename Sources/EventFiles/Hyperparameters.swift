/// A hyperparameter's value.
public enum HyperparameterValue: Sendable, Hashable {
  /// A number. TensorBoard skips one that isn't finite.
  case number(Double)
  /// A text.
  case string(String)
  /// A truth value.
  case bool(Bool)
}

extension HyperparameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// What the dashboard HParams reads, in the metadata of a value without content.
///
/// - Source: TensorBoard, `plugins/hparams/plugin_data.proto` and `api.proto`.
public enum HyperparameterData: Sendable, Equatable {
  /// Which hyperparameters and metrics there are. TensorBoard takes that of one run for all.
  case experiment(Experiment)
  /// The values of a run.
  case sessionStart(SessionStart)
  /// How a run ended.
  case sessionEnd(SessionEnd)

  /// Which hyperparameters and metrics the runs of a log directory have.
  public struct Experiment: Sendable, Equatable {
    /// A description, in Markdown.
    public var description = ""
    /// Who made it.
    public var user = ""
    /// When it was made, in seconds since 1970; 0: not stated.
    public var timeCreated = 0.0
    /// The hyperparameters, each a column of the dashboard.
    public var hyperparameters: [HyperparameterInfo]
    /// The metrics, each a column of the dashboard.
    public var metrics: [MetricInfo]

    /// An experiment.
    package init(hyperparameters: [HyperparameterInfo], metrics: [MetricInfo]) {
      self.hyperparameters = hyperparameters
      self.metrics = metrics
    }
  }

  /// A hyperparameter, whatever its value.
  public struct HyperparameterInfo: Sendable, Equatable {
    /// What the values are.
    public enum Kind: Int, Sendable {
      /// Not stated.
      case unspecified = 0
      /// Texts.
      case string = 1
      /// Truth values.
      case bool = 2
      /// Numbers.
      case number = 3
    }

    /// Which values are possible.
    public enum Domain: Sendable, Equatable {
      /// These.
      case values([HyperparameterValue])
      /// The numbers from the first to the second.
      case interval(Double, Double)
    }

    /// The name.
    public var name: String
    /// A name to show instead.
    public var displayName: String
    /// A description, in Markdown.
    public var description: String
    /// What the values are.
    public var kind: Kind
    /// Which values are possible; nil: any.
    public var domain: Domain?

    /// A hyperparameter.
    public init(
      name: String, kind: Kind, domain: Domain? = nil, displayName: String = "",
      description: String = ""
    ) {
      self.name = name
      self.kind = kind
      self.domain = domain
      self.displayName = displayName
      self.description = description
    }
  }

  /// A metric: a scalar of the runs, of which the dashboard shows the last value.
  public struct MetricInfo: Sendable, Equatable {
    /// The scalar's tag.
    public var tag: String
    /// The child run that holds the scalar; "" for the run of the hyperparameters itself.
    public var group: String
    /// A name to show instead.
    public var displayName: String
    /// A description, in Markdown.
    public var description: String
    /// What it was measured on.
    public var dataset: Dataset

    /// What a metric was measured on.
    public enum Dataset: Int, Sendable {
      /// Not stated.
      case unknown = 0
      /// Training data.
      case training = 1
      /// Validation data.
      case validation = 2
    }

    /// A metric.
    ///
    /// - `tag`: The scalar's tag.
    /// - `group`: The child run that holds the scalar; "" for the run of the hyperparameters itself.
    public init(
      tag: String, group: String = "", displayName: String = "", description: String = "",
      dataset: Dataset = .unknown
    ) {
      self.tag = tag
      self.group = group
      self.displayName = displayName
      self.description = description
      self.dataset = dataset
    }
  }

  /// The hyperparameters of a run.
  public struct SessionStart: Sendable, Equatable {
    /// The values, by name.
    public var hyperparameters: [String: HyperparameterValue]
    /// Runs of one group are shown as one; "": each for itself.
    public var groupName: String
    /// When the run started, in seconds since 1970.
    public var startTime: Double
    /// Where the model is.
    public var modelLocation = ""
    /// Where the run can be watched.
    public var monitorLocation = ""

    /// The hyperparameters of a run.
    package init(
      hyperparameters: [String: HyperparameterValue], groupName: String = "", startTime: Double
    ) {
      self.hyperparameters = hyperparameters
      self.groupName = groupName
      self.startTime = startTime
    }
  }

  /// How a run ended.
  public struct SessionEnd: Sendable, Equatable {
    /// How it ended.
    public enum Status: Int, Sendable {
      /// Not stated.
      case unknown = 0
      /// As it should.
      case success = 1
      /// By a failure.
      case failure = 2
      /// Not yet.
      case running = 3
    }

    /// How it ended.
    public var status: Status
    /// When, in seconds since 1970.
    public var endTime: Double

    /// How a run ended.
    package init(status: Status, endTime: Double) {
      self.status = status
      self.endTime = endTime
    }
  }
}
