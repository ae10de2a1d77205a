import EventFiles
import TextOutput

// The forms that are text: CSV and JSON.
extension ExportCommand {
  /// A row a point: `run,tag,step,wall_time,value`.
  func csv(_ contents: [RunContents], _ sink: ExportSink) throws {
    let columns =
      switch kind {
      case .histograms: "left,right,count"
      case .text: "text"
      default: "value"
      }
    try sink.add(Array("run,tag,step,wall_time,\(columns)\n".utf8))
    if kind == .scalars { return try scalarRows(contents, sink) }
    for contents in contents {
      for series in chosen(contents) {
        let prefix = Array("\(Self.field(contents.run.name)),\(Self.field(series.tag)),".utf8)
        for index in positions(series) {
          func start(_ line: inout [UInt8]) {
            line += prefix
            line.append(text: series.steps[index].description)
            line.append(0x2C)
            line.append(exact: series.wallTimes[index], isSingle: false)
          }
          switch kind {
          case .histograms:
            for bucket in try contents.histogram(index, of: series) {
              try sink.add { line in
                start(&line)
                for number in [bucket.left, bucket.right, bucket.count] {
                  line.append(0x2C)
                  line.append(exact: number, isSingle: false)
                }
                line.append(0x0A)
              }
            }
          case .text:
            let text = try contents.texts(index, of: series).joined(separator: "\n")
            try sink.add { line in
              start(&line)
              line.append(text: ",\(Self.field(text))\n")
            }
          default: break
          }
        }
      }
    }
  }

  /// Some points of a curve.
  private struct Part: Sendable {
    var prefix: [UInt8]
    var series: Series
    var range: Range<Int>
  }

  /// The rows of curves: some thousands of points at a time on each core, written in order.
  private func scalarRows(_ contents: [RunContents], _ sink: ExportSink) throws {
    let steps = Set(step)
    let size = 8_192
    let parts = contents.flatMap { contents in
      chosen(contents).flatMap { series in
        let prefix = Array("\(Self.field(contents.run.name)),\(Self.field(series.tag)),".utf8)
        return stride(from: 0, to: series.count, by: size).map { start in
          Part(prefix: prefix, series: series, range: start..<min(start + size, series.count))
        }
      }
    }
    let window = 16
    for start in stride(from: 0, to: parts.count, by: window) {
      let rows = try inParallel(Array(parts[start..<min(start + window, parts.count)])) { part in
        Self.rows(part, steps)
      }
      for row in rows { try sink.add(row) }
    }
  }

  private static func rows(_ part: Part, _ steps: Set<Int>) -> [UInt8] {
    var rows: [UInt8] = []
    rows.reserveCapacity(part.range.count * (part.prefix.count + 40))
    let series = part.series
    for index in part.range where steps.isEmpty || steps.contains(series.steps[index]) {
      rows += part.prefix
      rows.append(integer: series.steps[index])
      rows.append(0x2C)
      rows.append(exact: series.wallTimes[index], isSingle: false)
      rows.append(0x2C)
      rows.append(exact: series.numbers[index], isSingle: series.isSinglePrecision)
      rows.append(0x0A)
    }
    return rows
  }

  /// A cell of text, its control characters but for line ends and tabs visible.
  private static func field(_ text: String) -> String {
    CSV.field(SafeText.visible(text, keepsLines: true))
  }

  /// A row a step of a run, a column a tag; a tag's last value where it has several of a step.
  func wideCSV(_ contents: [RunContents], _ sink: ExportSink) throws {
    let all = contents.map { (run: $0.run.name, series: chosen($0)) }
    let tags = all.flatMap(\.series).grouped(by: \.tag).map(\.name)
    let columns = Dictionary(uniqueKeysWithValues: zip(tags.map(\.key), tags.indices))
    try sink.add(Array("run,step\(tags.map { "," + Self.field($0) }.joined())\n".utf8))
    for (run, all) in all {
      let prefix = Array("\(Self.field(run)),".utf8)
      var places: [Int: [(column: Int, series: Int, index: Int)]] = [:]
      for (number, series) in all.enumerated() {
        guard let column = columns[series.tag.key] else { continue }
        for index in positions(series) {
          places[series.steps[index], default: []].append((column, number, index))
        }
      }
      var cells = [(series: Int, index: Int)?](repeating: nil, count: tags.count)
      for (step, places) in places.sorted(by: { $0.key < $1.key }) {
        for place in places { cells[place.column] = (place.series, place.index) }
        try sink.add { line in
          line += prefix
          line.append(integer: step)
          for cell in cells {
            line.append(0x2C)
            guard let cell else { continue }
            let series = all[cell.series]
            line.append(exact: series.numbers[cell.index], isSingle: series.isSinglePrecision)
          }
          line.append(0x0A)
        }
        for place in places { cells[place.column] = nil }
      }
    }
  }

  /// An object a point.
  func jsonLines(_ contents: [RunContents], _ sink: ExportSink) throws {
    for contents in contents {
      for series in chosen(contents) {
        let prefix = Array(
          #"{"run":\#(JSON.quoted(contents.run.name)),"tag":\#(JSON.quoted(series.tag)),"step":"#
            .utf8)
        for index in positions(series) {
          let value = try jsonValue(index, of: series, in: contents)
          try sink.add { line in
            line += prefix
            line.append(text: series.steps[index].description)
            line.append(text: ",\"wall_time\":")
            line.append(json: series.wallTimes[index], isSingle: false)
            line.append(text: ",\"value\":")
            line += value
            line.append(text: "}\n")
          }
        }
      }
    }
  }

  /// An array of series, each with its columns.
  func json(_ contents: [RunContents], _ sink: ExportSink) throws {
    var isFirst = true
    try sink.add(Array("[".utf8))
    for contents in contents {
      for series in chosen(contents) {
        let indices = positions(series)
        try sink.add { line in
          line.append(text: isFirst ? "\n" : ",\n")
          line.append(
            text: #"{"run":\#(JSON.quoted(contents.run.name)),"tag":\#(JSON.quoted(series.tag)),"#)
          line.append(text: #""kind":"\#(series.kind.rawValue)","steps":["#)
          line.append(text: indices.map { "\(series.steps[$0])" }.joined(separator: ","))
          line.append(text: "],\"wall_times\":[")
        }
        isFirst = false
        for (number, index) in indices.enumerated() {
          try sink.add { line in
            if number > 0 { line.append(0x2C) }
            line.append(json: series.wallTimes[index], isSingle: false)
          }
        }
        try sink.add(Array("],\"values\":[".utf8))
        for (number, index) in indices.enumerated() {
          let value = try jsonValue(index, of: series, in: contents)
          try sink.add { line in
            if number > 0 { line.append(0x2C) }
            line += value
          }
        }
        try sink.add(Array("]}".utf8))
      }
    }
    try sink.add(Array("\n]\n".utf8))
  }

  /// A number, a text, or a histogram as an array of `[left, right, count]`.
  private func jsonValue(
    _ index: Int, of series: Series, in contents: RunContents
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    switch kind {
    case .histograms:
      bytes.append(text: "[")
      for (number, bucket) in try contents.histogram(index, of: series).enumerated() {
        bytes.append(text: number > 0 ? ",[" : "[")
        bytes.append(json: bucket.left, isSingle: false)
        bytes.append(0x2C)
        bytes.append(json: bucket.right, isSingle: false)
        bytes.append(0x2C)
        bytes.append(json: bucket.count, isSingle: false)
        bytes.append(text: "]")
      }
      bytes.append(text: "]")
    case .text:
      let text = try contents.texts(index, of: series).joined(separator: "\n")
      bytes.append(text: JSON.quoted(text))
    default: bytes.append(json: series.numbers[index], isSingle: series.isSinglePrecision)
    }
    return bytes
  }
}
