import BenchmarkSupport
import Foundation
import TensorBoard

/// What this program does as the child of a test: it logs scalars whose tag is "step" and whose value
/// is the step.
enum ChildProcess: String, CaseIterable {
  /// Logs and returns from `main` without `close()`.
  case writeAndExit = "--write-and-exit"
  /// Logs until it is killed; prints how many events are in the file after each flush.
  case writeUntilKilled = "--write-until-killed"
  /// Logs, and prints what `flush()` and `close()` throw.
  case writeAndTell = "--write-and-tell"
  /// Logs a step every 5 ms for `--seconds`, prints each, then what `close()` throws; for faults.py.
  case writeAtPace = "--write-at-pace"

  func run(in directory: String) throws {
    switch self {
    case .writeAndExit:
      let writer = try SummaryWriter(directory: directory, flushInterval: .seconds(3600))
      try Self.log(writer, 0..<1_000)
      exit(0)
    case .writeUntilKilled:
      let writer = try SummaryWriter(directory: directory)
      for step in stride(from: 0, to: Int.max, by: 100) {
        try Self.log(writer, step..<step + 100)
        try writer.flush()
        print(step + 100)
        fflush(nil)
      }
    case .writeAndTell:
      let writer = try SummaryWriter(directory: directory)
      try Self.log(writer, 0..<1_000)
      Self.tell { try writer.flush() }
      try Self.log(writer, 1_000..<1_001)
      Self.tell { try writer.close() }
    case .writeAtPace:
      let writer = try SummaryWriter(directory: directory)
      let end =
        BenchmarkSupport.seconds(CLOCK_MONOTONIC) + (option("--seconds").flatMap(Double.init) ?? 6)
      for step in 0... {
        guard BenchmarkSupport.seconds(CLOCK_MONOTONIC) < end else { break }
        try Self.log(writer, step..<step + 1)
        print(step)
        fflush(nil)
        Thread.sleep(forTimeInterval: 0.005)
      }
      Self.tell { try writer.close() }
    }
  }

  private static func log(_ writer: SummaryWriter, _ steps: Range<Int>) throws {
    for step in steps { try writer.add(.scalar("step", step), step: step) }
  }

  private static func tell(_ body: () throws -> Void) {
    do { try body() } catch { print(error) }
  }
}
