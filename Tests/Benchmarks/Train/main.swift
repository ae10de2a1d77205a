// Trains LeNet-5, or a recurrent network of 28 steps of 28, and prints images a second, as the peers'
// programs do: on one batch of random images, or on those of a data set, for how many zeros there are
// to pass over depends on the images and on how far the training is.
//
//     swift run -c release benchmark-train [--network lenet|rnn|lstm|gru] [--hidden 128]
//         [--batch-size 50] [--threads 2] [--seconds 5]
//         [--data directory] [--warm-up steps] [--activation relu|tanh|sigmoid]
//         [--peer "python pt_lenet.py 50"]… [--rounds 5]
//
// With --peer, a command whose output holds a number before "img/s" or "seq/s" (the last one is
// taken), the two alternate, and the ratio of the medians is printed.

import BenchmarkSupport
import Datasets
import Foundation
import NeuralNetworks
import Tensors

/// Images and labels, step after step.
typealias Feed = () -> (images: Tensor, labels: [Int])

/// One batch of random images again and again.
func randomFeed(batchSize: Int) -> Feed {
  var generator = SeededGenerator(seed: 2)
  let images = Tensor(
    shape: [batchSize, 28, 28, 1],
    scalars: (0..<batchSize * 784).map { _ in generator.nextUniform() })
  let labels = (0..<batchSize).map { _ in Int(generator.next() % 10) }
  return { (images, labels) }
}

/// The batches of a data set, shuffled.
func feed(directory: String, batchSize: Int) throws -> Feed {
  let data = try Dataset(path: directory)
  var batches = data.training.batches(of: batchSize, epochs: 100_000, seed: 1).makeIterator()
  return {
    while let batch = batches.next() {
      if batch.labels.count == batchSize { return (batch.images, batch.labels) }
    }
    fatalError("the data set has fewer than \(batchSize) images")
  }
}

/// Images a second: the median over chunks of about a fifth of a second; and images a second of
/// processor time, which says more where other programs run.
func imagesPerSecond(
  network: Sequential, batchSize: Int, seconds: Double, warmUp: Int, next: Feed
) -> (rate: Double, perCPUSecond: Double) {
  var model = network
  var optimizer = Adam(learningRate: 1e-3)
  var step = 0
  func train() {
    step += 1
    let (images, labels) = next()
    let (logits, trace) = model.forward(images, phase: .training(seed: 1, step: step))
    let loss = softmaxCrossEntropy(logits, labels: labels)
    optimizer.update(
      &model, model.backward(loss.gradient, trace, for: .parameters).parameters)
  }
  let clock = ContinuousClock()
  for _ in 0..<warmUp { train() }
  let one = clock.measure { train() } / .seconds(1)
  let perChunk = max(1, Int(0.2 / one))
  var rates: [Double] = []
  let (start, cpuStart) = (clock.now, BenchmarkSupport.seconds(CLOCK_PROCESS_CPUTIME_ID))
  while (clock.now - start) / .seconds(1) < seconds || rates.count < 5 {
    let time = clock.measure { for _ in 0..<perChunk { train() } } / .seconds(1)
    rates.append(Double(perChunk * batchSize) / time)
  }
  let cpu = BenchmarkSupport.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart
  return (median(rates), Double(rates.count * perChunk * batchSize) / cpu)
}

/// Runs a peer and reads the last number before "img/s" or "seq/s" in its output.
func peerRate(_ command: String) throws -> Double {
  let words = try output(ofPeer: command).split(whereSeparator: \.isWhitespace)
  guard let unit = words.lastIndex(where: { $0 == "img/s" || $0 == "seq/s" }), unit > 0,
    let rate = Double(words[unit - 1])
  else { throw PeerError(command, "has no number before img/s or seq/s") }
  return rate
}

let name = option("--network") ?? "lenet"
let hidden = option("--hidden").flatMap(Int.init) ?? 128
let network =
  RecurrentCell(rawValue: name).map { Sequential.rowReader(cell: $0, hidden: hidden, seed: 1) }
  ?? .leNet5(
    activation: option("--activation").flatMap(Activation.init) ?? .relu,
    initializer: .truncatedNormal, seed: 1)
let batchSize = option("--batch-size").flatMap(Int.init) ?? 50
let workers = option("--threads").flatMap(Int.init) ?? Parallel.workers
let seconds = option("--seconds").flatMap(Double.init) ?? 5
let warmUp = option("--warm-up").flatMap(Int.init) ?? 5
let peers = options("--peer")
let rounds = peers.isEmpty ? 1 : option("--rounds").flatMap(Int.init) ?? 5
var ours: [Double] = []
var theirs = peers.map { _ in [Double]() }
for _ in 0..<rounds {
  let next =
    try option("--data").map { try feed(directory: $0, batchSize: batchSize) }
    ?? randomFeed(batchSize: batchSize)
  let (rate, perCPUSecond) = Parallel.$workers.withValue(workers) {
    imagesPerSecond(
      network: network, batchSize: batchSize, seconds: seconds, warmUp: warmUp, next: next)
  }
  ours.append(rate)
  print(
    """
    ours: \(Int(rate)) img/s of \(name) at batch \(batchSize), \(Int(perCPUSecond)) a second of \
    processor time
    """)
  for (index, peer) in peers.enumerated() {
    theirs[index].append(try peerRate(peer))
    print("\(peer): \(Int(theirs[index][theirs[index].count - 1])) img/s")
  }
}
for (index, peer) in peers.enumerated() {
  let ratio = median(ours) / median(theirs[index])
  print("ratio to \(peer): \((ratio * 100).rounded() / 100) (medians of \(rounds))")
}
