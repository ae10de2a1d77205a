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

  /// The connections; in a chain each layer takes the output of the one before it.
  package var wiring: Wiring {
    guard layers.contains(where: { $0.inputs != nil }) else {
      return Wiring(
        sources: layers.indices.map { [$0] },
        uses: Array(repeating: 1, count: layers.count + 1))
    }
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
    let wiring = self.wiring
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
    for place in known.keys.sorted() where isWanted.contains(place) {
      try body(place, take(place))
    }
    for step in steps(wiring, isNeeded: isNeeded, uses: uses) {
      let inputs = wiring.sources[step.first].map(take)
      let place = step.last + 1
      values[place] = output(of: step, inputs, added: step.added.map(take))
      if isWanted.contains(place) { try body(place, take(place)) }
    }
  }

  /// The steps of a whole pass that keeps nothing.
  package var inferenceSteps: [Step] {
    let wiring = self.wiring
    return steps(
      wiring, isNeeded: layers.map { _ in true }, uses: wiring.uses)
  }

  /// The steps of a pass that keeps nothing.
  ///
  /// - Parameters:
  ///   - isNeeded: whether a layer is.
  ///   - uses: how often each place's value will be taken.
  private func steps(_ wiring: Wiring, isNeeded: [Bool], uses: [Int]) -> [Step] {
    var steps: [Step] = []
    var layer = 0
    while layer < layers.count {
      guard isNeeded[layer] else {
        layer += 1
        continue
      }
      let step = step(
        at: layer,
        follows: {
          isNeeded[$0] && wiring.sources[$0] == [$0] && uses[$0] == 1
        },
        joins: {
          // The layer behind it, which has the number of its output's place.
          let next = $0 + 1
          guard next < layers.count, isNeeded[next], uses[next] == 1, layers[next].layer is Add,
            wiring.sources[next].count == 2, wiring.sources[next].contains(next)
          else { return nil }
          return wiring.sources[next].first { $0 != next }
        })
      steps.append(step)
      layer = step.last + 1
    }
    return steps
  }
}

extension Tensor? {
  /// Adds a signal to what arrived before, if something did.
  package mutating func accumulate(_ signal: Tensor) {
    if self == nil { self = signal } else { self?.add(signal) }
  }
}
