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

  @Option(
    help: ArgumentHelp(
      "The log directory, which needn't exist yet; may be repeated.",
      discussion: "Of several, runs are named after their directory's name, or its own: name=path.",
      valueName: "directory"))
  var logdir: [String]

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

  @Option(
    help: ArgumentHelp(
      "Write counts and times into this file at each look.",
      discussion: "In the text that Prometheus reads, for its node exporter's textfile collector.",
      valueName: "file"))
  var metrics: String?

  @Flag(name: .shortAndLong, help: "Tell on stderr what each look for more brought.")
  var verbose: Int

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Check long records, mostly images, while loading.",
      discussion: "Otherwise they are passed over, and checked when they are shown."))
  var checksum = false

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
    if let remote = logdir.first(where: { $0.contains("://") }) {
      fail(8, "\(remote): only directories of this machine can be served")
    }
    let sources: [LogSource]
    do { sources = try LogSource.all(logdir) } catch { fail(8, "\(error)") }
    guard let samples = SampleCounts(samplesPerPlugin) else { throw ExitStatus.wrongUsage }
    Interruption.endsAtOnce()
    if dieAfterStdin { endWithStandardInput() }
    let directory = LogDirectory(sources, samples: samples, checksAll: checksum)
    let provider = DataProvider(directory)
    try serve(
      provider, host: host, port: port,
      bound: { port in
        try tell(port: port)
        keepLoading(directory, provider.statistics)
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
  private func keepLoading(_ directory: LogDirectory, _ statistics: ServiceStatistics) {
    Thread.detachNewThread {
      while true {
        let start = ContinuousClock.now
        let report = directory.reload()
        let time = ContinuousClock.now - start
        for warning in report.warnings { Console.tell(warning) }
        if verbose > 0 || metrics != nil {
          tell(report, time, directory.contents, statistics)
        }
        guard case .every(let seconds) = reload else { break }
        // Never without a pause: looking takes a processor.
        Thread.sleep(forTimeInterval: max(0.1, Double(seconds)))
      }
    }
  }

  private func tell(
    _ report: LogDirectory.Report, _ time: Duration, _ contents: LogDirectory.Contents,
    _ statistics: ServiceStatistics
  ) {
    if let metrics {
      do { try AtomicFile.write(Array(statistics.text(contents).utf8), to: metrics) } catch {
        Console.tell("\(error)")
      }
    }
    guard verbose > 0 else { return }
    Console.tell(
      "\(report.eventCount) events of \(report.runCount) runs loaded in \(time); "
        + "\(contents.seriesCount) series of \(contents.pointCount) points; \(statistics.line())")
  }

  private func endWithStandardInput() {
    Thread.detachNewThread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      Foundation.exit(0)
    }
  }
}
