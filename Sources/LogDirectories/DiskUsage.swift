package import EventFiles
internal import Files

/// Where the bytes of a run's event files go: all of them, so that the rows add up to the files' sizes.
package struct DiskUsage: Sendable {
  /// A part of the files.
  package struct Row: Sendable {
    package var run: String
    /// Empty for what belongs to no tag.
    package var tag = ""
    /// A kind of contents, or: framing (16 bytes a record), headers (times, steps, versions and marks),
    /// damaged, unfinished (no whole record, at a file's end).
    package var kind: String
    /// Values, or records.
    package var count: Int
    package var byteCount: Int
  }

  /// The parts that there are.
  package let rows: [Row]
  /// What is wrong with the files.
  package let reports: [FileReport]
  /// Bytes of the files that could be read.
  package var byteCount: Int { rows.reduce(0) { $0 + $1.byteCount } }

  /// Counts the bytes of a run.
  package init(of run: Run) throws {
    var numbers = SeriesNumbers()
    var (counts, bytes) = ([Int](), [Int]())
    var (records, recordBytes, headerBytes) = (0, 0, 0)
    var (graphs, graphBytes) = (0, 0)
    var reports: [FileReport] = []
    for path in try run.eventFiles() {
      do {
        let report = try EventParts.forEach(in: path) { event, _ in
          records += 1
          recordBytes += event.record.count
          var rest = event.payload.count
          for (value, message) in event.values {
            let series = numbers.number(of: value)
            if series == counts.count {
              counts.append(0)
              bytes.append(0)
            }
            counts[series] += 1
            bytes[series] += message.count
            rest -= message.count
          }
          if event.hasGraph {
            graphs += 1
            graphBytes += rest
          } else {
            headerBytes += rest
          }
        }
        reports.append(report)
      } catch let error as EventFileError {
        var report = FileReport(path: path)
        report.failure = error
        reports.append(report)
      }
    }
    let (damaged, unfinished) = (
      reports.reduce(-recordBytes) { $0 + $1.byteCount },
      reports.reduce(0) { $0 + $1.unfinishedByteCount }
    )
    self.reports = reports
    let name = run.name
    rows =
      numbers.series.enumerated().map { index, key in
        Row(
          run: name, tag: numbers.tags[key.tag].name, kind: key.kind.rawValue,
          count: counts[index], byteCount: bytes[index])
      }
      + [
        Row(run: name, kind: "graphs", count: graphs, byteCount: graphBytes),
        Row(run: name, kind: "headers", count: records, byteCount: headerBytes),
        Row(
          run: name, kind: "framing", count: records, byteCount: records * RecordBuffer.overhead),
        Row(
          run: name, kind: "damaged", count: reports.reduce(0) { $0 + $1.damageCount },
          byteCount: damaged),
        Row(
          run: name, kind: "unfinished",
          count: reports.count { $0.unfinishedByteCount > 0 }, byteCount: unfinished),
      ].filter { $0.byteCount > 0 }
  }
}
