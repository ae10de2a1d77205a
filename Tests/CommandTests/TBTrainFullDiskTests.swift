import Foundation
import Testing

@Suite struct TBTrainFullDiskTests {
  @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
  func `a full disk doesn't end the training, and is told`() throws {
    try withTemporaryFolder { folder in
      let script = """
        mkdir logdir && mount -t tmpfs -o size=64k none logdir || exit 77
        '\(Tool.tbtrain.path)' lenet \(TBTrainTests.tiny) --steps 20 --run a >out 2>errors; code=$?
        umount logdir; exit $code
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script]
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      try process.run()
      process.waitUntilExit()
      if process.terminationStatus == 77 { try Test.cancel("nobody may mount a small disk here") }
      #expect(process.terminationStatus == 1)
      let output = try String(contentsOfFile: folder + "/out", encoding: .utf8)
      #expect(output.hasPrefix("test accuracy"))
      let errors = try String(contentsOfFile: folder + "/errors", encoding: .utf8)
      #expect(errors.components(separatedBy: "; the training goes on").count == 2)
      #expect(errors.contains("No space left on device"))
    }
  }
}
