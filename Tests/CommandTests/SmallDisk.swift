import Foundation
import Testing

extension Tool {
  /// Runs a shell script that mounts a small disk, and leaves what is said on stderr in `errors`; it ends
  /// with 77 where nobody may mount one.
  static func runOnSmallDisk(
    _ script: String, in folder: String
  ) throws -> (code: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus == 77 { try Test.cancel("nobody may mount a small disk here") }
    return (
      process.terminationStatus, try String(contentsOfFile: folder + "/errors", encoding: .utf8)
    )
  }
}
