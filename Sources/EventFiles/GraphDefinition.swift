/// Operations and what flows between them: TensorFlow's `GraphDef`, as the dashboard Graphs reads it.
///
/// - Source: TensorBoard, `compat/proto/graph.proto`, `node_def.proto` and `attr_value.proto`.
public struct GraphDefinition: Sendable, Equatable {
  /// The operations. Each name occurs once.
  public var nodes: [Node]
  /// TensorFlow's version of the format that the writer knew; 0: not stated.
  public var producer: Int

  /// A graph.
  public init(nodes: [Node], producer: Int = 22) {
    self.nodes = nodes
    self.producer = producer
  }

  /// An operation.
  public struct Node: Sendable, Equatable {
    /// The name; what stands before a `/` is a scope, which the dashboard shows as one box.
    public var name: String
    /// What it does: "Conv2D".
    public var operation: String
    /// Names of the operations it takes values from; `name:1` is the second output of one, and `^name`
    /// one that only has to come before.
    public var inputs: [String]
    /// Where it runs: "/device:GPU:0".
    public var device: String
    /// What else is known of it, by name.
    public var attributes: [String: Attribute]

    /// An operation.
    public init(
      name: String, operation: String, inputs: [String] = [], device: String = "",
      attributes: [String: Attribute] = [:]
    ) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
      self.device = device
      self.attributes = attributes
    }

    /// The lengths of each output's dimensions, -1 where one isn't known; nil for an output of which
    /// nothing is. The dashboard writes them on the edges.
    public var outputShapes: [[Int]?] {
      get {
        if case .shapes(let shapes) = attributes["_output_shapes"] { shapes } else { [] }
      }
      set { attributes["_output_shapes"] = newValue.isEmpty ? nil : .shapes(newValue) }
    }
  }

  /// What an operation has, beside its name.
  public enum Attribute: Sendable, Equatable {
    /// A text.
    case string(String)
    /// A whole number.
    case integer(Int)
    /// A number.
    case float(Float)
    /// A truth value.
    case bool(Bool)
    /// A type of numbers.
    case type(TensorProto.DataType)
    /// Lengths of dimensions, -1 where one isn't known; nil: not even their number is.
    case shape([Int]?)
    /// Whole numbers.
    case integers([Int])
    /// Numbers.
    case floats([Float])
    /// Texts.
    case strings([String])
    /// Shapes.
    case shapes([[Int]?])
    /// A tensor.
    indirect case tensor(TensorProto)
  }
}

extension GraphDefinition.Attribute: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Float) { self = .float(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Whole numbers.
  public init(arrayLiteral elements: Int...) { self = .integers(elements) }
}
