import EventFiles
import Foundation
import TensorBoard
import Testing

/// What happens to the writers of a process that ends, dies, forks, or has company.
@Suite struct ProcessTests {
  @Test func nothingIsLostWhenAProcessExitsWithoutClose() throws {
    try withTemporaryFolder { folder in
      let (_, status) = try runChild(["--write-and-exit", folder])
      #expect(status == 0)
      let (events, rest) = try readEvents(try eventFiles(in: folder)[0])
      #expect(summarySteps(events) == Array(0..<1_000))
      #expect(rest == 0)
    }
  }

  /// Twenty moments: after so many flushes, and a while into the next.
  @Test(arguments: 1...20)
  func aKilledProcessLeavesWhatItFlushedAndAReadableFile(flushes: Int) throws {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: childProgram)
      process.arguments = ["--write-until-killed", folder]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      var printed: [UInt8] = []
      while printed.count(where: { $0 == UInt8(ascii: "\n") }) < flushes {
        printed += output.fileHandleForReading.availableData
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let lines = String(decoding: printed, as: UTF8.self).split(separator: "\n")
      let safe = try #require(Int(lines[flushes - 1]))
      let steps = summarySteps(try readEvents(try eventFiles(in: folder)[0]).events)
      #expect(steps.count >= safe)
      #expect(steps == Array(0..<steps.count))
    }
  }

  @Test func twoProcessesInOneSecondHaveFilesOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let both = try (1...2).map { _ in try startChild(["--write-and-exit", folder]).process }
      for process in both {
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
      }
      let files = try eventFiles(in: folder)
      #expect(files.count == 2)
      for file in files {
        #expect(summarySteps(try readEvents(file).events) == Array(0..<1_000))
      }
    }
  }

  /// The system then ends a process by a signal, if it hasn't asked for an error instead.
  @Test func aFileBeyondTheUsersLimitIsAnError() throws {
    try withTemporaryFolder { folder in
      // In blocks of 512 bytes.
      let (output, status) = try runChild(
        ["--write-and-tell", folder], shell: "ulimit -f 16 && exec \"$@\"")
      #expect(status == 0)
      let lines = output.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.first?.contains(": can't write: File too large; ") == true)
      #expect(lines.last?.hasSuffix(" events lost") == true)
      let (events, rest) = try readEvents(try eventFiles(in: folder)[0])
      #expect(events.count > 50)
      #expect(rest == 0)
    }
  }

  /// Whether a small disk can be mounted: only root can, and a container may forbid it.
  private static let canMount = ((try? runMounted("true", size: "16k")) ?? 1) == 0

  /// Runs a command of the shell in which `$0` is the directory of a small disk; returns its exit code.
  private static func runMounted(_ command: String, size: String) throws -> Int32 {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = [
        "-c",
        "mount -t tmpfs -o size=\(size) none \"$0\" 2>/dev/null || exit 77; \(command); "
          + "status=$?; umount \"$0\"; exit $status", folder,
      ]
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  @Test(.enabled(if: canMount, "no small disk can be mounted here"))
  func aFullDiskIsAnErrorAndTheFileStaysWhole() throws {
    try withTemporaryFolder { kept in
      let status = try Self.runMounted(
        "'\(childProgram)' --write-and-tell \"$0\" > '\(kept)/output' && cp \"$0\"/events* '\(kept)/copy'",
        size: "16k")
      #expect(status == 0)
      let output = try String(contentsOfFile: kept + "/output", encoding: .utf8)
      #expect(output.contains(": can't write: No space left on device; "))
      let (events, rest) = try readEvents(kept + "/copy")
      #expect(events.count > 50)
      #expect(rest == 0)
    }
  }

  /// A short turn of what `benchmark-log --stress` does for ten minutes.
  @Test(.enabled(if: canMount, "no small disk can be mounted here"))
  func `while a disk fills and empties, events written and lost add up to those added`() throws {
    let status = try Self.runMounted(
      "'\(childProgram)' --stress \"$0\" --seconds 2 > /dev/null", size: "4m")
    #expect(status == 0)
  }

  @Test func aForkedProcessSharesNoFile() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder, flushInterval: .seconds(3600))
      try writer.add(.scalar("a", 1), step: 1)
      // Swift hides `fork`, because few things work in the new process; a writer must.
      let symbol = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
      let fork = unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)
      let child = fork()
      if child == 0 {
        do {
          try writer.add(.scalar("a", 2), step: 2)
          _exit(1)
        } catch {
          guard (try? writer.flush()) == nil, (try? writer.close()) != nil,
            let own = try? SummaryWriter(directory: folder + "/child"),
            (try? own.add(.scalar("a", 3), step: 3)) != nil, (try? own.close()) != nil
          else { _exit(2) }
          _exit(0)
        }
      }
      var status: Int32 = 0
      waitpid(child, &status, 0)
      #expect(status == 0)
      try writer.add(.scalar("a", 4), step: 4)
      try writer.close()
      #expect(summarySteps(try readEvents(writer.path).events) == [1, 4])
      let own = try eventFiles(in: folder + "/child")
      #expect(own.count == 1)
      #expect(summarySteps(try readEvents(own[0]).events) == [3])
    }
  }
}
