import ArgumentParser
import CommandSupport
import Files
import Foundation
import TensorBoardData

/// `tensorboard-data-server`: serves a log directory to TensorBoard, which starts it by itself.
struct DataServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tensorboard-data-server",
    abstract: "Serve a log directory to TensorBoard, which shows it many times faster so.",
    discussion: """
      TensorBoard starts it by itself where TENSORBOARD_DATA_SERVER_BINARY is its path; or start it by hand, \
      and `tensorboard --grpc_data_provider=localhost:6806`.

      Exit codes: 0 standard input was closed, 1 failed, 8 no log directory that can be served, 9 the port \
      can't be bound, 64 wrong usage.
      """,
    version: Tool.version)

  @Option(help: ArgumentHelp("The log directory, which needn't exist yet.", valueName: "directory"))
  var logdir: String

  @Option(help: ArgumentHelp("The address to listen at.", valueName: "address"))
  var host = "localhost"

  @Option(help: ArgumentHelp("The port to listen at; 0: any.", valueName: "number"))
  var port: UInt16 = 6806

  @Option(
    help: ArgumentHelp("Pause between two looks for more, or \"once\".", valueName: "seconds"))
  var reload = Reload.every(seconds: 5)

  @Option(
    help: ArgumentHelp(
      "Points kept of a series, by plugin: scalars=500,images=all.",
      discussion: "Otherwise 1000 scalars, 100 tensors and 10 steps of images or sounds.",
      valueName: "plugin=n,…"))
  var samplesPerPlugin = ""

  @Option(help: ArgumentHelp("Write the port into this file.", valueName: "file"))
  var portFile: String?

  @Option(help: ArgumentHelp("Write here why the server can't start.", valueName: "file"))
  var errorFile: String?

  @Flag(help: "End when standard input is closed.")
  var dieAfterStdin = false

  @Flag(name: .shortAndLong, help: "Tell on stderr what each look for more brought.")
  var verbose: Int

  @Flag(inversion: .prefixedNo, help: "Accepted from TensorBoard; all checksums are checked.")
  var checksum = true

  /// When to look for more.
  enum Reload: ExpressibleByArgument, Equatable {
    case once
    case every(seconds: UInt32)

    init?(argument: String) {
      if argument == "once" {
        self = .once
      } else if let seconds = UInt32(argument) {
        self = .every(seconds: seconds)
      } else {
        return nil
      }
    }

    var defaultValueDescription: String {
      switch self {
      case .once: "once"
      case .every(let seconds): "\(seconds)"
      }
    }
  }

  func validate() throws {
    guard SampleCounts(samplesPerPlugin) != nil else {
      throw ValidationError("--samples-per-plugin is of the form scalars=500,images=all")
    }
  }

  func run() throws {
    // gs://, s3:// and the like.
    guard !logdir.contains("://") else {
      fail(8, "\(logdir): only directories of this machine can be served")
    }
    guard let samples = SampleCounts(samplesPerPlugin) else { throw ExitStatus.wrongUsage }
    Interruption.endsAtOnce()
    if dieAfterStdin { endWithStandardInput() }
    let directory = LogDirectory(path: logdir, samples: samples)
    try serve(
      DataProvider(directory), host: host, port: port,
      bound: { port in
        try tell(port: port)
        keepLoading(directory)
      }, failed: { fail(9, $0) })
  }

  /// Says where TensorBoard looks for it why the server can't start, and ends.
  private func fail(_ code: Int32, _ sentence: String) -> Never {
    do {
      guard let errorFile else { throw CommandFailure("there is no --error-file") }
      try AtomicFile.write(Array("\(sentence)\n".utf8), to: errorFile)
    } catch {
      Console.tell(sentence)
    }
    Foundation.exit(code)
  }

  /// TensorBoard gives flags empty values ("--samples-per-plugin="), which the parser takes on their own.
  static func separated(_ arguments: [String]) -> [String] {
    arguments.flatMap { argument in
      argument.hasPrefix("--") && argument.utf8.last == UInt8(ascii: "=")
        ? [String(argument.dropLast()), ""] : [argument]
    }
  }

  private func tell(port: Int) throws {
    if let portFile {
      try AtomicFile.write(Array("\(port)\n".utf8), to: portFile)
    } else {
      Console.tell("listening at \(host):\(port)")
    }
  }

  /// Loads the directory in a thread, as often as it was asked for.
  private func keepLoading(_ directory: LogDirectory) {
    Thread.detachNewThread {
      while true {
        let start = ContinuousClock.now
        let report = directory.reload()
        let time = ContinuousClock.now - start
        for warning in report.warnings { Console.tell(warning) }
        if verbose > 0 {
          Console.tell("\(report.eventCount) events of \(report.runCount) runs loaded in \(time)")
        }
        guard case .every(let seconds) = reload else { break }
        // Never without a pause: looking takes a processor.
        Thread.sleep(forTimeInterval: max(0.1, Double(seconds)))
      }
    }
  }

  private func endWithStandardInput() {
    Thread.detachNewThread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      Foundation.exit(0)
    }
  }
}
