import Charts
import CommandSupport
import Images
import TextOutput

/// Which classes were taken for which.
struct ConfusionMatrix {
  /// The names of the classes.
  let classNames: [String]
  /// `counts[truth][prediction]`.
  let counts: [[Int]]

  /// Counts predictions.
  init(classNames: [String], _ predictions: some Sequence<(Int, Int)>) {
    self.classNames = classNames
    var counts = classNames.map { _ in classNames.map { _ in 0 } }
    for (truth, prediction) in predictions { counts[truth][prediction] += 1 }
    self.counts = counts
  }

  /// The share of a class that was recognised; nil for a class without images.
  func recall(of label: Int) -> Double? {
    let all = counts[label].reduce(0, +)
    return all > 0 ? Double(counts[label][label]) / Double(all) : nil
  }

  /// Adds a table, whose rows are what the images show and whose columns what they were taken for.
  func describe(in result: inout CommandResult) {
    result.table(
      Array(classNames.indices),
      columns: [
        Column("", key: "class") { $0 }, Column("shown", .words, key: "name") { classNames[$0] },
        Column(nil, key: "taken_for") { counts[$0] },
      ]
        + classNames.indices.map { column in Column("\(column)", .count) { counts[$0][column] } }
        + [Column("recall", .percent, key: "recall") { recall(of: $0) }])
    result.array(
      "confusion", shape: [classNames.count, classNames.count],
      counts.joined().map { Int64($0) })
  }

  /// The matrix drawn: the darker a cell, the larger its share of the row.
  var drawing: Drawing {
    let (cellWidth, cellHeight, size) = (52, 26, 11)
    let names = classNames.map { Drawing(text: $0, size: size) }
    let margin = (names.map(\.width).max() ?? 0) + 8
    let side = classNames.count
    var drawing = Drawing(
      width: max(240, margin + side * cellWidth + 8), height: 42 + side * cellHeight + 8)
    drawing.place(Drawing(text: "rows: shown, columns: taken for", size: size), x: 2, y: 2)
    for (column, name) in classNames.enumerated() {
      drawing.write(
        String(name.prefix(7)), x: Double(margin + column * cellWidth + cellWidth / 2), y: 36,
        size: size, anchor: .middle)
    }
    for row in classNames.indices {
      let top = 42 + row * cellHeight
      drawing.place(names[row], x: 2, y: top + 3)
      let all = max(1, counts[row].reduce(0, +))
      for (column, count) in counts[row].enumerated() {
        let share = Double(count) / Double(all)
        let left = margin + column * cellWidth
        drawing.fill(
          x: Double(left), y: Double(top), width: Double(cellWidth - 1),
          height: Double(cellHeight - 1), color: Self.color(share: share, isRight: row == column))
        guard count > 0 else { continue }
        drawing.write(
          Format.count(count), x: Double(left + cellWidth / 2), y: Double(top + 17), size: size,
          color: share > 0.55 ? .white : .black, anchor: .middle)
      }
    }
    return drawing
  }

  /// White for nothing; blue for right answers and red for wrong ones.
  private static func color(share: Double, isRight: Bool) -> Color {
    // Small shares are told apart better than large ones.
    let strength = share.squareRoot()
    func mixed(_ end: Double) -> UInt8 { UInt8((250 + (end - 250) * strength).rounded()) }
    return isRight
      ? Color(red: mixed(20), green: mixed(80), blue: mixed(160))
      : Color(red: mixed(190), green: mixed(30), blue: mixed(30))
  }
}
