package import Tensors

/// How the layers of a composition are connected. Places are numbered: 0 is the composition's input,
/// `n + 1` the output of layer `n`.
package struct Wiring: Sendable {
  /// The places whose outputs each layer takes.
  package let sources: [[Int]]
  /// How often each place is taken; the last one, the composition's output, once more.
  package let uses: [Int]

  /// Whether a layer takes the output of the one before it, which nobody else takes.
  package func follows(_ layer: Int) -> Bool { sources[layer] == [layer] && uses[layer] == 1 }

  /// Whether whatever comes later depends on a place alone, not on those before it.
  package func isCut(_ place: Int) -> Bool {
    sources[place...].allSatisfy { $0.allSatisfy { $0 >= place } }
  }

  /// Whether each layer up to one takes the output of the one before it alone.
  package func isChain(upTo layer: Int) -> Bool {
    sources.prefix(layer + 1).enumerated().allSatisfy { $0.element == [$0.offset] }
  }
}

extension Sequential {
  /// What a layer's `inputs` call the composition's own input.
  public static let input = "input"

  /// The connections; nil for a chain, in which each layer takes the output of the one before it.
  package var wiring: Wiring? {
    layers.contains { $0.inputs != nil } ? fullWiring : nil
  }

  /// The connections, of a chain too.
  package var fullWiring: Wiring {
    var places = [Self.input: 0]
    var sources: [[Int]] = []
    var uses = [Int](repeating: 0, count: layers.count + 1)
    for (index, named) in layers.enumerated() {
      let own = named.inputs?.map { name in
        guard let place = places[name] else {
          preconditionFailure(
            "layer \"\(named.name)\" takes \"\(name)\", which no layer before it is called")
        }
        return place
      }
      sources.append(own ?? [index])
      for place in own ?? [index] { uses[place] += 1 }
      places[named.name] = index + 1
    }
    uses[layers.count] += 1
    return Wiring(sources: sources, uses: uses)
  }

  /// The same network behind one layer more, which takes its input.
  package func behind(_ first: NamedLayer) -> Sequential {
    Sequential(
      [first]
        + layers.map { named in
          NamedLayer(
            named.name, named.layer,
            inputs: named.inputs?.map { $0 == Self.input ? first.name : $0 })
        })
  }

  /// The outputs at some places, from the values of others; what isn't needed for them isn't computed.
  ///
  /// - Parameters:
  ///   - wanted: places, as `Wiring` numbers them.
  ///   - known: the value of the input, place 0, or of layers' outputs in its stead.
  package func values(at wanted: [Int], from known: [Int: Tensor]) -> [Tensor] {
    var values: [Int: Tensor] = [:]
    forEachValue(at: wanted, from: known) { values[$0] = $1 }
    return wanted.map { required(values[$0], "place \($0)", of: "a composition") }
  }

  /// Calls `body` with the outputs at some places, the lowest first, each as soon as it is there; what
  /// nobody needs any more is freed.
  package func forEachValue(
    at wanted: [Int], from known: [Int: Tensor],
    _ body: (_ place: Int, _ value: Tensor) throws -> Void
  ) rethrows {
    let wiring = fullWiring
    var uses = [Int](repeating: 0, count: layers.count + 1)
    var isNeeded = [Bool](repeating: false, count: layers.count)
    for place in Set(wanted) { uses[place] += 1 }
    for layer in layers.indices.reversed()
    where uses[layer + 1] > 0 && known[layer + 1] == nil {
      isNeeded[layer] = true
      for source in wiring.sources[layer] { uses[source] += 1 }
    }
    var values = [Tensor?](repeating: nil, count: layers.count + 1)
    for (place, value) in known where uses[place] > 0 { values[place] = value }
    let isWanted = Set(wanted)
    func take(_ place: Int) -> Tensor {
      uses[place] -= 1
      let value = required(values[place], "place \(place)", of: "a composition")
      if uses[place] == 0 { values[place] = nil }
      return value
    }
    var layer = 0
    for place in known.keys.sorted() where isWanted.contains(place) {
      try body(place, take(place))
    }
    while layer < layers.count {
      guard isNeeded[layer] else {
        layer += 1
        continue
      }
      let step = step(at: layer) { follower in
        isNeeded[follower] && wiring.sources[follower] == [follower] && uses[follower] == 1
      }
      layer = step.last + 1
      values[layer] = output(of: step, wiring.sources[step.first].map(take))
      if isWanted.contains(layer) { try body(layer, take(layer)) }
    }
  }

  // MARK: Forward and backward

  /// `forward` where branches part and meet.
  func forward(
    _ input: Tensor, _ wiring: Wiring, phase: Phase
  ) -> (output: Tensor, trace: Trace) {
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

  /// `backward` where branches part and meet: gradients that arrive at one place add up.
  func backward(
    _ gradient: Tensor, _ wiring: Wiring, _ trace: Trace, for wanted: GradientKinds
  ) -> Gradients {
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
}

extension Tensor? {
  /// Adds a signal to what arrived before, if something did.
  package mutating func accumulate(_ signal: Tensor) {
    if self == nil { self = signal } else { self?.add(signal) }
  }
}
