import CommandSupport
import Foundation
import Synchronization

/// A program that runs beside this one, and what it says, line by line.
final class ChildProcess: Sendable {
  private let process: Mutex<Process>
  private let input = Pipe()
  private let reading = DispatchGroup()

  /// Starts a program. Its standard input is open until `end`.
  ///
  /// - Parameter line: Takes each line of its stdout and stderr.
  /// - Throws: `CommandFailure` where it can't be started.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    line: @escaping @Sendable (String) -> Void
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    do { try process.run() } catch {
      throw CommandFailure("\(program) can't be started: \(error.localizedDescription)")
    }
    self.process = Mutex(process)
    reading.enter()
    Thread.detachNewThread { [reading] in
      var rest: [UInt8] = []
      while true {
        let bytes = output.fileHandleForReading.availableData
        if bytes.isEmpty { break }
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          line(String(decoding: rest[..<end], as: UTF8.self))
          rest.removeSubrange(...end)
        }
      }
      if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) }
      reading.leave()
    }
  }

  /// How it ended; nil while it runs.
  var exitCode: Int32? { process.withLock { $0.isRunning ? nil : $0.terminationStatus } }

  /// Waits until all that it said was read.
  func finishReading() { reading.wait() }

  /// Asks it to end, and waits; after five seconds it is no longer asked.
  func end() {
    try? input.fileHandleForWriting.close()
    process.withLock { process in
      guard process.isRunning else { return }
      process.terminate()
      let end = Date(timeIntervalSinceNow: 5)
      while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.02) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
    }
  }
}
