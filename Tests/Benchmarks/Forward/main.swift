// Runs the convolutions of VGG16 or ResNet18 forward, without gradients, and prints images a second;
// peer.py does the same with PyTorch.
//
//     swift run -c release benchmark-forward [--network vgg16|resnet18] [--batch-size 1]
//         [--threads 2] [--seconds 5]
//
// resnet18 is its 3×3 convolutions in a row, each with a ReLU; without the shortcuts and the
// normalizations, which inference folds into the weights.

import Foundation
import NeuralNetworks
import Tensors

func option(_ name: String) -> String? {
  let arguments = CommandLine.arguments
  guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
  return arguments[index + 1]
}

/// Convolutions of 3×3, each with a ReLU. Numbers are filters, 0 is a max pooling, negative numbers
/// are filters of a convolution of stride 2.
func stack(_ plan: [Int], channels: Int) -> Sequential {
  var generator = SeededGenerator(seed: 1)
  var layers: [Sequential.NamedLayer] = []
  var inputs = channels
  for (index, filters) in plan.enumerated() {
    guard filters != 0 else {
      layers.append(.init("pool\(index)", MaxPool2D(2)))
      continue
    }
    layers.append(
      .init(
        "conv\(index)",
        Conv2D(
          in: inputs, out: abs(filters), kernel: Extent(3), stride: Extent(filters < 0 ? 2 : 1),
          padding: Padding(1), initializer: .he, using: &generator)))
    layers.append(.init("relu\(index)", ReLU()))
    inputs = abs(filters)
  }
  return Sequential(layers)
}

func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let name = option("--network") ?? "vgg16"
let isVGG = name == "vgg16"
let network =
  isVGG
  ? stack(
    [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0], channels: 3)
  : stack(
    [64, 64, 64, 64, -128, 128, 128, 128, -256, 256, 256, 256, -512, 512, 512, 512], channels: 64)
let batchSize = option("--batch-size").flatMap(Int.init) ?? 1
let seconds = option("--seconds").flatMap(Double.init) ?? 5
var generator = SeededGenerator(seed: 2)
let shape = isVGG ? [batchSize, 224, 224, 3] : [batchSize, 56, 56, 64]
let images = Tensor(
  shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextUniform() })
let workers = option("--threads").flatMap(Int.init) ?? Parallel.workers
Parallel.$workers.withValue(workers) {
  _ = network(images)
  let clock = ContinuousClock()
  let (start, cpuStart) = (clock.now, cpuSeconds())
  var times: [Double] = []
  while (clock.now - start) / .seconds(1) < seconds || times.count < 3 {
    times.append(clock.measure { _ = network(images) } / .seconds(1))
  }
  let cpu = (cpuSeconds() - cpuStart) / Double(times.count * batchSize)
  let rate = Double(batchSize) / times.sorted()[times.count / 2]
  print(
    "ours: \(rate.formatted(.number.precision(.fractionLength(2)))) img/s of \(name) at batch "
      + "\(batchSize), \((1 / cpu).formatted(.number.precision(.fractionLength(2)))) a second of "
      + "processor time")
}
