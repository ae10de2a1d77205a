package import Tensors

/// Layers that are carried out together: a convolution with what follows it, an `Add` of what is there
/// already, a ReLU, with a ceiling or without, a max pooling, and a dense layer with its ReLU. The numbers are those of one after the
/// other, bit for bit; the maps in between are never written to memory, so a trace of training lacks them.
extension Sequential {
  /// One step of a pass.
  package struct Step {
    enum Kind {
      case single
      case convolution(relu: Bool, ceiling: Float?, pooling: MaxPool2D?)
      case dense
    }
    var kind: Kind
    /// The first and the last layer of the step.
    package var first: Int
    package var last: Int
    /// The place whose value is added to the convolution's.
    package var added: Int?
  }

  /// The layers, grouped, for training.
  func steps(_ wiring: Wiring) -> [Step] {
    var steps: [Step] = []
    var index = 0
    while index < layers.count {
      let step = step(at: index, follows: wiring.follows)
      steps.append(step)
      index = step.last + 1
    }
    return steps
  }

  /// The group that begins at a layer.
  ///
  /// - Parameters:
  ///   - follows: whether a layer takes the output of the one before it, which nobody else needs.
  ///   - joins: the place of the other input of an `Add` behind a layer, likewise; nil where there is no
  ///     such `Add`. Without it the step is one of training, which keeps what it rectifies.
  func step(
    at index: Int, follows: (_ layer: Int) -> Bool, joins: ((_ layer: Int) -> Int?)? = nil
  ) -> Step {
    var step = Step(kind: .single, first: index, last: index)
    func next<Kind: Layer>(_ kind: Kind.Type) -> Kind? {
      step.last + 1 < layers.count && follows(step.last + 1)
        ? layers[step.last + 1].layer as? Kind : nil
    }
    if layers[index].layer is Dense, next(ReLU.self) != nil {
      return Step(kind: .dense, first: index, last: index + 1)
    }
    guard let convolution = layers[index].layer as? Conv2D else { return step }
    if let added = joins?(index) {
      step.added = added
      step.last += 1
    }
    var relu = next(ReLU.self) != nil
    var ceiling: Float?
    if !relu, joins != nil, let ramp = next(Hardtanh.self), ramp.least == 0, ramp.most > 0 {
      (relu, ceiling) = (true, ramp.most)
    }
    if relu { step.last += 1 }
    let mayPool = convolution.groups == 1 && step.added == nil && ceiling == nil
    let pooling = mayPool ? next(MaxPool2D.self) : nil
    if pooling != nil { step.last += 1 }
    if step.last > index {
      step.kind = .convolution(relu: relu, ceiling: ceiling, pooling: pooling)
    }
    return step
  }

  /// The output of one step, nothing kept.
  ///
  /// - Parameters:
  ///   - inputs: of the step's first layer.
  ///   - added: the value at the step's place of that name.
  package func output(of step: Step, _ inputs: [Tensor], added: Tensor? = nil) -> Tensor {
    if let joining = layers[step.first].layer as? any JoiningLayer {
      return joining.output(joining: inputs)
    }
    let x = inputs[0]
    return switch (step.kind, layers[step.first].layer) {
    case (.convolution(let relu, let ceiling, let pooling), let convolution as Conv2D):
      if let added, !convolution.makes(added.shape, of: x) {
        // One goes along the other's rows, columns or channels.
        layers[step.first + 2..<step.last + 1].reduce(
          Add().output(joining: [convolution(x), added])
        ) { $1.layer($0) }
      } else {
        fused(convolution, x, added: added, relu: relu, ceiling: ceiling, pooling: pooling).output
      }
    case (.dense, let dense as Dense):
      dense.output(x, relu: true)
    case (_, let layer):
      layer(x)
    }
  }

  private func fused(
    _ convolution: Conv2D, _ x: Tensor, added: Tensor? = nil, relu: Bool, ceiling: Float? = nil,
    pooling: MaxPool2D?
  ) -> Kernels.ConvolutionOutput {
    let output = convolution.geometry(for: Array(x.shape.dropFirst())).output
    return convolution.output(
      x,
      Kernels.Followers(
        added: added, relu: relu, ceiling: ceiling,
        pooling: pooling?.geometry(for: [output.height, output.width, convolution.outChannels])))
  }

  /// The output of one step in training; what `backward` needs goes into `traces`.
  func forward(_ step: Step, _ x: Tensor, _ phase: Phase, _ traces: inout [Trace]) -> Tensor {
    switch (step.kind, layers[step.first].layer) {
    case (.convolution(let relu, _, let pooling), let convolution as Conv2D):
      let result = fused(convolution, x, relu: relu, pooling: pooling)
      traces[step.first] = Trace(input: x)
      traces[step.last] = Trace(
        output: relu ? result.output : nil, switches: result.switches)
      return result.output
    case (.dense, let dense as Dense):
      let output = dense.output(x, relu: true)
      traces[step.first] = Trace(input: x)
      traces[step.last] = Trace(output: output)
      return output
    case (_, let layer):
      let (output, trace) = layer.forward(x, phase: phase.child(step.first))
      traces[step.first] = trace
      return output
    }
  }

  /// The gradients of one step: those of its input, and of its first layer's parameters.
  func backward(
    _ step: Step, _ gradient: Tensor, _ traces: [Trace], for wanted: GradientKinds
  ) -> Gradients {
    if case .convolution(let relu, _, .some) = step.kind,
      let convolution = layers[step.first].layer as? Conv2D
    {
      let pooled = traces[step.last]
      let switches = required(pooled.switches, "the switches", of: "MaxPool2D")
      return convolution.backward(
        .pooled(
          gradient, switches,
          reluOutput: relu ? required(pooled.output, "the output", of: "MaxPool2D") : nil),
        traces[step.first], for: wanted)
    }
    var gradient = gradient
    for index in stride(from: step.last, to: step.first, by: -1) {
      let lower = layers[index].layer.backward(gradient, traces[index], for: .input)
      gradient = required(lower.input, "an input gradient", of: layers[index].name)
    }
    return layers[step.first].layer.backward(gradient, traces[step.first], for: wanted)
  }
}
