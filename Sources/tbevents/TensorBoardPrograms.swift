import CommandSupport
import Files
import Foundation

/// The two programs that `tbevents serve` starts.
struct TensorBoardPrograms {
  let tensorboard: String
  let dataServer: String

  /// Finds both.
  ///
  /// - Throws: `CommandFailure` that says how to get what is missing.
  init(tensorboard given: String?) throws {
    if let given {
      guard FileManager.default.isExecutableFile(atPath: given) else {
        throw CommandFailure("\(given): is no program that can be started")
      }
      tensorboard = given
    } else if let found = Self.find("tensorboard") {
      tensorboard = found
    } else {
      throw CommandFailure(
        "there is no tensorboard in PATH: install it with python3 -m pip install tensorboard, say where it is "
          + "with --tensorboard, or do without Python: tbevents serve --report")
    }
    let beside = Path.joined(Path.directory(of: Self.ownPath), "tensorboard-data-server")
    let named = ProcessInfo.processInfo.environment["TENSORBOARD_DATA_SERVER_BINARY"]
    guard
      let server = [named, beside].compactMap({ $0 }).first(where: {
        FileManager.default.isExecutableFile(atPath: $0)
      }) ?? Self.find("tensorboard-data-server")
    else {
      throw CommandFailure(
        "there is no tensorboard-data-server beside this program: \(Self.remedy)")
    }
    dataServer = server
  }

  /// How the data server is made.
  static let remedy =
    "build it with swift build -c release --traits DataServer --product tensorboard-data-server"

  /// A program in one of the directories of PATH.
  private static func find(_ name: String) -> String? {
    let directories = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return directories.split(separator: ":").map { Path.joined(String($0), name) }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Where this program is.
  private static var ownPath: String {
    Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
  }
}

/// The data server as a child, which ends when this process does, however that happens.
final class DataServerProcess {
  let process: ChildProcess
  let port: Int

  init(_ program: String, logdirs: [String], interval: Int, verbose: Bool) throws {
    let temporary = FileManager.default.temporaryDirectory
      .appending(path: "tbevents-serve-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: temporary) }
    let portFile = temporary.appending(path: "port").path
    process = try ChildProcess(
      program,
      logdirs.flatMap { ["--logdir", $0] } + [
        "--reload", "\(interval)", "--port", "0", "--port-file", portFile, "--die-after-stdin",
      ] + (verbose ? ["--verbose"] : []), line: standardError)
    // It binds its port before it loads anything.
    let end = Date(timeIntervalSinceNow: 10)
    while true {
      if let text = try? String(contentsOfFile: portFile, encoding: .utf8), text.hasSuffix("\n"),
        let port = Int(text.dropLast())
      {
        self.port = port
        return
      }
      if let code = process.exitCode {
        process.finishReading()
        throw CommandFailure(
          "\(program) ended with \(code), and can't serve; \(TensorBoardPrograms.remedy)")
      }
      guard Date() < end else {
        process.end()
        throw CommandFailure("\(program) has no port after ten seconds")
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  func end() { process.end() }
}

/// Writes a line of another program's to stderr.
func standardError(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
