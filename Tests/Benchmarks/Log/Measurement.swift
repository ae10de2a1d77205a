import BenchmarkSupport
import Foundation
import TensorBoard

/// What one pass of a workload took.
struct Measurement: Codable {
  /// Values logged.
  var count: Int
  /// Seconds on the clock, from the writer's making to its close.
  var wall: Double
  /// Seconds of processor time in the same stretch, all threads together.
  var cpu: Double
  /// The event file's size.
  var bytes: Int

  var rate: Double { Double(count) / wall }

  /// Logs the workload once.
  static func ours(_ workload: Workload, _ log: (SummaryWriter) throws -> Void) throws -> Self {
    let directory = temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let start = (wall: seconds(CLOCK_MONOTONIC), cpu: seconds(CLOCK_PROCESS_CPUTIME_ID))
    let writer = try SummaryWriter(directory: directory)
    try log(writer)
    try writer.close()
    let end = (wall: seconds(CLOCK_MONOTONIC), cpu: seconds(CLOCK_PROCESS_CPUTIME_ID))
    let size = try FileManager.default.attributesOfItem(atPath: writer.path)[.size] as? Int
    return Measurement(
      count: workload.count, wall: end.wall - start.wall, cpu: end.cpu - start.cpu,
      bytes: size ?? 0)
  }

  /// Has the peer's Python log the same with torch.utils.tensorboard.
  static func peer(_ workload: Workload, python: String) throws -> Self {
    let directory = temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("peer.py").path
    let output = try output(
      ofPeer: "'\(python)' '\(script)' \(workload.rawValue) \(workload.count) '\(directory)'")
    return try JSONDecoder().decode(Measurement.self, from: Data(output.utf8))
  }

  static func temporaryDirectory() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("benchmark-log-\(UUID().uuidString)").path
  }
}
