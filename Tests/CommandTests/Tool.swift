import Foundation

/// A command-line program of this package, run as its users run it.
struct Tool {
  /// What a run left.
  struct Result {
    var output: String
    var errors: String
    var code: Int32

    /// The lines of stdout.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  let name: String

  static let deconv = Tool(name: "deconv")
  static let tbevents = Tool(name: "tbevents")
  static let tbtrain = Tool(name: "tbtrain")
  static let dataServer = Tool(name: "tensorboard-data-server")

  /// Programs are built beside the tests.
  var path: String {
    #if os(macOS)
      let bundles = Bundle.allBundles.filter { $0.bundlePath.hasSuffix(".xctest") }
      let tests = bundles.first?.bundleURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    #else
      let tests = URL(fileURLWithPath: CommandLine.arguments[0])
    #endif
    return tests.deletingLastPathComponent().appending(path: name).path
  }

  /// Runs the program in a folder until it ends.
  func run(
    _ arguments: [String], in folder: String, environment: [String: String] = [:]
  ) throws -> Result {
    let process = try start(arguments, in: folder, environment: environment)
    process.waitUntilExit()
    return try result(of: process, in: folder)
  }

  /// Starts the program; its stdout and stderr go to files in the folder.
  ///
  /// - Parameter output: takes stdout instead.
  func start(
    _ arguments: [String], in folder: String, environment: [String: String] = [:],
    output: Pipe? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    for (name, isOutput) in [(".stdout", true), (".stderr", false)] {
      let file = URL(fileURLWithPath: folder).appending(path: name)
      try Data().write(to: file)
      let handle = try FileHandle(forWritingTo: file)
      if isOutput { process.standardOutput = handle } else { process.standardError = handle }
    }
    if let output { process.standardOutput = output }
    try process.run()
    return process
  }

  /// What a program that has ended left.
  func result(of process: Process, in folder: String) throws -> Result {
    func text(_ name: String) throws -> String {
      let data = try Data(contentsOf: URL(fileURLWithPath: folder).appending(path: name))
      return String(decoding: data, as: UTF8.self)
    }
    let code = process.terminationStatus
    return Result(output: try text(".stdout"), errors: try text(".stderr"), code: code)
  }
}

extension Process {
  /// Waits until something is so, or the program has ended.
  func wait(until isSo: () throws -> Bool) rethrows {
    while try !isSo(), isRunning { usleep(1000) }
  }

  /// Sends a signal once something is so, and waits for the end.
  func end(by signal: Int32, once isSo: () throws -> Bool) rethrows {
    try wait(until: isSo)
    kill(processIdentifier, signal)
    waitUntilExit()
  }
}

/// Runs a body with the path of a new folder, which is gone afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "commands-\(UUID().uuidString)"
  ).path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
