import ArgumentParser
import CommandSupport
import EventFiles
import Files
import Foundation
import Reports
import TensorBoardData

/// `tbevents serve`: TensorBoard with our data server, or the report as a page that follows.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "serve", "Start TensorBoard with tensorboard-data-server; or serve a live report.",
    """
    TensorBoard is a program of Python's: python3 -m pip install tensorboard. It reads the log directories \
    through tensorboard-data-server, which lies beside this program where it was built: swift build -c release \
    --traits DataServer. With --report there is no need for Python: a page in the browser that follows the runs.

    Ctrl-C ends both.
    """)

  @Argument(
    help: ArgumentHelp(
      "Log directories, which needn't exist yet.",
      discussion: "Of several, runs are named after their directory's name, or its own: name=path.",
      valueName: "directory"))
  var logdirs: [String] = ["logdir"]

  @Flag(help: "Serve the report as a page that follows the runs.") var report = false

  @Option("The port to listen at; 0: any. (default: 6006)", "number", .within(0...65535))
  var port: Int?

  @Option("The address to listen at.", "address", more: "0.0.0.0 lets other machines in.")
  var host = "127.0.0.1"

  @Option("How often to look for more.", "seconds", .within(1...86_400)) var interval = 2

  @Option("TensorBoard's program. (default: in PATH)", "path") var tensorboard: String?

  @Option("The report's headline. (default: Report: and the directories' names)")
  var title: String?

  @Flag(name: .shortAndLong, help: "Tell on stderr what each look for more brought.")
  var verbose = false

  func validate() throws {
    do { _ = try LogSource.all(logdirs) } catch { throw ValidationError("\(error)") }
    if !report, title != nil { throw ValidationError("--title is the report's: add --report") }
    if report, tensorboard != nil {
      throw ValidationError("--report needs no TensorBoard: leave one out")
    }
  }

  func run() throws {
    if report { try serveReport() } else { try serveTensorBoard() }
  }

  // MARK: TensorBoard

  private func serveTensorBoard() throws {
    let programs = try TensorBoardPrograms(tensorboard: tensorboard)
    let interruption = Interruption()
    let server = try DataServerProcess(
      programs.dataServer, logdirs: logdirs, interval: interval, verbose: verbose)
    defer { server.end() }
    let sources = try LogSource.all(logdirs)
    var arguments = [
      // The projector reads its own files.
      "--logdir", sources[0].path, "--grpc_data_provider", "localhost:\(server.port)", "--host",
      host,
    ]
    if let port { arguments += ["--port", "\(port)"] }
    let board = try ChildProcess(
      programs.tensorboard, arguments, environment: ["PYTHONUNBUFFERED": "1"],
      line: { line in
        guard let address = Self.address(in: line) else { return standardError(line) }
        try? Console.print(address)
      })
    defer { board.end() }
    while !interruption.isRequested {
      if let code = board.exitCode {
        throw CommandFailure("TensorBoard ended with \(code); what it said is above")
      }
      if let code = server.process.exitCode {
        throw CommandFailure("tensorboard-data-server ended with \(code)")
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
    throw ExitStatus.interrupted
  }

  /// The address in what TensorBoard says: "TensorBoard 2.21.0 at http://localhost:6006/ (Press …".
  static func address(in line: String) -> String? {
    guard line.hasPrefix("TensorBoard "), let start = line.range(of: " at http") else { return nil }
    let address = line[line.index(start.lowerBound, offsetBy: 4)...].prefix { $0 != " " }
    return String(address)
  }

  // MARK: The report

  private func serveReport() throws {
    let sources = try LogSource.all(logdirs)
    let page = LivePage(version: Int(Date().timeIntervalSince1970 * 1000))
    var follower = LogFollower { try Self.find(sources) }
    let names = sources.map { $0.name ?? Path.ownName(of: $0.path) }.joined(separator: ", ")
    let title = title ?? "Report: \(names)"
    let source = sources.map(\.path).joined(separator: ", ")
    var shown: Seen?
    try show(&follower, title, source, on: page, after: &shown)
    let interruption = Interruption()
    let server = try ReportServer(page, host: host, port: port ?? 6006)
    try Console.print(server.address)
    var next = Date(timeIntervalSinceNow: Double(interval))
    while !interruption.isRequested {
      Thread.sleep(forTimeInterval: 0.1)
      guard Date() >= next else { continue }
      let start = Date()
      if try show(&follower, title, source, on: page, after: &shown) { server.tell() }
      // A report of very many runs takes its time: the machine has a training to run.
      next = Date(timeIntervalSinceNow: max(Double(interval), 4 * -start.timeIntervalSinceNow))
    }
    server.end()
    throw ExitStatus.interrupted
  }

  /// Reads on, and shows what there is; returns whether the page has changed.
  ///
  /// - Parameter shown: what the page shows; nil before it shows anything.
  @discardableResult
  private func show(
    _ follower: inout LogFollower, _ title: String, _ source: String, on page: LivePage,
    after shown: inout Seen?
  ) throws -> Bool {
    for sentence in follower.readOn() { Console.tell(sentence) }
    // Images and texts are read from their files: a run that is gone has none any more.
    let contents = follower.contents.filter { FileStatus(path: $0.run.directory) != nil }
    let seen = Seen(contents)
    guard seen != shown else { return false }
    var options = ReportOptions(
      title: title, source: source, tool: "tbevents \(Tool.version)",
      time: Date().timeIntervalSince1970)
    options.remedy = "tbevents report --run --tag choose."
    do {
      let isNew = try page.show(Report(of: contents, options))
      shown = seen
      if verbose, isNew { Console.tell("\(contents.count) runs: the page has changed") }
      return isNew
    } catch let error as EventFileError {
      // A file that was there a moment ago: the next look tries again.
      Console.tell("\(error)")
      return false
    }
  }

  /// What tells whether anything was read.
  private struct Seen: Equatable {
    private var sizes: [[Int]]

    init(_ contents: [RunContents]) {
      sizes = contents.map { one in
        [one.replacementCount] + one.files.flatMap { [$0.byteCount, $0.damageCount] }
      }
    }
  }

  private static func find(
    _ sources: [LogSource]
  ) throws -> (runs: [Run], failures: [EventFileError]) {
    var runs: [Run] = []
    var failures: [EventFileError] = []
    for source in sources where FileStatus(path: source.path) != nil {
      let found = try Run.find(under: source.path)
      failures += found.failures
      runs += try found.runs.map { run in
        source.name == nil
          ? run
          : try Run(
            directory: run.directory,
            name: String(decoding: source.servedName(of: run), as: UTF8.self))
      }
    }
    return (runs, failures)
  }
}
