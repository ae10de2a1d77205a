// Reads a log directory whole, checksums on, and prints points a second.
//
//     swift run -c release benchmark-read LOGDIR [--rounds 5] [--peer "python bench.py LOGDIR"]…
//
// With --peer the two alternate, and the ratio of the medians is printed. A peer's time is the number
// behind "load_s" or "wall" in its output, or else how long it ran.

import BenchmarkSupport
import EventFiles
import Foundation
import Synchronization

/// Reads all runs on all cores; returns how many points there were.
func readAll(_ logdir: String) throws -> Int {
  let runs = try Run.all(under: logdir)
  let points = Atomic(0)
  let failure = Mutex<(any Error)?>(nil)
  DispatchQueue.concurrentPerform(iterations: runs.count) { index in
    do {
      let contents = try runs[index].contents()
      points.add(contents.series.reduce(0) { $0 + $1.count }, ordering: .relaxed)
    } catch {
      failure.withLock { $0 = error }
    }
  }
  if let error = failure.withLock({ $0 }) { throw error }
  return points.load(ordering: .relaxed)
}

func peerSeconds(_ command: String) throws -> Double {
  let start = ContinuousClock.now
  let output = try output(ofPeer: command)
  for key in ["\"load_s\": ", "\"wall\": "] {
    guard let range = output.range(of: key) else { continue }
    let digits = output[range.upperBound...].prefix { $0.isNumber || $0 == "." }
    if let seconds = Double(digits) { return seconds }
  }
  return (ContinuousClock.now - start) / .seconds(1)
}

guard CommandLine.arguments.count > 1 else {
  print("usage: benchmark-read LOGDIR [--rounds 5] [--peer COMMAND]…")
  exit(64)
}
let logdir = CommandLine.arguments[1]
let peers = options("--peer")
let rounds = options("--rounds").first.flatMap(Int.init) ?? 5
var ours: [Double] = []
var theirs = peers.map { _ in [Double]() }
for _ in 0..<rounds {
  let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID)
  let start = ContinuousClock.now
  let points = try readAll(logdir)
  let time = (ContinuousClock.now - start) / .seconds(1)
  ours.append(time)
  print(
    String(
      format: "ours: %d points in %.3f s, %.3f CPU s", points, time,
      seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu))
  for (index, peer) in peers.enumerated() {
    theirs[index].append(try peerSeconds(peer))
    print(String(format: "%@: %.3f s", peer, theirs[index].last ?? .nan))
  }
}
for (index, peer) in peers.enumerated() {
  print(
    String(
      format: "%.1f times as fast as %@ (medians of %d)", median(theirs[index]) / median(ours),
      peer,
      rounds))
}
