// Measures how fast we log, and with a peer's Python given, how much faster than it.
//
//     swift run -c release benchmark-log [--rounds 5] [--only scalars|histograms|images]
//         [--peer PYTHON]
//
// PYTHON is an interpreter with torch and tensorboard. The two alternate, and the ratio of the medians
// is printed. Other uses are for the tests: `--write-sample DIRECTORY` makes a log directory with every
// kind of summary; `--stress DIRECTORY [--seconds 600]` see Stress.swift; for the rest ChildProcess.swift.

import BenchmarkSupport
import Foundation
import TensorBoard

func line(_ name: String, _ workload: Workload, _ passes: [Measurement]) -> String {
  let rate = median(passes.map(\.rate))
  let cpu = median(passes.map { $0.cpu / Double($0.count) })
  return String(
    format: "%-5@ %12.1f %@, %.3f us wall and %.3f us of processor time each, %d bytes",
    name as NSString, rate, workload.unit as NSString, 1e6 / rate, cpu * 1e6,
    passes.first?.bytes ?? 0)
}

/// How long one `add` of a scalar takes its caller, of a million.
func addLatencies() throws -> String {
  let directory = Measurement.temporaryDirectory()
  defer { try? FileManager.default.removeItem(atPath: directory) }
  let writer = try SummaryWriter(directory: directory)
  var times: [Double] = []
  times.reserveCapacity(1_000_000)
  for step in 0..<1_000_000 {
    let start = seconds(CLOCK_MONOTONIC)
    try writer.add(.scalar("loss/train", Float(step)), step: step)
    times.append(seconds(CLOCK_MONOTONIC) - start)
  }
  try writer.close()
  times.sort()
  return String(
    format: "add     p50 %.0f ns, p99 %.0f ns, worst %.0f us", times[500_000] * 1e9,
    times[990_000] * 1e9, times[999_999] * 1e6)
}

if let directory = option("--write-sample") {
  try writeSample(into: directory)
} else if let directory = option("--stress") {
  let seconds = option("--seconds").flatMap(Double.init) ?? 600
  exit(try Stress(directory: directory).run(seconds: seconds) ? 0 : 1)
} else if let child = ChildProcess.allCases.first(where: { option($0.rawValue) != nil }) {
  try child.run(in: option(child.rawValue) ?? ".")
} else {
  let rounds = option("--rounds").flatMap(Int.init) ?? 5
  for workload in Workload.allCases where option("--only").map({ $0 == workload.rawValue }) ?? true
  {
    let log = workload.prepared()
    var ours: [Measurement] = []
    var peers: [Measurement] = []
    for _ in 0..<rounds {
      ours.append(try .ours(workload, log))
      if let python = option("--peer") { peers.append(try .peer(workload, python: python)) }
    }
    print(line("ours", workload, ours))
    if workload == .scalars { print(try addLatencies()) }
    if !peers.isEmpty {
      print(line("peer", workload, peers))
      let ratio = median(ours.map(\.rate)) / median(peers.map(\.rate))
      let cpu = median(peers.map(\.cpu)) / median(ours.map(\.cpu))
      print(String(format: "ratio %.1f of rates, %.1f of processor time", ratio, cpu))
    }
  }
}
