// What the benchmark programs have in common: flags, clocks, medians and peers.

package import Foundation

/// The value behind a flag on the command line.
package func option(_ name: String) -> String? { options(name).first }

/// All values of a flag that may be repeated.
package func options(_ name: String) -> [String] {
  let arguments = CommandLine.arguments
  return arguments.indices.dropLast().filter { arguments[$0] == name }.map { arguments[$0 + 1] }
}

/// The middle value, of an even number the mean of the middle two; NaN of none.
package func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
}

/// Seconds of a clock: `CLOCK_MONOTONIC`, or `CLOCK_PROCESS_CPUTIME_ID` for this program's processor time, all
/// threads together.
package func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The most memory that this program held, in MB.
package func peakMemory() -> Double {
  var usage = rusage()
  // Linux counts kilobytes, Darwin bytes.
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return Double(usage.ru_maxrss) / 1e6
  #else
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1e3
  #endif
}

/// A peer that didn't say what was expected of it.
package struct PeerError: Error, CustomStringConvertible {
  /// What was run.
  let command: String
  /// What is wrong with it.
  let reason: String

  package var description: String { "\(command): \(reason)" }

  /// A peer whose output lacks something.
  package init(_ command: String, _ reason: String) {
    (self.command, self.reason) = (command, reason)
  }
}

/// Runs a peer in a shell and gives what it printed.
///
/// - Throws: `PeerError` where it ends with another code than 0.
package func output(ofPeer command: String) throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/bin/sh")
  process.arguments = ["-c", command]
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw PeerError(command, "ended with \(process.terminationStatus)")
  }
  return output
}
