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

  /// The matrix as an image: the darker a cell, the larger its share of the row.
  var image: Image {
    let (cellWidth, cellHeight) = (40, 24)
    let margin = (classNames.map(\.count).max() ?? 0) * 6 + 10
    let side = classNames.count
    var image = Image(
      width: margin + side * cellWidth + 8, height: 34 + side * cellHeight + 8, channels: 3,
      filledWith: .white)
    image.draw("rows: shown, columns: taken for", x: 4, y: 4, color: .black)
    for (column, name) in classNames.enumerated() {
      image.draw(
        String(name.prefix(6)), x: margin + column * cellWidth + 3, y: 20, color: .black)
    }
    for (row, name) in classNames.enumerated() {
      let top = 34 + row * cellHeight
      image.draw(name, x: 4, y: top + 8, color: .black)
      let all = max(1, counts[row].reduce(0, +))
      for (column, count) in counts[row].enumerated() {
        let share = Double(count) / Double(all)
        let left = margin + column * cellWidth
        let isRight = row == column
        image.fill(
          x: left, y: top, width: cellWidth - 1, height: cellHeight - 1,
          color: Self.color(share: share, isRight: isRight))
        guard count > 0 else { continue }
        let text = Format.count(count)
        image.draw(
          text, x: left + (cellWidth - 6 * text.count) / 2, y: top + 8,
          color: share > 0.55 ? .white : .black)
      }
    }
    return image
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
