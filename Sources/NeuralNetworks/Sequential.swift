public import Tensors

/// Layers one after the other, each with a name; itself a layer, so that names nest.
public struct Sequential: Layer {
  /// A layer and what its parameters' names begin with.
  public struct NamedLayer: Sendable {
    /// For example `conv1`.
    public var name: String
    /// The layer.
    public var layer: any Layer

    /// A layer with its name.
    public init(_ name: String, _ layer: any Layer) {
      self.name = name
      self.layer = layer
    }
  }

  /// The layers, first to last.
  public var layers: [NamedLayer]

  /// - Parameter layers: no two with one name.
  public init(_ layers: [NamedLayer]) {
    precondition(
      Set(layers.map(\.name)).count == layers.count,
      "layers need names of their own, got \(layers.map(\.name))")
    self.layers = layers
  }

  /// Layers as a column: `["conv1": Conv2D(…), "relu1": ReLU(), …]`.
  public init(_ layers: KeyValuePairs<String, any Layer>) {
    self.init(layers.map { NamedLayer($0.key, $0.value) })
  }

  /// The layer of a name.
  public subscript(name: String) -> (any Layer)? { layers.first { $0.name == name }?.layer }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    var shape = inputShape
    for named in layers {
      do throws(ShapeError) {
        shape = try named.layer.outputShape(for: shape)
      } catch {
        throw error.inside(named.name)
      }
    }
    return shape
  }

  public var parameterCount: Int { layers.reduce(0) { $0 + $1.layer.parameterCount } }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    steps.reduce(input) { x, step in output(of: step, x) }
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    var trace = Trace()
    trace.children = Array(repeating: Trace(), count: layers.count)
    var x = input
    if phase.isTraining {
      for step in steps { x = forward(step, x, phase, &trace.children) }
    } else {
      for (index, named) in layers.enumerated() {
        (x, trace.children[index]) = named.layer.forward(x, phase: phase)
      }
      (trace.input, trace.output) = (input, x)
    }
    return (x, trace)
  }

  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    precondition(
      trace.children.count == layers.count,
      "a trace of \(trace.children.count) layers for a model of \(layers.count)")
    var byLayer = [NamedTensors](repeating: NamedTensors(), count: layers.count)
    var gradient: Tensor? = gradient
    // Below the first layer with parameters nobody needs a gradient unless it is asked for.
    let firstWithParameters =
      layers.firstIndex { $0.layer.hasParameters } ?? layers.count
    for step in steps.reversed() {
      guard let upper = gradient else { break }
      var kinds: GradientKinds = wanted.contains(.parameters) ? .parameters : []
      if wanted.contains(.input) || firstWithParameters < step.first { kinds.insert(.input) }
      if kinds.isEmpty || (!wanted.contains(.input) && firstWithParameters > step.last) { break }
      let result = backward(step, upper, trace.children, for: kinds)
      byLayer[step.first] = result.parameters.prefixed(layers[step.first].name)
      gradient = result.input
    }
    var gradients = Gradients(input: wanted.contains(.input) ? gradient : nil)
    for named in byLayer { gradients.parameters.merge(named) }
    return gradients
  }

  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    for index in layers.indices {
      let prefix = layers[index].name
      try layers[index].layer.visitParameters { name, parameter in
        try visit("\(prefix).\(name)", &parameter)
      }
    }
  }
}

extension Layer {
  fileprivate var hasParameters: Bool {
    var copy = self
    var found = false
    copy.visitParameters { _, _ in found = true }
    return found
  }
}
