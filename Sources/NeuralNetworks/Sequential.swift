public import Tensors

/// Named layers, one after the other; itself a layer, so that names nest.
///
/// A layer takes the output of the one before it, or of those that it names: a directed acyclic graph,
/// in which branches part where an output is taken twice, and meet in an `Add` or a `Concat`:
///
/// ```
/// var block = Sequential(["conv1": Conv2D(…), "relu": ReLU(), "conv2": Conv2D(…), "sum": Add()])
/// block.layers[3].inputs = ["conv2", Sequential.input]
/// ```
public struct Sequential: Layer {
  /// A layer and what its parameters' names begin with.
  public struct NamedLayer: Sendable {
    /// For example `conv1`.
    public var name: String
    /// The layer.
    public var layer: any Layer
    /// The layers before it whose outputs it takes, or `Sequential.input`; nil for the one right before
    /// it. More than one for a `JoiningLayer` alone.
    public var inputs: [String]?

    /// A layer with its name.
    public init(_ name: String, _ layer: any Layer, inputs: [String]? = nil) {
      self.name = name
      self.layer = layer
      self.inputs = inputs
    }
  }

  /// The layers, first to last.
  public var layers: [NamedLayer]

  /// - Parameter layers: no two with one name; inputs come before the layer that takes them.
  public init(_ layers: [NamedLayer]) {
    precondition(
      Set(layers.map(\.name)).count == layers.count,
      "layers need names of their own, got \(layers.map(\.name))")
    self.layers = layers
    precondition(
      layers.allSatisfy { ($0.inputs?.count ?? 1) == 1 || $0.layer is any JoiningLayer },
      "only joining layers take several inputs")
  }

  /// Layers as a column: `["conv1": Conv2D(…), "relu1": ReLU(), …]`.
  public init(_ layers: KeyValuePairs<String, any Layer>) {
    self.init(layers.map { NamedLayer($0.key, $0.value) })
  }

  /// The layer of a name.
  public subscript(name: String) -> (any Layer)? { layers.first { $0.name == name }?.layer }

  public func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int] {
    try shapes(for: inputShape)[layers.count]
  }

  /// The shape of one input, then of each layer's output.
  package func shapes(for inputShape: [Int]) throws(ShapeError) -> [[Int]] {
    let wiring = self.wiring
    var shapes = [inputShape]
    for (index, named) in layers.enumerated() {
      let inputs = wiring.sources[index].map { shapes[$0] }
      do throws(ShapeError) {
        shapes.append(try named.layer.outputShape(of: inputs))
      } catch {
        throw error.inside(named.name)
      }
    }
    return shapes
  }

  public var parameterCount: Int { layers.reduce(0) { $0 + $1.layer.parameterCount } }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    values(at: [layers.count], from: [0: input])[0]
  }

  public func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace) {
    let wiring = self.wiring
    var trace = Trace()
    trace.children = Array(repeating: Trace(), count: layers.count)
    var values = [Tensor?](repeating: nil, count: layers.count + 1)
    var uses = wiring.uses
    values[0] = input
    let steps =
      phase.isTraining
      ? self.steps(wiring) : layers.indices.map { Step(kind: .single, first: $0, last: $0) }
    for step in steps {
      let inputs = wiring.sources[step.first].map { place in
        uses[place] -= 1
        let value = required(values[place], "place \(place)", of: "a composition")
        if uses[place] == 0 { values[place] = nil }
        return value
      }
      let output: Tensor
      if let joining = layers[step.first].layer as? any JoiningLayer {
        (output, trace.children[step.first]) = joining.forward(inputs)
      } else if phase.isTraining {
        output = forward(step, inputs[0], phase, &trace.children)
      } else {
        (output, trace.children[step.first]) = layers[step.first].layer.forward(
          inputs[0], phase: phase)
      }
      values[step.last + 1] = output
    }
    let output = required(values[layers.count], "an output", of: "a composition")
    if !phase.isTraining { (trace.input, trace.output) = (input, output) }
    return (output, trace)
  }

  /// Gradients that arrive at one place add up.
  public func backward(
    _ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
    precondition(
      trace.children.count == layers.count,
      "a trace of \(trace.children.count) layers for a model of \(layers.count)")
    let wiring = self.wiring
    // The places whose gradients somebody needs.
    var isNeeded = [wanted.contains(.input)]
    for (index, named) in layers.enumerated() {
      isNeeded.append(
        wanted.contains(.parameters) && named.layer.hasParameters
          || wiring.sources[index].contains { isNeeded[$0] })
    }
    var signals = [Tensor?](repeating: nil, count: layers.count + 1)
    signals[layers.count] = gradient
    var byLayer = [NamedTensors](repeating: NamedTensors(), count: layers.count)
    for step in steps(wiring).reversed() {
      guard isNeeded[step.last + 1], let upper = signals[step.last + 1] else { continue }
      signals[step.last + 1] = nil
      let sources = wiring.sources[step.first]
      let lower: [Tensor]
      if let joining = layers[step.first].layer as? any JoiningLayer {
        lower = joining.gradients(upper, joining: trace.children[step.first].inputs)
      } else {
        var kinds: GradientKinds = wanted.contains(.parameters) ? .parameters : []
        if isNeeded[sources[0]] { kinds.insert(.input) }
        let result = backward(step, upper, trace.children, for: kinds)
        byLayer[step.first] = result.parameters.prefixed(layers[step.first].name)
        lower = result.input.map { [$0] } ?? []
      }
      for (place, signal) in zip(sources, lower) where isNeeded[place] {
        signals[place].accumulate(signal)
      }
    }
    var gradients = Gradients(input: wanted.contains(.input) ? signals[0] : nil)
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

  public mutating func updateStatistics(from trace: Trace) {
    precondition(
      trace.children.count == layers.count,
      "a trace of \(trace.children.count) layers for a model of \(layers.count)")
    for index in layers.indices {
      layers[index].layer.updateStatistics(from: trace.children[index])
    }
  }
}

extension Layer {
  /// The shape of one output for one input of each shape.
  ///
  /// - Throws: `ShapeError`, also where a layer that joins nothing gets several.
  package func outputShape(of inputShapes: [[Int]]) throws(ShapeError) -> [Int] {
    if let joining = self as? any JoiningLayer {
      return try joining.outputShape(joining: inputShapes)
    }
    guard inputShapes.count == 1 else {
      throw ShapeError(takes: "one input", gets: inputShapes.first ?? [])
    }
    return try outputShape(for: inputShapes[0])
  }

  var hasParameters: Bool {
    var copy = self
    var found = false
    copy.visitParameters { _, _ in found = true }
    return found
  }
}
