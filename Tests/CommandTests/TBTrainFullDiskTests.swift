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
      let (code, errors) = try Tool.runOnSmallDisk(script, in: folder)
      #expect(code == 1)
      let output = try String(contentsOfFile: folder + "/out", encoding: .utf8)
      #expect(output.hasPrefix("test accuracy"))
      #expect(errors.components(separatedBy: "; the training goes on").count == 2)
      #expect(errors.contains("No space left on device"))
    }
  }
}
