import Foundation
import Testing

@testable import tbevents

/// What is behind the network is tested in Tests/Conformance/check_serve.py.
@Suite struct TBEventsServeTests {
  @Test(arguments: [
    "serve --report --tensorboard x", "serve --title x", "serve a/x b/x", "serve --port 65536",
    "serve --interval 0",
  ]) func wrongCommandLinesAreRefused(line: String) {
    #expect(Tool.tbevents.answer(line)?.code == 64)
  }

  @Test(arguments: ["serve", "serve a b=c", "serve --report --port 0 --title x a"])
  func rightCommandLinesAreTaken(line: String) {
    #expect(Tool.tbevents.answer(line)?.errors == nil)
  }

  /// - Source: TensorBoard, `program.py`.
  @Test func theAddressIsFoundInWhatTensorBoardSays() {
    let line = "TensorBoard 2.21.0 at http://localhost:6006/ (Press CTRL+C to quit)"
    #expect(ServeCommand.address(in: line) == "http://localhost:6006/")
    #expect(ServeCommand.address(in: "W1130 at http://x/") == nil)
  }

  @Test func withoutTensorBoardItSaysHowToGetIt() throws {
    try withTemporaryFolder { folder in
      let result = try Tool.tbevents.run(["serve"], in: folder, environment: ["PATH": "/nowhere"])
      #expect(result.code == 1)
      #expect(result.errors.contains("python3 -m pip install tensorboard"))
    }
  }

  @Test func aDataServerWithoutItsNetworkIsTold() throws {
    try withTemporaryFolder { folder in
      let script = "#!/bin/sh\necho no network >&2\nexit 1\n"
      for name in ["tensorboard", "server"] {
        try script.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
      }
      let result = try Tool.tbevents.run(
        ["serve", "--tensorboard", "\(folder)/tensorboard"], in: folder,
        environment: ["TENSORBOARD_DATA_SERVER_BINARY": "\(folder)/server"])
      #expect(result.code == 1)
      #expect(result.errors.contains("no network") && result.errors.contains("--traits DataServer"))
    }
  }

  #if !DataServer
    @Test func withoutTheTraitTheReportSaysHowToBuildIt() throws {
      try withTemporaryFolder { folder in
        let result = try Tool.tbevents.run(["serve", "--report"], in: folder)
        #expect(result.code == 1)
        #expect(result.errors.contains("swift build -c release --traits DataServer"))
      }
    }
  #endif
}
