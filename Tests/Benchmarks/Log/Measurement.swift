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
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script, workload.rawValue, String(workload.count), directory]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode(Measurement.self, from: data)
  }

  static func temporaryDirectory() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("benchmark-log-\(UUID().uuidString)").path
  }

  static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The middle value.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
}
