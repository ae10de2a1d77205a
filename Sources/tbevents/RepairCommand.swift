import ArgumentParser
import CommandSupport
import EventFiles
import Files
import TextOutput

/// `tbevents repair`: a new file of the records that are whole.
struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "repair", "Write a new event file with every record that is whole.",
    """
    What was dropped is listed; the damaged file stays as it is. TensorBoard reads on only if the \
    damaged file then leaves the run's directory.
    """)

  @Argument(help: "The damaged event file.") var file: String

  @Option(
    "The file to write. (default: repaired-<name>)", "path",
    more: """
      By default in the working directory. In a run's directory the name must contain "tfevents" for \
      TensorBoard to read it.
      """)
  var output: String?

  @Flag(.force) var force = false

  func run() throws {
    let output = try OutputFile(
      path: output ?? "repaired-\(Path.lastComponent(of: file))", force: force)
    if let old = FileStatus(path: output.path), old.identity == FileStatus(path: file)?.identity {
      throw CommandFailure("\(file): a file can't be repaired into itself")
    }
    let (report, records, contentCount) = try FileReport.countedRecords(of: file)
    guard contentCount > 0 else {
      throw CommandFailure("\(file): has no whole record with values, so there is nothing to save")
    }
    try output.write(records)
    var result = CommandResult()
    result.fact("file", file)
    result.fact("kept", "\(Format.counted(report.eventCount, "event")), \(records.count) bytes")
    for damage in report.damage { result.fact("dropped", "\(damage)") }
    if report.damageCount > report.damage.count {
      result.fact("dropped", "\(report.damageCount - report.damage.count) more damaged places")
    }
    if report.unfinishedByteCount > 0 {
      result.fact(
        "dropped",
        "the last \(report.unfinishedByteCount) bytes, from byte \(report.byteCount): no whole record"
      )
    }
    if report.damageCount == 0, report.unfinishedByteCount == 0 {
      result.fact("dropped", "nothing: the file is whole")
    }
    result.fact("written", output.path)
    try Console.print(result.text)
  }
}
