import ArgumentParser
import CommandSupport
import EventFiles
import Files
import TextOutput

/// `tbevents verify`: every checksum of every record.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "verify", "Check every record's checksums and content.",
    """
    Damage is listed with its offsets, and the exit code is 65. So it is where a file or a directory \
    can't be read; the others are checked all the same.
    """)

  @Argument(help: "Event files or log directories.") var paths: [String]
  @Flag(.quiet) var quiet = false

  func run() throws {
    var files: [String] = []
    var failures: [String] = []
    for path in paths {
      do {
        let found = try EventFileList.files(at: path)
        files += found.files
        failures += found.failures.map(\.description)
      } catch {
        failures.append("\(error)")
      }
    }
    let checked = try inParallel(files) { path in Result { try FileReport(checking: path) } }
    var lines: [String] = []
    var (isDamaged, readCount) = (false, 0)
    for result in checked {
      do {
        let report = try result.get()
        isDamaged = isDamaged || !report.isWhole
        readCount += 1
        lines += self.lines(report)
      } catch {
        failures.append("\(error)")
      }
    }
    if !lines.isEmpty {
      try Console.print(lines.map { SafeText.visible($0) }.joined(separator: "\n"))
    }
    failures.forEach(Console.tell)
    // What couldn't be looked at isn't whole.
    if !failures.isEmpty, readCount == 0 { throw ExitStatus.failed }
    if !failures.isEmpty || isDamaged { throw ExitStatus.damagedInput }
  }

  /// What there is to say of a file.
  private func lines(_ report: FileReport) -> [String] {
    let size = Format.bytes(report.byteCount + report.unfinishedByteCount)
    let events = Format.counted(report.eventCount, "event")
    guard !report.isWhole else {
      return quiet ? [] : ["\(report.path): whole, \(events), \(size)"]
    }
    var lines = report.damage.map { "\(report.path): \($0)" }
    if report.damageCount > report.damage.count {
      lines.append(
        "\(report.path): and \(report.damageCount - report.damage.count) more damaged places")
    }
    if let sentence = report.timelessEvents { lines.append(sentence) }
    if report.unfinishedByteCount > 0 {
      lines.append(
        "\(report.path): the last \(report.unfinishedByteCount) bytes, from byte "
          + "\(report.byteCount), are no whole record: still being written, or cut off")
    }
    if report.damageCount + report.unfinishedByteCount > 0 {
      lines.append("\(report.path): damaged, \(events) whole, \(size); tbevents repair saves them")
    }
    return lines
  }
}

/// Event files by paths.
enum EventFileList {
  /// The file itself, or all event files in a directory and below, and what couldn't be listed.
  static func files(at path: String) throws -> (files: [String], failures: [EventFileError]) {
    guard FileStatus(path: path)?.kind == .directory else { return ([path], []) }
    let (runs, failures) = try Run.find(under: path)
    let files = try runs.flatMap { try $0.eventFiles() }
    guard !files.isEmpty || !failures.isEmpty else {
      throw CommandFailure("\(path): has no event files in it or below")
    }
    return (files, failures)
  }
}
