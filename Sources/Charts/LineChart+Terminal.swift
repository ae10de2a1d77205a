import TextOutput
import Images

extension LineChart {
  /// The chart as lines of text.
  ///
  /// Each letter of the plot has two dots across and four up (Unicode's Braille patterns); without
  /// Unicode, one mark a letter. Without colours, marks along the lines tell several curves apart.
  ///
  /// - `columns`: Letters in a line, at least 30.
  /// - `rows`: Lines of the plot itself.
  /// - `usesColor`: Whether curves are told apart by the terminal's seven colours, not only by marks;
  ///   more curves than that have marks, too.
  public func text(
    columns: Int, rows: Int = 16, usesUnicode: Bool = true, usesColor: Bool = false
  ) -> String {
    let (xAxis, yAxis) = axes()
    let yTicks = yAxis.ticks(about: max(2, rows / 3))
    let margin = max(yTicks.map(\.text.count).max() ?? 1, 1)
    let cells = max(10, columns - margin - 2)
    var canvas = DotCanvas(columns: cells, rows: rows, isBraille: usesUnicode)
    for (index, one) in series.enumerated() {
      for (low, high) in zip(one.band, one.band.dropFirst()) {
        func place(_ point: BandPoint) -> (x: Double, low: Double, high: Double) {
          (xAxis.place(of: point.x), yAxis.place(of: point.low), yAxis.place(of: point.high))
        }
        canvas.shade(from: place(low), to: place(high), series: index)
      }
    }
    for (index, one) in series.enumerated() {
      var last: (x: Double, y: Double)?
      for point in one.points {
        let (h, v) = (xAxis.place(of: point.x), yAxis.place(of: point.y))
        guard h.isFinite, v.isFinite else {
          last = nil
          continue
        }
        canvas.line(from: last ?? (h, v), to: (h, v), series: index)
        last = (h, v)
      }
    }
    if isMarked(usesUnicode, usesColor) { canvas.markCurves(series.count) }
    var labels: [Int: String] = [:]
    for tick in yTicks {
      labels[Int(((1 - tick.place) * Double(rows - 1)).rounded())] = tick.text
    }
    var lines: [String] = title.isEmpty ? [] : [SafeText.visible(title)]
    let bar = usesUnicode ? "│" : "|"
    let tickMark = usesUnicode ? "┤" : "+"
    for row in 0..<rows {
      let label = labels[row] ?? ""
      let space = String(repeating: " ", count: margin - label.count)
      lines.append(
        space + label + (label.isEmpty ? bar : tickMark)
          + canvas.line(row, mark: { mark($0, usesUnicode) }) { code in
            usesColor ? Self.ansi(code) : nil
          })
    }
    lines.append(
      String(repeating: " ", count: margin) + (usesUnicode ? "└" : "+")
        + String(repeating: usesUnicode ? "─" : "-", count: cells))
    lines.append(
      xLabels(xAxis.ticks(about: max(2, cells / 14)), margin: margin + 1, cells: cells))
    for line in legend(width: Double(columns - margin), { Double($0.count + 6) }) {
      lines.append(
        String(repeating: " ", count: margin + 1)
          + line.map { index in
            let colored = sample(index, usesUnicode: usesUnicode, usesColor: usesColor)
            return "\(colored) \(SafeText.visible(series[index].name))"
          }.joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }

  /// Whether curves have marks along them.
  private func isMarked(_ usesUnicode: Bool, _ usesColor: Bool) -> Bool {
    usesUnicode && series.count > (usesColor ? Self.palette.count : 1)
  }

  /// A curve's line as a legend has it: `━━` in its colour, or with its mark.
  package func sample(_ index: Int, usesUnicode: Bool, usesColor: Bool) -> String {
    let mark = mark(index, usesUnicode)
    let sample =
      isMarked(usesUnicode, usesColor)
      ? "─\(mark)─" : usesUnicode ? "━━" : String(repeating: mark, count: 2)
    return usesColor ? Self.ansi(index) + sample + "\u{1B}[0m" : sample
  }

  private func mark(_ index: Int, _ usesUnicode: Bool) -> Character {
    let marks = Array((usesUnicode ? "●○■□▲△◆◇" : "*o+x#@%&") + "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return marks[index % marks.count]
  }

  private static func ansi(_ index: Int) -> String {
    "\u{1B}[\([34, 31, 32, 35, 33, 36, 90][index % 7])m"
  }

  private func xLabels(_ ticks: [Axis.Tick], margin: Int, cells: Int) -> String {
    var line = Array(repeating: Character(" "), count: margin + cells + 8)
    var free = 0
    for tick in ticks {
      let middle = margin + Int((tick.place * Double(cells - 1)).rounded())
      let start = max(free, middle - tick.text.count / 2)
      guard start + tick.text.count <= line.count, start <= middle else { continue }
      for (offset, letter) in tick.text.enumerated() { line[start + offset] = letter }
      free = start + tick.text.count + 2
    }
    var text = String(line)
    while text.hasSuffix(" ") { text.removeLast() }
    return xName.isEmpty ? text : "\(text)  \(xName)"
  }
}

/// Dots in letters.
private struct DotCanvas {
  private let columns: Int
  private let rows: Int
  private let isBraille: Bool
  private var dots: [UInt8]
  private var owners: [Int]
  /// Cells of a band where letters have no dots.
  private var shaded: Set<Int> = []
  /// Cells that show their curve's mark instead of dots.
  private var marked: Set<Int> = []
  /// For each curve and column the cell that was reached last.
  private var reached: [[Int: Int]] = []

  init(columns: Int, rows: Int, isBraille: Bool) {
    self.columns = columns
    self.rows = rows
    self.isBraille = isBraille
    dots = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: -1, count: columns * rows)
  }

  private var width: Int { isBraille ? 2 * columns : columns }
  private var height: Int { isBraille ? 4 * rows : rows }

  /// A straight line between places from 0 to 1.
  mutating func line(from a: (x: Double, y: Double), to b: (x: Double, y: Double), series: Int) {
    func pixel(_ p: (x: Double, y: Double)) -> (Double, Double) {
      (p.x * Double(width - 1), (1 - p.y) * Double(height - 1))
    }
    let (start, end) = (pixel(a), pixel(b))
    let steps = max(1, Int(max(abs(end.0 - start.0), abs(end.1 - start.1)).rounded(.up)))
    for step in 0...steps {
      let along = Double(step) / Double(steps)
      set(
        Int((start.0 + along * (end.0 - start.0)).rounded()),
        Int((start.1 + along * (end.1 - start.1)).rounded()), series: series)
    }
  }

  /// Scattered dots between two edges; curves are drawn over them.
  mutating func shade(
    from a: (x: Double, low: Double, high: Double), to b: (x: Double, low: Double, high: Double),
    series: Int
  ) {
    guard [a.x, a.low, a.high, b.x, b.low, b.high].allSatisfy(\.isFinite), a.x <= b.x else {
      return
    }
    let (first, last) = (a.x * Double(width - 1), b.x * Double(width - 1))
    for x in Int(first.rounded(.up))...max(Int(first.rounded(.up)), Int(last)) {
      let along = last > first ? min(1, max(0, (Double(x) - first) / (last - first))) : 0
      func y(_ from: Double, _ to: Double) -> Int {
        Int(((1 - min(1, max(0, from + along * (to - from)))) * Double(height - 1)).rounded())
      }
      let rows = y(a.high, b.high)...max(y(a.high, b.high), y(a.low, b.low))
      for row in rows where (x + 3 * row).isMultiple(of: 8) { shade(x, row, series: series) }
    }
  }

  private mutating func shade(_ x: Int, _ y: Int, series: Int) {
    guard let (cell, bit) = dot(x, y), dots[cell] == 0 || owners[cell] == series else { return }
    // Without Unicode a letter has one dot; a full stop is fainter than a curve's mark.
    if isBraille { dots[cell] |= bit } else { shaded.insert(cell) }
    if dots[cell] != 0 || !isBraille { owners[cell] = series }
  }

  /// The cell of a dot and its bit in it.
  private func dot(_ x: Int, _ y: Int) -> (cell: Int, bit: UInt8)? {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return nil }
    guard isBraille else { return (y * columns + x, 1) }
    // The bits of U+2800 and on: dots 1 to 6 column by column, 7 and 8 below.
    let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    return (y / 4 * columns + x / 2, bits[y % 4 * 2 + x % 2])
  }

  private mutating func set(_ x: Int, _ y: Int, series: Int) {
    guard let (cell, bit) = dot(x, y) else { return }
    dots[cell] |= bit
    owners[cell] = series
    while reached.count <= series { reached.append([:]) }
    reached[series][cell % columns] = cell
  }

  /// Puts marks along the curves: each at columns of its own, and at its end, where no other's is.
  mutating func markCurves(_ count: Int) {
    let distance = max(8, min(columns / 4, 3 * count))
    for (series, cells) in reached.enumerated() {
      let offset = distance * series / max(1, count)
      var wanted = Array(stride(from: offset, to: columns, by: distance))
      if let last = cells.keys.max() { wanted.append(last) }
      for column in wanted {
        // Where curves lie on each other, a few columns on.
        let free = (column..<min(column + 4, columns)).lazy.compactMap { cells[$0] }
          .first { !marked.contains($0) }
        guard let free else { continue }
        marked.insert(free)
        owners[free] = series
      }
    }
  }

  /// A line of letters; `color` gives the escape sequence of a curve.
  func line(_ row: Int, mark: (Int) -> Character, color: (Int) -> String?) -> String {
    var text = ""
    var current: Int?
    for column in 0..<columns {
      let cell = row * columns + column
      guard dots[cell] != 0 else {
        text += shaded.contains(cell) ? "." : " "
        continue
      }
      if owners[cell] != current, let code = color(owners[cell]) {
        text += code
        current = owners[cell]
      }
      if isBraille, !marked.contains(cell) {
        text.unicodeScalars.append(Unicode.Scalar(UInt32(0x2800) + UInt32(dots[cell])) ?? " ")
      } else {
        text.append(mark(owners[cell]))
      }
    }
    while text.hasSuffix(" ") { text.removeLast() }
    return current == nil ? text : text + "\u{1B}[0m"
  }
}
