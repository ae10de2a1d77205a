internal import Tensors

/// Layers that are carried out together: a convolution with the ReLU and the max pooling behind it a
/// image at a time, a dense layer with its ReLU. The numbers are those of one after the other, bit
/// for bit; the maps in between are never written to memory, so a trace of training lacks them.
extension Sequential {
  /// One step of a pass.
  struct Step {
    enum Kind {
      case single
      case convolution(relu: Bool, pooling: MaxPool2D?)
      case dense
    }
    var kind: Kind
    /// The first and the last layer of the step.
    var first: Int
    var last: Int
  }

  /// The layers, grouped.
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
  /// - Parameter follows: whether a layer takes the output of the one before it, which nobody else needs.
  func step(at index: Int, follows: (_ layer: Int) -> Bool) -> Step {
    func layer(_ offset: Int) -> (any Layer)? {
      index + offset < layers.count && (1...offset).allSatisfy { follows(index + $0) }
        ? layers[index + offset].layer : nil
    }
    let relu = layer(1) is ReLU
    if let convolution = layers[index].layer as? Conv2D, convolution.groups == 1 {
      if let pooling = layer(relu ? 2 : 1) as? MaxPool2D {
        return Step(
          kind: .convolution(relu: relu, pooling: pooling), first: index,
          last: index + (relu ? 2 : 1))
      }
      if relu {
        return Step(
          kind: .convolution(relu: true, pooling: nil), first: index, last: index + 1)
      }
    }
    if layers[index].layer is Dense, relu {
      return Step(kind: .dense, first: index, last: index + 1)
    }
    return Step(kind: .single, first: index, last: index)
  }

  /// The output of one step, nothing kept.
  func output(of step: Step, _ inputs: [Tensor]) -> Tensor {
    if let joining = layers[step.first].layer as? any JoiningLayer {
      return joining.output(joining: inputs)
    }
    let x = inputs[0]
    return switch (step.kind, layers[step.first].layer) {
    case (.convolution(let relu, let pooling), let convolution as Conv2D):
      fused(convolution, x, relu: relu, pooling: pooling).output
    case (.dense, let dense as Dense):
      dense.output(x, relu: true)
    case (_, let layer):
      layer(x)
    }
  }

  private func fused(
    _ convolution: Conv2D, _ x: Tensor, relu: Bool, pooling: MaxPool2D?
  ) -> Kernels.ConvolutionOutput {
    let shape = Array(x.shape.dropFirst())
    let geometry = convolution.geometry(for: shape)
    return Kernels.convolution(
      x, weight: convolution.denseWeight, bias: convolution.bias, geometry,
      relu: relu,
      pooling: pooling?.geometry(for: [
        geometry.output.height, geometry.output.width, convolution.outChannels,
      ]))
  }

  /// The output of one step in training; what `backward` needs goes into `traces`.
  func forward(_ step: Step, _ x: Tensor, _ phase: Phase, _ traces: inout [Trace]) -> Tensor {
    switch (step.kind, layers[step.first].layer) {
    case (.convolution(let relu, let pooling), let convolution as Conv2D):
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
    if case .convolution(let relu, .some) = step.kind,
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
