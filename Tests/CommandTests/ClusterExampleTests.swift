import Foundation
import Testing

/// The examples for clusters say what `tbtrain sweep` understands.
@Suite struct ClusterExampleTests {
  private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Examples").standardizedFileURL.path

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: "\(Self.examples)/\(path)", encoding: .utf8)
      .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test func `the indexed Job has as many indices as the sweep has runs`() throws {
    let job = try lines("kubernetes/sweep.yaml")
    let flags = job.filter { $0.hasPrefix("- --") }.map { String($0.dropFirst(2)) }
    #expect(flags.count == 6)
    #expect(job.contains(#"command: ["tbtrain", "sweep", "lenet"]"#))
    #expect(Tool.tbtrain.answer(["sweep", "lenet"] + flags)?.errors == nil)
    try withTemporaryFolder { folder in
      let list = try Tool.tbtrain.run(["sweep", "lenet", "--list"] + flags, in: folder)
      #expect(job.contains("completions: \(list.lines.count)"))
      // The last index has a run, the next hasn't.
      for (index, count) in [(list.lines.count - 1, 1), (list.lines.count, 0)] {
        let run = try Tool.tbtrain.run(
          ["sweep", "lenet", "--list"] + flags, in: folder,
          environment: ["JOB_COMPLETION_INDEX": "\(index)"])
        #expect(run.lines.count == count)
      }
    }
    // The codes that the Job's policy speaks of are those of --help.
    let help = Tool.tbtrain.help("sweep lenet")
    #expect(help.contains("64 wrong usage") && help.contains("75 another program"))
    let text = try lines("kubernetes/sweep.yaml").joined()
    #expect(text.contains("values: [64]") && text.contains("exit code 75"))
    let claims = try lines("kubernetes/volumes.yaml").filter { $0.hasPrefix("name: ") }
    for claim in claims { #expect(text.contains("{claim" + claim.capitalizedFirst)) }
  }

  @Test func `each Slurm task names its share, also in an array with gaps`() throws {
    let script = try lines("slurm/sweep.sh")
    #expect(script.contains("#SBATCH --signal=B:TERM@60"))
    let array = try #require(script.first { $0.hasPrefix("#SBATCH --array=1-") })
    let tasks = try #require(Int(array.dropFirst("#SBATCH --array=1-".count)))
    try withTemporaryFolder { folder in
      func run(_ environment: [String: String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", "\(Self.examples)/slurm/sweep.sh", "--list"]
        let own = ["TBTRAIN": Tool.tbtrain.path, "LOGDIR": "\(folder)/sweep"]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
          .merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
      }
      let all = try run(["TASKS": "1"])
      #expect(all.count == 45)
      // Task 5 of `--array=5,6`, whose own count is 2.
      let fifth = try run([
        "SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "5",
      ])
      #expect(fifth == stride(from: 4, to: 45, by: tasks).map { all[$0] })
    }
  }

  @Test func `the job of one training over several machines goes on`() throws {
    let script = try lines("slurm/training.sh")
    #expect(script.contains("#SBATCH --signal=B:USR1@60"))
    try withTemporaryFolder { folder in
      // An mpirun that tells what it was to start.
      let stub = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"
      try stub.write(toFile: "\(folder)/mpirun", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: "\(folder)/mpirun")
      func started() throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", "\(Self.examples)/slurm/training.sh", "--epochs", "3"]
        let environment = ProcessInfo.processInfo.environment
        process.environment = environment.merging([
          "TBTRAIN": "tbtrain", "LOGDIR": folder, "SLURM_CPUS_PER_TASK": "4",
          "PATH": "\(folder):\(environment["PATH"] ?? "")",
        ]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
      }
      let first = try started()
      #expect(first.prefix(4) == ["--bind-to", "none", "tbtrain", "lenet"])
      #expect(first.suffix(4) == ["--threads", "4", "--epochs", "3"])
      #expect(Tool.tbtrain.answer(Array(first.dropFirst(3))) == nil)
      #expect(!first.contains("--resume"))
      try FileManager.default.createDirectory(
        atPath: "\(folder)/together", withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: "\(folder)/together/checkpoint.safetensors"))
      #expect(try started().contains("--resume"))
    }
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
