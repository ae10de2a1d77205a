import ArgumentParser
import CommandSupport
import EventFiles
import Files
import TextOutput

/// `tbevents verify`: every checksum of every record.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every record's checksums and content.",
    discussion: "Damage is listed with its offsets, and the exit code is 65.\n\n"
      + ExitStatus.helpText)

  @Argument(help: "Event files or log directories.")
  var paths: [String]

  @OptionGroup var quiet: QuietOption

  func run() throws {
    let files = try paths.flatMap { try EventFileList.files(at: $0) }
    let reports = try inParallel(files) { try FileReport(checking: $0) }
    var isDamaged = false
    var lines: [String] = []
    for report in reports {
      let size = Format.bytes(report.byteCount + report.unfinishedByteCount)
      let events = Format.counted(report.eventCount, "event")
      if report.damageCount == 0, report.unfinishedByteCount == 0 {
        if !quiet.isOn { lines.append("\(report.path): whole, \(events), \(size)") }
        continue
      }
      isDamaged = true
      lines += report.damage.map { "\(report.path): \($0)" }
      if report.damageCount > report.damage.count {
        lines.append(
          "\(report.path): and \(report.damageCount - report.damage.count) more damaged places")
      }
      if report.unfinishedByteCount > 0 {
        lines.append(
          "\(report.path): the last \(report.unfinishedByteCount) bytes, from byte "
            + "\(report.byteCount), are no whole record: still being written, or cut off")
      }
      lines.append("\(report.path): damaged, \(events) whole, \(size); tbevents repair saves them")
    }
    if !lines.isEmpty { try Console.print(lines.joined(separator: "\n")) }
    if isDamaged { throw ExitStatus.damagedInput }
  }
}

/// Event files by paths.
enum EventFileList {
  /// The file itself, or all event files in a directory and below.
  static func files(at path: String) throws -> [String] {
    if FileStatus(path: path)?.kind != .directory { return [path] }
    let files = try Run.all(under: path).flatMap { try $0.eventFiles() }
    guard !files.isEmpty else {
      throw CommandFailure("\(path): has no event files in it or below")
    }
    return files
  }
}
