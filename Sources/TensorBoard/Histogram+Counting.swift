internal import EventFiles

// How numbers become rows. One pass finds the extremes, another counts the numbers in 2048 cells of
// equal width; then neighbouring cells are merged into rows. Where most numbers fall into few cells,
// because others lie far outside, those few are counted again in finer ones.
//
// Measured against plain buckets of equal width, by the greatest error of a percentile that the dashboard
// Distributions draws, as a part of the middle 86 % (50,000 numbers; rows in brackets): normal numbers
// 0.0006 here (94), 0.001 plain (64); the fifth power of these 0.001 (133), 0.94 plain (64) and 0.12
// (512); with three outliers of 10^9 0.0005 (98), a million plain (512). The exponential buckets of
// TensorFlow 1 and torch take 300 to 1,000 rows, and make a single one of 1000 ± 0.01.

extension Histogram {
  /// Numbers are counted again when the cells with the middle nine tenths of them are fewer than this.
  private static let fewCells = 32
  /// How often numbers are counted again at most.
  private static let zoomLimit = 2
  /// A row ends with this part of all numbers, or with this part of the width.
  private static let rowShare = 64
  private static let widestRow = Cells<Float>.count / rowShare

  init<Scalar: CountableScalar>(counting numbers: UnsafeBufferPointer<Scalar>) {
    let extremes = Extremes(of: numbers)
    let finiteCount = numbers.count - extremes.nonFiniteCount
    var rows: [HistogramBucket] = []
    if finiteCount > 0, extremes.min == extremes.max {
      let value = Double(extremes.min)
      rows = [HistogramBucket(left: value, right: value, count: Double(finiteCount))]
    } else if finiteCount > 0 {
      let cells = Cells(from: extremes.min, to: extremes.max)
      let counts =
        extremes.nonFiniteCount == 0 && cells.isPlain
        ? Scalar.count(numbers, in: cells) : cells.countThoseInside(numbers)
      let share = max(1, finiteCount / Self.rowShare)
      Self.appendRows(numbers, cells, counts, share, zoomsLeft: Self.zoomLimit, to: &rows)
    }
    self.init(rows: rows, nonFiniteCount: extremes.nonFiniteCount)
  }

  private static func appendRows<Scalar: CountableScalar>(
    _ numbers: UnsafeBufferPointer<Scalar>, _ cells: Cells<Scalar>, _ counts: [Int], _ share: Int,
    zoomsLeft: Int, to rows: inout [HistogramBucket]
  ) {
    // The numbers of some cells are those between the least and the greatest of them, since a greater
    // number never has a lesser cell. So the inner cells begin and end at numbers, and hold the same.
    guard zoomsLeft > 0, let crowd = crowd(counts),
      case let (low, high) = cells.extremes(of: numbers, in: crowd), low < high
    else { return merge(counts, cells, 0..<counts.count, share, to: &rows) }
    let inner = Cells(from: low, to: high)
    merge(counts, cells, 0..<crowd.lowerBound, share, to: &rows)
    if crowd.lowerBound > 0 { rows[rows.count - 1].right = Double(low) }
    appendRows(
      numbers, inner, inner.countThoseInside(numbers), share, zoomsLeft: zoomsLeft - 1, to: &rows)
    let outer = rows.count
    merge(counts, cells, crowd.upperBound..<counts.count, share, to: &rows)
    if outer < rows.count { rows[outer].left = Double(high) }
  }

  /// The cells with the middle nine tenths of the numbers, if they are few.
  private static func crowd(_ counts: [Int]) -> Range<Int>? {
    let tail = counts.reduce(0, +) / 20
    func firstBeyondTail(_ indices: some Sequence<Int>) -> Int? {
      var passed = 0
      return indices.first { index in
        passed += counts[index]
        return passed > tail
      }
    }
    guard let first = firstBeyondTail(counts.indices),
      let last = firstBeyondTail(counts.indices.reversed()), last - first + 1 < fewCells
    else { return nil }
    return first..<last + 1
  }

  /// Adds the rows of some cells.
  private static func merge<Scalar: CountableScalar>(
    _ counts: [Int], _ cells: Cells<Scalar>, _ range: Range<Int>, _ share: Int,
    to rows: inout [HistogramBucket]
  ) {
    var start = range.lowerBound
    var total = 0
    func endRow(at end: Int) {
      guard end > start else { return }
      rows.append(
        HistogramBucket(left: cells.edge(start), right: cells.edge(end), count: Double(total)))
      start = end
      total = 0
    }
    var index = range.lowerBound
    while index < range.upperBound {
      let empty = emptyRun(counts, index..<range.upperBound)
      if empty >= widestRow {
        endRow(at: index)
        endRow(at: index + empty)
        index += empty
        continue
      }
      // A cell that fills a row gets it for itself: it may be a spike of equal numbers.
      if counts[index] >= share { endRow(at: index) }
      total += counts[index]
      index += 1
      if total >= share || index - start >= widestRow { endRow(at: index) }
    }
    endRow(at: range.upperBound)
  }

  /// How many cells from the start of a range hold nothing.
  private static func emptyRun(_ counts: [Int], _ range: Range<Int>) -> Int {
    (range.firstIndex { counts[$0] > 0 } ?? range.upperBound) - range.lowerBound
  }
}
