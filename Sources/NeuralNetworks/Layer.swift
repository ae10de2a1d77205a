public import Tensors

/// A step of a network: a value that turns tensors into tensors.
///
/// Tensors hold a batch in their first dimension. A layer never changes while it is used: `forward`
/// returns what `backward` needs, and only an optimizer and `updateStatistics` write parameters.
public protocol Layer: Sendable {
  /// The shape of one output, without the batch dimension, for one input of `inputShape`.
  ///
  /// - Throws: `ShapeError` for an input that the layer can't take, where `forward` would trap.
  func outputShape(for inputShape: [Int]) throws(ShapeError) -> [Int]

  /// The output alone; dropout does nothing.
  func callAsFunction(_ input: Tensor) -> Tensor

  /// The output and the trace that `backward` needs.
  func forward(_ input: Tensor, phase: Phase) -> (output: Tensor, trace: Trace)

  /// The gradients of the input and of the parameters, as far as they are wanted, from the gradient
  /// of the output.
  func backward(_ gradient: Tensor, _ trace: Trace, for wanted: GradientKinds) -> Gradients

  /// Calls `visit` with the name and the memory of each parameter, always in the same order.
  mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows

  /// Takes what a training pass measured, after the optimizer's update: a batch normalisation's running
  /// statistics, which inference uses.
  mutating func updateStatistics(from trace: Trace)

  /// The number of scalars that training can change.
  var parameterCount: Int { get }
}

extension Layer {
  /// The output alone, by default from `forward`.
  public func callAsFunction(_ input: Tensor) -> Tensor { forward(input).output }

  /// The output, and a trace that keeps everything: for looking inside.
  public func forward(_ input: Tensor) -> (output: Tensor, trace: Trace) {
    forward(input, phase: .inference)
  }

  /// All gradients.
  public func backward(_ gradient: Tensor, _ trace: Trace) -> Gradients {
    backward(gradient, trace, for: [.input, .parameters])
  }

  /// No parameters, by default.
  public mutating func visitParameters(
    _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {}

  /// Nothing that training measures is remembered, by default.
  public mutating func updateStatistics(from trace: Trace) {}

  /// The number of scalars that training can change: none of what only is remembered.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  /// The parameters by name.
  public var parameters: NamedTensors {
    var copy = self
    var result = NamedTensors()
    copy.visitParameters { name, parameter in result[name] = parameter }
    return result
  }
}

extension Tensor? {
  /// Visits a parameter that a layer may have; nobody shares its memory meanwhile.
  mutating func visit(
    as name: String, _ visit: (_ name: String, _ parameter: inout Tensor) throws -> Void
  ) rethrows {
    guard var parameter = self else { return }
    self = nil
    defer { self = parameter }
    try visit(name, &parameter)
  }
}

/// Whether a forward pass is part of training.
public struct Phase: Sendable {
  /// The key of the random choices of this step and layer; nil outside of training.
  package var key: UInt64?
  /// The images of the batch before those that this pass sees, where it sees a part.
  package var firstImage = 0

  /// Dropout does nothing, and the trace keeps every layer's input and output.
  public static let inference = Phase(key: nil)

  /// Dropout drops, as a function of (seed, step, layer); the trace keeps what `backward` needs.
  ///
  /// - `firstImage`: where a part of a batch begins in it: the part's numbers are those that it has in the
  ///   whole batch.
  public static func training(seed: Int, step: Int, firstImage: Int = 0) -> Phase {
    var generator = SeededGenerator(seed: seed, step)
    return Phase(key: generator.next(), firstImage: firstImage)
  }

  /// Whether this is training.
  public var isTraining: Bool { key != nil }

  /// The phase of the layer at `index` of a composition.
  package func child(_ index: Int) -> Phase {
    guard let key else { return self }
    var generator = SeededGenerator(seed: Int(truncatingIfNeeded: key), index)
    return Phase(key: generator.next(), firstImage: firstImage)
  }
}

/// What a forward pass leaves for the way back: for `backward`, and for a deconvnet.
public struct Trace: Sendable {
  /// What the layer was given.
  public package(set) var input: Tensor?
  /// What a joining layer was given, one tensor an input.
  package var inputs: [Tensor] = []
  /// What it gave.
  public package(set) var output: Tensor?
  /// Where a max pooling's maxima were.
  public package(set) var switches: Switches?
  /// The traces of the layers inside, for a composition.
  public package(set) var children: [Trace] = []
  /// What a recurrent cell went through.
  package var cell: Kernels.CellTrace?
  /// The mean and variance that a batch normalisation took from the batch.
  var moments: ChannelMoments?
  /// The key of a dropout's choices, where it dropped, and the first scalar's place among them.
  package var dropout: (key: UInt32, first: Int)?

  /// What a layer keeps for its way back; by default nothing.
  public init(input: Tensor? = nil, output: Tensor? = nil, switches: Switches? = nil) {
    self.input = input
    self.output = output
    self.switches = switches
  }
}

/// Which gradients a backward pass is to give.
public struct GradientKinds: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int

  /// From bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The gradient of the layer's input.
  public static let input = GradientKinds(rawValue: 1)
  /// The gradients of its parameters.
  public static let parameters = GradientKinds(rawValue: 2)
}

/// What a backward pass gives.
public struct Gradients: Sendable {
  /// The gradient of the input, if it was wanted.
  public var input: Tensor?
  /// The gradients of the parameters under the parameters' names, if they were wanted.
  public var parameters: NamedTensors

  /// Gradients.
  public init(input: Tensor? = nil, parameters: NamedTensors = NamedTensors()) {
    self.input = input
    self.parameters = parameters
  }
}

/// A part of a trace that a layer can't do without.
///
/// - Returns: the part; traps with a sentence if the trace isn't of this layer's forward pass.
package func required<Part>(_ part: Part?, _ name: String, of layer: String) -> Part {
  guard let part else {
    preconditionFailure("\(layer) needs \(name) in its trace: pass the one its forward returned")
  }
  return part
}
