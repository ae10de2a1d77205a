public import Tensors
import NeuralNetworks

/// Projections of single units: their signal is zero outside of a small window, which grows on the way
/// down to the unit's receptive field, and only the window is computed.
extension Deconvnet {
  /// Brings single units down to the pixels of their images.
  ///
  /// Only what the way down needs is computed of the forward pass: the switches below the layer.
  /// - `units`: which, with the activations that they are known to have; several may be of one
  ///   image.
  /// - `number`: the layer's number, from 1.
  /// - `images`: the images, `[N, H, W, C]`.
  /// - Source: Zeiler & Fergus, arXiv 1311.2901, §2.1.
  /// - Throws: `DeconvnetError`.
  public func project(
    _ units: [FeatureUnit], layer number: Int, of images: Tensor,
    rule: ProjectionRule = .deconvnet
  ) throws(DeconvnetError) -> [UnitProjection] {
    let layer = try layer(number)
    guard !units.isEmpty else { return [] }
    let shape = Array(images.shape.dropFirst())
    for unit in units { try check(unit, of: layer, input: shape, images: images.shape[0]) }
    guard let start = windowStart(of: layer) else {
      return try projectWhole(units, layer: layer, of: images, rule: rule)
    }
    let (_, traces) = below(start, images, rule: rule)
    let windows = descend(units, from: layer, start: start, traces, input: shape, rule: rule)
    let size = windows.size
    return windows.scalars.withUnsafeBufferPointer { scalars in
      units.indices.map { index in
        let unit = units[index]
        let count = size.height * size.width * windows.channels
        let corner = windows.corners[index]
        return UnitProjection(
          unit: unit, field: layer.field(of: unit.activation), imageShape: shape,
          window: Tensor(
            shape: [size.height, size.width, windows.channels],
            scalars: scalars[index * count..<(index + 1) * count]),
          corner: (corner.y, corner.x))
      }
    }
  }

  /// Brings a feature of each image down to its pixels, and computes only what that needs: of the
  /// layer itself, for a single unit, the one filter's map.
  ///
  /// - `selection`: what is kept of the layer.
  /// - `number`: the layer's number, from 1.
  /// - `images`: the images, `[N, H, W, C]`.
  /// - Throws: `DeconvnetError`.
  public func project(
    _ selection: FeatureSelection, layer number: Int, of images: Tensor,
    rule: ProjectionRule = .deconvnet
  ) throws(DeconvnetError) -> Projection {
    let layer = try layer(number, withFilter: selection.filter)
    guard selection.isUnit, let start = windowStart(of: layer) else {
      let top = max(layer.stage, layer.poolingStage ?? 0)
      let traces = Sequential(Array(chain.layers[...top])).forward(images).trace.children
      return try project(selection, layer: layer, traces: traces, rule: rule)
    }
    let shape = Array(images.shape.dropFirst())
    let (inputs, traces) = below(start, images, rule: rule)
    let maps = map(of: selection.filter, layer: layer, start: start, inputs)
    let activations = try Self.activations(selection, filter: 0, maps: maps, layer: layer)
    let windows = descend(
      units(selection.filter, activations), from: layer, start: start, traces, input: shape,
      rule: rule)
    return Projection(
      pixels: windows.wholeMaps, units: activations, layer: layer, selection: selection,
      rule: rule)
  }

  /// The map of one filter of a layer for a batch of images, `[N, H, W, 1]`, or `[N, 1]` of a dense
  /// unit: `activations` of this filter alone, which saves the time of the others where it can.
  public func map(of filter: Int, layer: NumberedLayer, for images: Tensor) -> Tensor {
    if let start = windowStart(of: layer) {
      return map(
        of: filter, layer: layer, start: start,
        chain.values(at: [start], from: [0: images])[0])
    }
    return Kernels.channels(
      filter..<filter + 1, of: activations(of: images, layer: layer))
  }

  // MARK: Windows

  /// The stage of a layer's convolution, if all from there down to the pixels can be done in windows.
  func windowStart(of layer: NumberedLayer) -> Int? {
    let start = layer.filterStage
    guard layer.kind == .convolution, wiring.isChain(upTo: layer.stage), reach(start) == .window,
      (start...layer.stage).dropFirst().allSatisfy({ reach($0) == .scalar }),
      (0..<start).allSatisfy({ reach($0) != .everything })
    else { return nil }
    return start
  }

  private func reach(_ stage: Int) -> Reach {
    (chain.layers[stage].layer as? any Projectable)?.reach ?? .everything
  }

  /// The pixels' windows of units of a convolution.
  ///
  /// - Parameter traces: of the stages below the layer's, at least.
  func descend(
    _ units: [FeatureUnit], from layer: NumberedLayer, start: Int, _ traces: [Trace],
    input shape: [Int], rule: ProjectionRule
  ) -> SignalWindows {
    let shapes = shapes(input: shape)
    var signal = Tensor(
      shape: [units.count, 1, 1, 1], scalars: units.map(\.activation.value))
    // The unit's own activation function gave its activation, whatever else was in the map.
    let activated = Trace(output: signal)
    for stage in stride(from: layer.stage, to: start, by: -1) {
      guard let function = chain.layers[stage].layer as? any Projectable else { continue }
      signal = function.project(signal, through: activated, rule: rule)
    }
    guard let convolution = chain.layers[start].layer as? Conv2D else {
      preconditionFailure("\(layer) isn't a convolution")
    }
    var windows = convolution.project(units, signal: signal, inputShape: shapes[start])
    for stage in (0..<start).reversed() {
      guard let lower = chain.layers[stage].layer as? any Projectable else { continue }
      windows = lower.project(
        windows, inputShape: shapes[stage], through: traces[stage], rule: rule)
    }
    return windows
  }

  func units(_ filter: Int, _ activations: [Activation2D]) -> [FeatureUnit] {
    activations.enumerated().map {
      FeatureUnit(image: $0.offset, filter: filter, activation: $0.element)
    }
  }

  // MARK: Forward

  /// The input of a stage, and the traces below it, as far as a rule needs them.
  private func below(
    _ stage: Int, _ images: Tensor, rule: ProjectionRule
  ) -> (output: Tensor, traces: [Trace]) {
    let lower = Sequential(Array(chain.layers[..<stage]))
    guard stage > 0 else { return (images, []) }
    // The deconvnet asks for switches alone, which the fused steps of training leave: but none of
    // what differs in training may be there.
    let isSwitchesOnly =
      rule == .deconvnet
      && lower.layers.allSatisfy {
        $0.layer is Conv2D || $0.layer is ReLU || $0.layer is MaxPool2D
          || $0.layer is AveragePool2D
      }
    let phase = isSwitchesOnly ? Phase.training(seed: 0, step: 0) : .inference
    let (output, trace) = lower.forward(images, phase: phase)
    guard isSwitchesOnly else { return (output, trace.children) }
    return (output, trace.children.map { Trace(switches: $0.switches) })
  }

  private func map(
    of filter: Int, layer: NumberedLayer, start: Int, _ inputs: Tensor
  ) -> Tensor {
    var layers = Array(chain.layers[start...layer.stage])
    if let convolution = layers[0].layer as? Conv2D {
      layers[0].layer = convolution.filters(filter..<filter + 1)
    }
    return Sequential(layers)(inputs)
  }

  // MARK: Whole maps

  /// Units of layers that see everything, or that have no windows.
  private func projectWhole(
    _ units: [FeatureUnit], layer: NumberedLayer, of images: Tensor, rule: ProjectionRule
  ) throws(DeconvnetError) -> [UnitProjection] {
    let network = Sequential(Array(chain.layers[...layer.stage]))
    var result: [UnitProjection] = []
    for start in stride(from: 0, to: units.count, by: Self.wholeBatch) {
      var batch = Array(units[start..<min(start + Self.wholeBatch, units.count)])
      let (maps, trace) = network.forward(images.images(batch.map(\.image)))
      for place in batch.indices { batch[place].image = place }
      let pixels = try descend(
        Self.signal(of: batch, like: maps), from: layer.stage, trace.children, rule: rule)
      let shape = Array(pixels.shape.dropFirst())
      for (place, unit) in zip(batch.indices, units[start...]) {
        result.append(
          UnitProjection(
            unit: unit, field: layer.field(of: unit.activation), imageShape: shape,
            window: pixels.images([place]).reshaped(to: shape), corner: (0, 0)))
      }
    }
    return result
  }

  /// Images that whole maps are computed of at a time.
  private static let wholeBatch = 50

  private func check(
    _ unit: FeatureUnit, of layer: NumberedLayer, input: [Int], images: Int
  ) throws(DeconvnetError) {
    precondition(
      (0..<images).contains(unit.image), "image \(unit.image) of \(images)")
    _ = try self.layer(layer.number, withFilter: unit.filter)
    let shape = activationShape(of: layer, input: input)
    let (height, width) = shape.count == 3 ? (shape[0], shape[1]) : (1, 1)
    let (y, x) = (unit.activation.y, unit.activation.x)
    guard (0..<height).contains(y), (0..<width).contains(x) else {
      throw .noSuchPosition(y: y, x: x, layer: "\(layer)", height: height, width: width)
    }
  }
}
