import NeuralNetworks
public import Tensors

/// What a network says of an image: the classes, and how any stage's signal comes from them.
extension Deconvnet {
  /// The number of classes, for images of shape `[H, W, C]`.
  public func classCount(input: [Int]) -> Int {
    logitStages.knownOutputShape(for: input).reduce(1, *)
  }

  /// The probability of each class, `[N, classes]`: the softmax of the last layer.
  public func probabilities(of images: Tensor) -> Tensor {
    Self.softmax(logits(from: [0: images]))
  }

  /// The logits, `[N, classes]`, from what is known at some places of the graph, as `Wiring` numbers them.
  func logits(from known: [Int: Tensor]) -> Tensor {
    rows(chain.values(at: [logitPlace], from: known)[0])
  }

  /// A layer's activations and the logits, in one pass.
  func activationsAndLogits(
    of images: Tensor, layer: NumberedLayer
  ) -> (activations: Tensor, logits: Tensor) {
    let values = chain.values(at: [layer.stage + 1, logitPlace], from: [0: images])
    return (values[0], rows(values[1]))
  }

  func rows(_ output: Tensor) -> Tensor {
    output.reshaped(to: [output.shape[0], output.count / max(1, output.shape[0])])
  }

  /// The softmax of each row.
  static func softmax(_ logits: Tensor) -> Tensor {
    softmaxCrossEntropy(logits, labels: Array(repeating: 0, count: logits.shape[0])).probabilities
  }

  /// The index of the largest number, the first one on a tie.
  static func indexOfLargest(_ numbers: some Collection<Float>) -> Int {
    var best = (index: 0, number: -Float.infinity)
    for (index, number) in numbers.enumerated() where number > best.number {
      best = (index, number)
    }
    return best.index
  }

  /// The place whose value the logits are: a softmax at the end is left out.
  var logitPlace: Int {
    (chain.layers.lastIndex { !($0.layer is Softmax || $0.layer is LogSoftmax) } ?? -1) + 1
  }

  /// The stages up to the logits.
  private var logitStages: Sequential { Sequential(Array(chain.layers[..<logitPlace])) }

  /// A forward pass that keeps everything, up to the logits.
  func traced(_ images: Tensor) -> (logits: Tensor, traces: [Trace]) {
    let (output, trace) = logitStages.forward(images)
    return (output, trace.children)
  }

  /// A signal of 1 at one class's logit of each image, 0 elsewhere.
  static func oneHot(_ label: Int, like logits: Tensor) -> Tensor {
    let batch = logits.shape[0]
    let classes = logits.count / max(1, batch)
    precondition((0..<classes).contains(label), "class \(label) of \(classes)")
    var signal = Tensor(zeros: logits.shape)
    signal.withUnsafeMutableBufferPointer { signal in
      for image in 0..<batch { signal[image * classes + label] = 1 }
    }
    return signal
  }

  /// Takes a signal from the output of the last stage traced down to the output of a lower one, or
  /// with nil down to the pixels.
  func descend(
    _ signal: Tensor, through traces: [Trace], toOutputOf stage: Int?, rule: ProjectionRule
  ) throws(DeconvnetError) -> Tensor {
    try descend(
      signal, from: traces.count - 1, toOutputOf: stage, through: traces, rule: rule)
  }
}

extension Tensor {
  /// The images at a range of the first dimension.
  func images(_ range: Range<Int>) -> Tensor {
    let size = count / max(1, shape[0])
    return withUnsafeBufferPointer { scalars in
      Tensor(
        shape: [range.count] + shape.dropFirst(),
        scalars: scalars[range.lowerBound * size..<range.upperBound * size])
    }
  }

  /// One image so many times.
  func repeated(_ times: Int) -> Tensor {
    precondition(shape.first == 1, "one image can be repeated, not shape \(shape)")
    return Tensor(uninitializedShape: [times] + shape.dropFirst()) { buffer in
      withUnsafeBufferPointer { scalars in
        for copy in 0..<times {
          _ = UnsafeMutableBufferPointer(rebasing: buffer[copy * count..<(copy + 1) * count])
            .initialize(fromContentsOf: scalars)
        }
      }
    }
  }
}
