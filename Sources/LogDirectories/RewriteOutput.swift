internal import EventFiles
internal import Files

/// The event files of a run that a rewrite makes.
final class RewriteOutput {
  let directory: String
  /// The files that are whole.
  private(set) var staged: [StagedFile] = []
  /// The metadata that a tag's first value must have, where it is known only at the end which that is.
  var metadata: [[UInt8]: [UInt8]] = [:]
  private let merge: RewritePlan.Merge?
  private let isDry: Bool
  private var name = ""
  private var file: StagedFile?
  /// The version that the next file begins with.
  private var version: [UInt8] = []
  /// The records, where they are sorted at the end.
  private var index: [Entry] = []

  private struct Entry {
    var key: UInt64
    var offset: Int
    var byteCount: Int
  }

  init(directory: String, merge: RewritePlan.Merge?, isDry: Bool) {
    (self.directory, self.merge, self.isDry) = (directory, merge, isDry)
  }

  /// Begins a file of a name, which is made once there is something in it.
  func begin(_ name: String) {
    self.name = name
    version = []
  }

  /// Takes the version that the next file begins with.
  func setVersion(_ record: [UInt8]) { if version.isEmpty { version = record } }

  /// Adds what `body` appends: one record of this step and time.
  func add(
    step: Int, wallTime: Double, _ body: (inout RecordBuffer) -> Void
  ) throws {
    if file == nil {
      file = try StagedFile(path: Path.joined(directory, name), isDry: isDry)
      let version = version
      try file?.add { buffer in version.withUnsafeBytes { buffer.append(record: $0) } }
    }
    guard let file else { return }
    let start = file.byteCount
    try file.add(body)
    let key: UInt64
    switch merge {
    case .step: key = UInt64(bitPattern: Int64(step)) ^ 1 << 63
    case .time:
      // In the order of the numbers; what is none comes last.
      let bits = wallTime.bitPattern
      key = bits >> 63 == 1 && !wallTime.isNaN ? ~bits : bits | 1 << 63
    case .files, nil: return
    }
    index.append(Entry(key: key, offset: start, byteCount: file.byteCount - start))
  }

  /// Ends the file, if there is one.
  func end() throws {
    guard let file else { return }
    try file.finish()
    staged.append(index.isEmpty || isDry ? file : try sorted(file))
    self.file = nil
    index = []
  }

  /// The records of a file in the order of their keys.
  private func sorted(_ file: StagedFile) throws -> StagedFile {
    index.sort { ($0.key, $0.offset) < ($1.key, $1.offset) }
    let result = try StagedFile(path: file.path, isDry: false)
    let version = version
    try result.add { buffer in version.withUnsafeBytes { buffer.append(record: $0) } }
    let input: OpenFile
    do { input = try OpenFile(reading: file.temporary) } catch { throw EventFileError(error) }
    var (parts, table) = (EventParts(), TagTable())
    for entry in index {
      let record: [UInt8]
      do { record = try input.bytes(at: entry.offset, count: entry.byteCount) } catch {
        throw EventFileError(error)
      }
      try record.span.withUnsafeBytes { bytes in
        guard parts.read(bytes) else { throw RewriteError.rewrittenOtherwise(path: file.path) }
        let values = parts.values.map { value, message in
          let isNew = table.number(of: value.tag).isNew
          let metadata = isNew && value.metadata == nil ? metadata[Array(value.tag)] : nil
          return EditedValue(message: message, tag: nil, metadata: metadata)
        }
        let isEdited = values.contains(where: \.isEdited)
        try result.add { buffer in
          if isEdited {
            buffer.append(parts, step: nil, wallTime: nil, values: values)
          } else {
            buffer.append(record: bytes)
          }
        }
      }
    }
    try result.finish()
    return result
  }
}
