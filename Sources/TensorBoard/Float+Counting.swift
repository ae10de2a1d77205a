extension Float: CountableScalar {
  static var indexAnchor: Float { 0x1p23 }
  var lowBits: Int { Int(truncatingIfNeeded: bitPattern) }

  /// Four numbers at a time, each of them in a table of its own: equal neighbours don't wait for each
  /// other's counter.
  static func count(_ numbers: UnsafeBufferPointer<Float>, in cells: Cells<Float>) -> [Int] {
    let size = Cells<Float>.count
    var totals = [Int](repeating: 0, count: size)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * size) { tables in
      // 32-bit counters are enough for a part of this size.
      let largestPart = 1 << 30
      for start in stride(from: 0, to: numbers.count, by: largestPart) {
        tables.initialize(repeating: 0)
        let part = UnsafeBufferPointer(
          rebasing: numbers[start..<Swift.min(start + largestPart, numbers.count)])
        count(part, in: cells, tables)
        for index in 0..<size {
          for table in 0..<4 { totals[index] += Int(tables[table * size + index]) }
        }
      }
    }
    return totals
  }

  private static func count(
    _ numbers: UnsafeBufferPointer<Float>, in cells: Cells<Float>,
    _ tables: UnsafeMutableBufferPointer<UInt32>
  ) {
    guard let counters = tables.baseAddress else { return }
    let size = Cells<Float>.count
    let (first, second, third) = (counters + size, counters + 2 * size, counters + 3 * size)
    let bytes = UnsafeRawBufferPointer(numbers)
    let vectorEnd = numbers.count & ~3
    for start in stride(from: 0, to: vectorEnd, by: 4) {
      let vector = bytes.loadUnaligned(fromByteOffset: start &* 4, as: SIMD4<Float>.self)
      let anchored = (vector - cells.low) * cells.scale + indexAnchor
      let indices = unsafeBitCast(anchored, to: SIMD4<UInt32>.self) & UInt32(size - 1)
      let pairs = unsafeBitCast(indices, to: SIMD2<UInt64>.self)
      counters[Int(UInt32(truncatingIfNeeded: pairs[0]))] &+= 1
      first[Int(pairs[0] &>> 32)] &+= 1
      second[Int(UInt32(truncatingIfNeeded: pairs[1]))] &+= 1
      third[Int(pairs[1] &>> 32)] &+= 1
    }
    for number in numbers[vectorEnd...] { counters[cells.index(of: number)] &+= 1 }
  }

  static func extremes(_ numbers: UnsafeBufferPointer<Float>) -> (Float, Float, allFinite: Bool) {
    var low = SIMD16<Float>(repeating: .infinity)
    var high = SIMD16<Float>(repeating: -.infinity)
    var zero = SIMD16<Float>(repeating: 0)
    func take(_ vector: SIMD16<Float>) {
      low.replace(with: vector, where: vector .< low)
      high.replace(with: vector, where: vector .> high)
      // Infinities and NaN make this NaN, for good.
      zero += vector * 0
    }
    let bytes = UnsafeRawBufferPointer(numbers)
    let vectorEnd = numbers.count & ~15
    for start in stride(from: 0, to: vectorEnd, by: 16) {
      take(bytes.loadUnaligned(fromByteOffset: start &* 4, as: SIMD16<Float>.self))
    }
    for number in numbers[vectorEnd...] { take(SIMD16(repeating: number)) }
    return (low.min(), high.max(), zero.sum() == 0)
  }
}
