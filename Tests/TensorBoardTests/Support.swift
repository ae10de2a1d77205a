import EventFiles
import Foundation

/// Runs a body with the path of a new folder, which is gone afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "tensorboard-\(UUID().uuidString)"
  ).path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// The event files of a directory, as TensorBoard orders them.
func eventFiles(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory)
    .filter { $0.contains("tfevents") }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    .map { directory + "/" + $0 }
}

/// The events of a file, and how many bytes at its end are no whole record.
func readEvents(_ path: String) throws -> (events: [Event], rest: Int) {
  var reader = try EventFileReader(path: path)
  var events: [Event] = []
  while let event = try reader.next() { events.append(event) }
  return (events, try reader.remainingByteCount)
}

/// The events that some bytes hold as a file would.
func readEvents(_ bytes: [UInt8]) throws -> (events: [Event], rest: Int) {
  try withTemporaryFolder { folder in
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/a"))
    return try readEvents(folder + "/a")
  }
}

/// The steps of the events that hold a summary.
func summarySteps(_ events: [Event]) -> [Int] {
  events.compactMap { if case .summary = $0.content { $0.step } else { nil } }
}

/// Runs the program that logs for the tests, and returns what it printed and its exit code.
func runChild(_ arguments: [String], shell: String = "exec \"$@\"") throws -> (String, Int32) {
  let child = try startChild(arguments, shell: shell)
  let data = child.output.fileHandleForReading.readDataToEndOfFile()
  child.process.waitUntilExit()
  return (String(decoding: data, as: UTF8.self), child.process.terminationStatus)
}

/// Starts the program that logs for the tests. The shell must not wait for processes of its own: it
/// inherits blocked signals from this program's threads, SIGCHLD among them.
func startChild(
  _ arguments: [String], shell: String = "exec \"$@\""
) throws -> (process: Process, output: Pipe) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  process.arguments = ["-c", shell, "sh", childProgram] + arguments
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  return (process, output)
}

/// The program that logs for the tests; it is built beside them.
let childProgram = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  .appending(path: "benchmark-log").path

/// Something else than the test looked for.
struct Unexpected: Error {
  var found: String
}
