// Takes images through a network from an ONNX file, without gradients, and prints images a second;
// peer.py writes such files, and does the same with PyTorch.
//
//     python Tests/Benchmarks/Forward/peer.py export resnet18 resnet18.onnx
//     swift run -c release benchmark-forward resnet18.onnx [--batch-size 1] [--threads 2] [--seconds 5]
//         [--layers] [--peer "python Tests/Benchmarks/Forward/peer.py run resnet18 1"] [--rounds 5]
//
// --layers prints instead what each step of a pass takes, the median, and what it reaches.
// With --peer, a command whose lines begin with a number of images a second and one in a second of
// processor time, the two alternate, and the ratios of the medians are printed, by the clock and by
// processor time, to the peer's faster line of a round. What both take of memory at most is told.

import BenchmarkSupport
import Foundation
import ModelFiles
import NeuralNetworks
import Tensors

func text(_ value: Double, _ digits: Int = 2) -> String {
  String(format: "%.\(digits)f", value)
}

/// Images a second by the clock and of processor time, and the most memory that was held, in MB.
struct Rate {
  var wall: Double
  var cpu: Double
  var memory: Double
}

/// The faster of the peer's lines.
func peerRate(_ command: String) throws -> Rate {
  let rates = try output(ofPeer: command).split(separator: "\n").compactMap { line -> Rate? in
    let numbers = line.split(separator: " ").prefix(3).compactMap { Double($0) }
    return numbers.count == 3 ? Rate(wall: numbers[0], cpu: numbers[1], memory: numbers[2]) : nil
  }
  guard let best = rates.max(by: { $0.wall < $1.wall }) else {
    throw PeerError(command, "begins no line with two rates and a size")
  }
  return best
}

guard CommandLine.arguments.count > 1, !CommandLine.arguments[1].hasPrefix("-") else {
  FileHandle.standardError.write(
    Data("usage: benchmark-forward FILE.onnx [--batch-size 1] …\n".utf8))
  exit(64)
}
let checkpoint = try Checkpoint(path: CommandLine.arguments[1])
let network = try checkpoint.makeModel()
let batchSize = option("--batch-size").flatMap(Int.init) ?? 1
let limit = option("--seconds").flatMap(Double.init) ?? 5
let workers = option("--threads").flatMap(Int.init) ?? Parallel.workers
let peer = option("--peer")
let rounds = peer == nil ? 1 : option("--rounds").flatMap(Int.init) ?? 5
var generator = SeededGenerator(seed: 2)
let shape = [batchSize] + checkpoint.model.inputShape
let images = Tensor(
  shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextUniform() })

/// What a step's layers are called, what it takes and how many multiplications it has.
func printLayers() {
  let (steps, wiring) = (network.inferenceSteps, network.wiring)
  var times = [[Double]](repeating: [], count: steps.count)
  var work = [Double](repeating: 0, count: steps.count)
  let start = seconds(CLOCK_MONOTONIC)
  while seconds(CLOCK_MONOTONIC) - start < limit || times[0].count < 3 {
    var values: [Int: Tensor] = [0: images]
    var uses = wiring.uses
    for (index, step) in steps.enumerated() {
      let inputs = wiring.sources[step.first].compactMap { values[$0] }
      let added = step.added.flatMap { values[$0] }
      let before = seconds(CLOCK_MONOTONIC)
      let output = network.output(of: step, inputs, added: added)
      times[index].append(seconds(CLOCK_MONOTONIC) - before)
      values[step.last + 1] = output
      switch network.layers[step.first].layer {
      case let layer as Conv2D:
        work[index] =
          Double(output.count) / Double(batchSize * layer.outChannels)
          * Double(layer.weight.count)
        // Without a pooling behind it, that is.
        if network.layers[step.last].layer is MaxPool2D {
          let extent = layer.geometry(for: Array(inputs[0].shape.dropFirst())).output
          work[index] = Double(extent.height * extent.width * layer.weight.count)
        }
      case let layer as Dense: work[index] = Double(layer.weight.count)
      default: break
      }
      for source in wiring.sources[step.first] + (step.added.map { [$0] } ?? []) {
        uses[source] -= 1
        if uses[source] == 0 { values[source] = nil }
      }
    }
  }
  let medians = times.map { median(Array($0.dropFirst())) }
  for (index, step) in steps.enumerated() {
    let layer = network.layers[step.first].layer
    var sizes = ""
    if let layer = layer as? Conv2D {
      sizes =
        "\(layer.inChannels) to \(layer.outChannels) by \(layer.kernel.text), stride "
        + "\(layer.stride.height)\(layer.groups > 1 ? ", \(layer.groups) groups" : "")"
    }
    let rate = 2 * work[index] * Double(batchSize) / medians[index] / 1e9
    print(
      "\(text(medians[index] * 1e3, 3)) ms \(text(rate, 0)) GFLOP/s \(type(of: layer)) \(sizes) "
        + network.layers[step.first...step.last].map(\.name).joined(separator: " "))
  }
  print("\(text(medians.reduce(0, +) * 1e3)) ms of all")
}

func measure() -> Rate {
  for _ in 0..<2 { _ = network(images) }
  let (start, cpu) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
  var times: [Double] = []
  var now = start
  while now - start < limit || times.count < 3 {
    _ = network(images)
    let end = seconds(CLOCK_MONOTONIC)
    times.append(end - now)
    now = end
  }
  let count = Double(batchSize)
  return Rate(
    wall: count / median(times),
    cpu: count * Double(times.count) / (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu),
    memory: peakMemory())
}

if CommandLine.arguments.contains("--layers") {
  Parallel.$workers.withValue(workers) { printLayers() }
  exit(0)
}
var (ours, theirs): ([Rate], [Rate]) = ([], [])
for _ in 0..<rounds {
  let rate = Parallel.$workers.withValue(workers) { measure() }
  ours.append(rate)
  print(
    "ours: \(text(rate.wall)) img/s, \(text(rate.cpu)) a second of processor time, "
      + "\(text(rate.memory, 0)) MB, batches of \(batchSize)")
  guard let peer else { continue }
  let other = try peerRate(peer)
  theirs.append(other)
  print(
    "peer: \(text(other.wall)) img/s, \(text(other.cpu)) a second of processor time, "
      + "\(text(other.memory, 0)) MB")
}
if peer != nil {
  func ratio(_ rate: KeyPath<Rate, Double>) -> String {
    text(median(ours.map { $0[keyPath: rate] }) / median(theirs.map { $0[keyPath: rate] }))
  }
  print(
    "ratio: \(ratio(\.wall)) by the clock, \(ratio(\.cpu)) by processor time, "
      + "\(ratio(\.memory)) of the memory, medians of \(rounds)")
}
