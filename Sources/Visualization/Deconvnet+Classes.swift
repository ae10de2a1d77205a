import NeuralNetworks
public import Tensors

/// What a network says of an image: the classes, and how any stage's signal comes from them.
extension Deconvnet {
  /// The number of classes, for images of shape `[H, W, C]`.
  public func classCount(input: [Int]) -> Int {
    shapes(input: input)[logitPlace].reduce(1, *)
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

  /// A forward pass that keeps everything, up to the logits.
  func traced(_ images: Tensor) -> (logits: Tensor, traces: [Trace]) {
    let (output, trace) = Sequential(Array(chain.layers[..<logitPlace])).forward(images)
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
}

extension Tensor {
  /// Some of the images, or rows, of a batch, in this order; one may come several times.
  func images(_ places: some Collection<Int>) -> Tensor {
    let size = count / max(1, shape[0])
    return Tensor(uninitializedShape: [places.count] + shape.dropFirst()) { buffer in
      withUnsafeBufferPointer { scalars in
        for (copy, place) in places.enumerated() {
          _ = UnsafeMutableBufferPointer(rebasing: buffer[copy * size..<(copy + 1) * size])
            .initialize(fromContentsOf: scalars[place * size..<(place + 1) * size])
        }
      }
    }
  }

  /// The maps, or units, of one filter alone, zero elsewhere.
  func keeping(_ filter: Int) -> Tensor {
    Kernels.rows(of: self) { from, to in
      to.initialize(repeating: 0)
      to[filter] = from[filter]
    }
  }

  /// The maps, or units, of one filter set to 0.
  func switchingOff(_ filter: Int) -> Tensor {
    Kernels.rows(of: self) { from, to in
      _ = to.initialize(fromContentsOf: from)
      to[filter] = 0
    }
  }

  /// The sum of a filter's map in each image, in double precision.
  func sums(of filter: Int) -> [Double] {
    let (size, filters) = (count / max(1, shape[0]), shape[rank - 1])
    return withUnsafeBufferPointer { maps in
      (0..<shape[0]).map { image in
        stride(from: image * size + filter, to: (image + 1) * size, by: filters)
          .reduce(0.0) { $0 + Double(maps[$1]) }
      }
    }
  }
}
