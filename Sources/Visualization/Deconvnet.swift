public import NeuralNetworks
public import Tensors

/// A network seen from its features: which pixels made a unit as active as it was.
///
/// One activation is kept, all others are set to zero, and the signal goes down through the layers
/// the other way round: unpooled by the switches of the forward pass, rectified, filtered by the
/// transposed filters.
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §2.1.
///
/// ```
/// let deconvnet = Deconvnet(of: model)
/// let (_, trace) = model.forward(image)
/// let projection = try deconvnet.project(.strongest(filter: 7), layer: 2, from: trace)
/// ```
public struct Deconvnet: Sendable {
  /// The convolutions and dense layers, numbered from 1.
  public let layers: [NumberedLayer]
  /// The network as one graph: layers of compositions under their full names.
  package let chain: Sequential
  /// How its layers are connected.
  let wiring: Wiring
  private let model: Sequential

  /// A network's deconvnet.
  public init(of model: Sequential) {
    self.model = model
    var names = Flattening()
    chain = Sequential(names.flattened(model))
    wiring = chain.wiring
    layers = Self.numbered(chain, wiring)
  }

  /// The layer of a number.
  ///
  /// - Throws: `DeconvnetError.noSuchLayer`.
  public func layer(_ number: Int) throws(DeconvnetError) -> NumberedLayer {
    guard layers.indices.contains(number - 1) else {
      throw .noSuchLayer(number, layers: layers.map(\.name))
    }
    return layers[number - 1]
  }

  /// The layer of a name, for example `conv2`.
  ///
  /// - Throws: `DeconvnetError.noLayerNamed`.
  public func layer(named name: String) throws(DeconvnetError) -> NumberedLayer {
    guard let layer = layers.first(where: { $0.name == name }) else {
      throw .noLayerNamed(name, layers: layers.map(\.name))
    }
    return layer
  }

  /// The layer of a number, if it has the filter.
  ///
  /// - Throws: `DeconvnetError.noSuchLayer` or `.noSuchFilter`.
  public func layer(
    _ number: Int, withFilter filter: Int
  ) throws(DeconvnetError) -> NumberedLayer {
    let layer = try layer(number)
    guard (0..<layer.filters).contains(filter) else {
      throw .noSuchFilter(filter, layer: "\(layer)", filters: layer.filters)
    }
    return layer
  }

  /// The activations of a layer for a batch of images, `[N, H, W, filters]` or `[N, units]`; what
  /// lies above the layer isn't computed.
  public func activations(of images: Tensor, layer: NumberedLayer) -> Tensor {
    chain.values(at: [layer.stage + 1], from: [0: images])[0]
  }

  /// The shape of a layer's activations for one image: `[H, W, filters]` or `[units]`.
  public func activationShape(of layer: NumberedLayer, input: [Int]) -> [Int] {
    activationShapes(input: input)[layer.number - 1]
  }

  /// The shapes of all layers' activations for one image, in the order of `layers`.
  public func activationShapes(input: [Int]) -> [[Int]] {
    let shapes = shapes(input: input)
    return layers.map { shapes[$0.stage + 1] }
  }

  /// The shapes at all places of the graph, as `Wiring` numbers them, for one image.
  func shapes(input: [Int]) -> [[Int]] {
    do throws(ShapeError) {
      return try chain.shapes(for: input)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The scalars of a layer that training changes.
  public func parameterCount(of layer: NumberedLayer) -> Int {
    chain.layers[layer.filterStage].layer.parameterCount
  }

  /// Brings a feature down to the pixels.
  ///
  /// - `selection`: what is kept of the layer.
  /// - `number`: the layer's number, from 1.
  /// - `trace`: what the network's `forward` returned, in inference, for the images.
  /// - Throws: `DeconvnetError`.
  public func project(
    _ selection: FeatureSelection, layer number: Int, from trace: Trace,
    rule: ProjectionRule = .deconvnet
  ) throws(DeconvnetError) -> Projection {
    let layer = try layer(number, withFilter: selection.filter)
    return try project(
      selection, layer: layer, traces: Self.flattened(model, trace), rule: rule)
  }

  /// - Parameter traces: of the chain's stages, as far up as the selection lies.
  func project(
    _ selection: FeatureSelection, layer: NumberedLayer, traces: [Trace], rule: ProjectionRule
  ) throws(DeconvnetError) -> Projection {
    var start = layer.stage
    if case .pooledMap = selection {
      guard let pooling = layer.poolingStage else { throw .noPooling(layer: "\(layer)") }
      start = pooling
    }
    if case .class = selection, !layer.isLast { throw .notLast(layer: "\(layer)") }
    let maps = required(traces[start].output, "the output", of: chain.layers[start].name)
    let activations = try Self.activations(
      selection, filter: selection.filter, maps: maps, layer: layer)
    let pixels: Tensor
    if selection.isUnit {
      let units = units(selection.filter, activations)
      if let bottom = windowStart(of: layer) {
        let input = required(traces[0].input, "the input", of: chain.layers[0].name)
        pixels =
          descend(
            units, from: layer, start: bottom, traces, input: Array(input.shape.dropFirst()),
            rule: rule
          ).wholeMaps
      } else {
        pixels = try descend(Self.signal(of: units, like: maps), from: start, traces, rule: rule)
      }
    } else {
      pixels = try descend(maps.keeping(selection.filter), from: start, traces, rule: rule)
    }
    return Projection(
      pixels: pixels, units: activations, layer: layer, selection: selection, rule: rule)
  }

  /// Takes a signal at the output of a stage down to the pixels, or to the output of a lower stage. Where
  /// branches part, the signals that come down them add up.
  ///
  /// - Parameter visit: receives the signal at the input of each stage on the way.
  func descend(
    _ signal: Tensor, from start: Int, toOutputOf end: Int? = nil, _ traces: [Trace],
    rule: ProjectionRule, visit: (_ name: String, _ signal: Tensor) -> Void = { _, _ in }
  ) throws(DeconvnetError) -> Tensor {
    let end = end.map { $0 + 1 } ?? 0
    var signals = [Tensor?](repeating: nil, count: start + 2)
    signals[start + 1] = signal
    for stage in stride(from: start, through: end, by: -1) {
      guard let upper = signals[stage + 1] else { continue }
      signals[stage + 1] = nil
      let named = chain.layers[stage]
      let sources = wiring.sources[stage]
      if let joining = named.layer as? any ProjectableJoin {
        let lower = joining.project(upper, joining: traces[stage].inputs, rule: rule)
        for case (let place, let signal?) in zip(sources, lower) {
          signals[place].accumulate(signal)
        }
        continue
      }
      guard let layer = named.layer as? any Projectable else {
        throw .cannotProject(layer: named.name, type: "\(type(of: named.layer))")
      }
      let lower = layer.project(upper, through: traces[stage], rule: rule)
      visit(named.name, lower)
      signals[sources[0]].accumulate(lower)
    }
    guard let result = signals[end] else {
      preconditionFailure("no way leads from stage \(start) down to place \(end)")
    }
    return result
  }

  // MARK: What is kept

  /// Maps of nothing but some units.
  static func signal(of units: [FeatureUnit], like maps: Tensor) -> Tensor {
    let (size, filters) = (maps.count / maps.shape[0], maps.shape[maps.rank - 1])
    let width = maps.rank == 4 ? maps.shape[2] : 1
    var signal = Tensor(zeros: maps.shape)
    signal.withUnsafeMutableBufferPointer { signal in
      for unit in units {
        let place = unit.activation.y * width + unit.activation.x
        signal[unit.image * size + place * filters + unit.filter] = unit.activation.value
      }
    }
    return signal
  }

  /// The unit that a selection keeps of each image; none for whole maps.
  ///
  /// - Parameter filter: the selection's filter among those of the maps, `[N, H, W, filters]` or
  ///   `[N, units]`.
  static func activations(
    _ selection: FeatureSelection, filter: Int, maps: Tensor, layer: NumberedLayer
  ) throws(DeconvnetError) -> [Activation2D] {
    let maps =
      maps.rank == 4 ? maps : maps.reshaped(to: [maps.shape[0], 1, 1, maps.count / maps.shape[0]])
    switch selection {
    case .strongest:
      return strongest(maps, filter: filter)
    case .position(_, let y, let x):
      let (height, width) = (maps.shape[1], maps.shape[2])
      guard (0..<height).contains(y), (0..<width).contains(x) else {
        throw .noSuchPosition(y: y, x: x, layer: "\(layer)", height: height, width: width)
      }
      return (0..<maps.shape[0]).map { Activation2D(y: y, x: x, value: maps[$0, y, x, filter]) }
    case .class:
      return (0..<maps.shape[0]).map { _ in Activation2D(y: 0, x: 0, value: 1) }
    case .map, .pooledMap:
      return []
    }
  }

  /// The largest activation of a filter in each image, the first in row-major order.
  static func strongest(_ maps: Tensor, filter: Int) -> [Activation2D] {
    let (height, width, filters) = (maps.shape[1], maps.shape[2], maps.shape[3])
    return maps.withUnsafeBufferPointer { scalars in
      (0..<maps.shape[0]).map { image in
        let base = image * height * width * filters + filter
        var best = 0
        for position in 0..<height * width
        where scalars[base + position * filters] > scalars[base + best * filters] {
          best = position
        }
        return Activation2D(
          y: best / width, x: best % width, value: scalars[base + best * filters])
      }
    }
  }

  // MARK: The chain

  /// The traces of the chain's layers, from the network's trace.
  private static func flattened(_ model: Sequential, _ trace: Trace) -> [Trace] {
    precondition(
      trace.children.count == model.layers.count,
      "a trace of \(trace.children.count) layers for a network of \(model.layers.count)")
    return zip(model.layers, trace.children).flatMap { named, trace in
      (named.layer as? Sequential).map { flattened($0, trace) } ?? [trace]
    }
  }

  private static func numbered(_ chain: Sequential, _ wiring: Wiring) -> [NumberedLayer] {
    var fields: [ReceptiveField?] = [.pixel]
    var result: [NumberedLayer] = []
    let roles = chain.layers.map { ($0.layer as? any Projectable)?.role ?? .other }
    let lastWithFilters = roles.lastIndex { $0.filters != nil }
    /// The role of the layer that alone takes a layer's output.
    func next(_ index: Int) -> LayerRole {
      index + 1 < roles.count && wiring.follows(index + 1) ? roles[index + 1] : .other
    }
    for (index, named) in chain.layers.enumerated() {
      let below = wiring.sources[index].map { fields[$0] }
      let field = ReceptiveField.joined(below)?.behind(named.layer)
      fields.append(field)
      guard let (kind, filters) = roles[index].filters else { continue }
      // A normalisation may stand between the filters and their activation function.
      var stage = index
      while case .normalization = next(stage) { stage += 1 }
      var isRectified = false
      if case .activation(let leavesNothingNegative) = next(stage) {
        isRectified = leavesNothingNegative
        stage += 1
      }
      var poolingStage: Int?
      if case .pooling = next(stage) { poolingStage = stage + 1 }
      result.append(
        NumberedLayer(
          number: result.count + 1, name: named.name, kind: kind, filters: filters,
          receptiveField: field, isRectified: isRectified, isLast: index == lastWithFilters,
          filterStage: index, stage: stage, poolingStage: poolingStage))
    }
    return result
  }
}

/// Brings the layers inside of compositions among those around them, under their full names.
private struct Flattening {
  /// What each layer, or composition, is called in the end: a composition is its last layer.
  private var names = [Sequential.input: Sequential.input]
  /// The layer whose output the next one takes, unless it says otherwise; nil for the one before it.
  private var source: String?

  mutating func flattened(_ model: Sequential, prefix: String = "") -> [Sequential.NamedLayer] {
    var result: [Sequential.NamedLayer] = []
    for named in model.layers {
      let name = prefix + named.name
      let inputs = named.inputs?.map { names[prefix + $0] ?? prefix + $0 }
      if let inner = named.layer as? Sequential {
        if let inputs { source = inputs[0] }
        names["\(name).\(Sequential.input)"] = source ?? result.last?.name ?? last(of: prefix)
        let layers = flattened(inner, prefix: name + ".")
        names[name] = layers.last?.name ?? names["\(name).\(Sequential.input)"]
        result += layers
      } else {
        result.append(
          Sequential.NamedLayer(name, named.layer, inputs: inputs ?? source.map { [$0] }))
        names[name] = name
        source = nil
      }
    }
    return result
  }

  /// What comes into a composition.
  private func last(of prefix: String) -> String {
    names[prefix + Sequential.input] ?? Sequential.input
  }
}
