// Projects the strongest activation of a layer-2 filter of a LeNet for each of 1000 random images, and
// prints images a second, as the peer's program does.
//
//     swift run -c release benchmark-deconv [--batch-size 100] [--threads 2] [--seconds 3]
//         [--way filter|maps] [--peer "python peer.py"] [--rounds 5]
//         [--network FILE.onnx --layer 7 --count 16]
//
// With --network, the same of a filter of a layer of another network, and of so many images;
// ../Forward/peer.py writes such files, and peer.py does the same with PyTorch.
//
// --way: filter computes of layer 2 the one filter's map only, as `deconv project` does; maps computes
// all maps of it first, and then projects the units that are strongest.
//
// With --peer, a command whose lines hold a number before "img/s" and one behind "per 2 cpu-s", the two
// alternate, and the ratios of the medians are printed: by the clock, and by processor time.

import BenchmarkSupport
import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import Visualization

/// Images a second by the clock, and in two seconds of processor time, as the peer counts them.
struct Rate {
  var wall: Double
  var cpu: Double

  var text: String {
    let format = wall < 100 ? "%.2f img/s, per 2 cpu-s %.2f" : "%.0f img/s, per 2 cpu-s %.0f"
    return String(format: format, wall, cpu)
  }
}

/// The medians over chunks of about a fifth of a second.
func measure(_ count: Int, seconds limit: Double, _ work: () throws -> Void) rethrows -> Rate {
  for _ in 0..<2 { try work() }
  let before = seconds(CLOCK_MONOTONIC)
  try work()
  let repeats = max(1, Int(0.2 / (seconds(CLOCK_MONOTONIC) - before)))
  var rates: [Rate] = []
  let start = seconds(CLOCK_MONOTONIC)
  while seconds(CLOCK_MONOTONIC) - start < limit || rates.count < 5 {
    let from = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
    for _ in 0..<repeats { try work() }
    let images = Double(repeats * count)
    rates.append(
      Rate(
        wall: images / (seconds(CLOCK_MONOTONIC) - from.0),
        cpu: 2 * images / (seconds(CLOCK_PROCESS_CPUTIME_ID) - from.1)))
  }
  return Rate(wall: median(rates.map(\.wall)), cpu: median(rates.map(\.cpu)))
}

/// The peer's best batch size by the clock, and by processor time.
func peerRate(_ command: String) throws -> Rate {
  var best = Rate(wall: 0, cpu: 0)
  for line in try output(ofPeer: command).replacing(",", with: " ").split(separator: "\n")
  where line.contains("projection") {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard let unit = words.firstIndex(of: "img/s"), let label = words.firstIndex(of: "cpu-s"),
      unit > 0, label + 1 < words.count, let wall = Double(words[unit - 1]),
      let cpu = Double(words[label + 1])
    else { throw PeerError(command, "tells no rates in \"\(line)\"") }
    best = Rate(wall: max(best.wall, wall), cpu: max(best.cpu, cpu))
  }
  guard best.wall > 0 else { throw PeerError(command, "tells no projection's rate") }
  return best
}

let filter = 7
let checkpoint = try option("--network").map { try Checkpoint(path: $0) }
let count = option("--count").flatMap(Int.init) ?? (checkpoint == nil ? 1000 : 16)
let number = option("--layer").flatMap(Int.init) ?? 2
let batchSize = option("--batch-size").flatMap(Int.init) ?? 100
let workers = option("--threads").flatMap(Int.init) ?? Parallel.workers
let limit = option("--seconds").flatMap(Double.init) ?? 3
let way = option("--way") ?? "filter"
let peer = option("--peer")
let rounds = peer == nil ? 1 : option("--rounds").flatMap(Int.init) ?? 5

let deconvnet = Deconvnet(of: try checkpoint?.makeModel() ?? Sequential.leNet5(seed: 1))
let layer = try deconvnet.layer(number)
let shape = checkpoint?.model.inputShape ?? [28, 28, 1]
var generator = SeededGenerator(seed: 2)
let batches = stride(from: 0, to: count, by: batchSize).map { start in
  let size = min(batchSize, count - start)
  return Tensor(
    shape: [size] + shape,
    scalars: (0..<size * shape.reduce(1, *)).map { _ in generator.nextUniform() })
}

func project(_ images: Tensor) throws {
  guard way == "maps" else {
    _ = try deconvnet.project(.strongest(filter: filter), layer: number, of: images)
    return
  }
  var strongest = StrongestImages(of: layer, count: images.shape[0], filters: [filter])
  strongest.look(
    at: deconvnet.activations(of: images, layer: layer), of: Array(0..<images.shape[0]))
  let units = strongest.entries(of: filter).map {
    FeatureUnit(image: $0.image, filter: filter, activation: $0.unit)
  }
  _ = try deconvnet.project(units, layer: number, of: images)
}

var (ours, theirs): ([Rate], [Rate]) = ([], [])
for _ in 0..<rounds {
  let rate = try Parallel.$workers.withValue(workers) {
    try measure(count, seconds: limit) { for images in batches { try project(images) } }
  }
  ours.append(rate)
  print(
    "ours: \(rate.text), batches of \(min(batchSize, count)), layer \(number), \(layer.name)")
  guard let peer else { continue }
  let other = try peerRate(peer)
  theirs.append(other)
  print("peer: \(other.text), its best batch or layout")
}
if peer != nil {
  func ratio(_ rate: KeyPath<Rate, Double>) -> Double {
    (median(ours.map { $0[keyPath: rate] }) / median(theirs.map { $0[keyPath: rate] }) * 100)
      .rounded() / 100
  }
  print(
    """
    ratio: \(ratio(\.wall)) by the clock, \(ratio(\.cpu)) by processor time, medians of \(rounds)
    """)
}
