import CheckedArithmetic
import Testing

@Suite struct CheckedArithmeticTests {
  @Test(arguments: [
    ([], 1), ([3, 4], 12), ([7, 0, 5], 0), ([Int.max], Int.max), ([Int.max, 1, 1], Int.max),
    ([1 << 40, 1 << 22], 1 << 62),
  ])
  func aProductThatFitsIsReturned(dimensions: [Int], product: Int) {
    #expect(dimensions.checkedProduct == product)
  }

  @Test(arguments: [
    [-1], [0, -1], [Int.min], [1 << 40, 1 << 40], [0, 1 << 40, 1 << 40], [1 << 40, 1 << 40, 0],
    [Int.max, 2], [2, Int.max],
  ])
  func aProductThatDoesNotFitIsNil(dimensions: [Int]) {
    #expect(dimensions.checkedProduct == nil)
  }

  @Test func sumsOfCountsAreChecked() {
    #expect([Int]().checkedSum == 0)
    #expect([1, 2, 3].checkedSum == 6)
    #expect([Int.max, 0].checkedSum == Int.max)
    #expect([Int.max, 1].checkedSum == nil)
    #expect([1, -1].checkedSum == nil)
  }

  @Test func rangesLieWithinTheirLimit() {
    #expect(Range(checkedOffset: 2, count: 3, within: 5) == 2..<5)
    #expect(Range(checkedOffset: 5, count: 0, within: 5) == 5..<5)
    #expect(Range(checkedOffset: Int.max, count: 0, within: Int.max) == Int.max..<Int.max)
    for (offset, count, limit) in [
      (2, 4, 5), (6, 0, 5), (-1, 1, 5), (1, -1, 5), (Int.max, 1, Int.max), (1, Int.max, Int.max),
      (0, 0, -1),
    ] {
      #expect(Range(checkedOffset: offset, count: count, within: limit) == nil)
    }
  }

  /// Every small axis against a count by hand: the places where a window may begin.
  @Test func windowsAreCountedAsTheyLie() {
    for input in 0...7 {
      for (kernel, dilation) in [(1, 1), (2, 1), (3, 1), (2, 2), (2, 3), (3, 2)] {
        for (before, after) in [(0, 0), (1, 0), (0, 1), (2, 1)] {
          for stride in 1...4 {
            for roundsUp in [false, true] {
              let axis = WindowAxis(
                input: input, kernel: kernel, stride: stride, before: before, after: after,
                dilation: dilation, roundsUp: roundsUp)
              #expect(axis.windowCount == Self.countByHand(axis), "\(axis)")
            }
          }
        }
      }
    }
  }

  private static func countByHand(_ axis: WindowAxis) -> Int {
    let length = axis.input + axis.before + axis.after
    let reach = (axis.kernel - 1) * axis.dilation
    var count = 0
    var start = 0
    while start + reach < length {
      (count, start) = (count + 1, start + axis.stride)
    }
    // Where the last whole window leaves positions over, one more may reach beyond the end.
    let last = start - axis.stride + reach
    if axis.roundsUp, count > 0, last < length - 1, start < axis.input + axis.before { count += 1 }
    return count
  }

  /// What PyTorch 2 gives for `MaxPool2d(kernel, stride, padding, ceil_mode=True)` of one axis.
  @Test(arguments: [
    (5, 2, 2, 0, 3), (6, 3, 2, 0, 3), (7, 2, 3, 0, 3), (5, 2, 4, 1, 2), (4, 2, 3, 1, 2),
    (3, 2, 4, 1, 1),
  ])
  func roundingUpLeavesOutWindowsBehindTheInput(
    input: Int, kernel: Int, stride: Int, padding: Int, count: Int
  ) {
    let axis = WindowAxis(
      input: input, kernel: kernel, stride: stride, before: padding, after: padding,
      roundsUp: true)
    #expect(axis.windowCount == count)
  }

  @Test func impossibleAxesAreNil() {
    let most = Int.max
    for axis in [
      WindowAxis(input: 8, kernel: 0), WindowAxis(input: 8, kernel: -3),
      WindowAxis(input: 8, kernel: 3, stride: 0), WindowAxis(input: 8, kernel: 3, stride: -1),
      WindowAxis(input: -1, kernel: 1), WindowAxis(input: 8, kernel: 3, before: -1),
      WindowAxis(input: 8, kernel: 3, after: -1), WindowAxis(input: 8, kernel: 3, dilation: 0),
      WindowAxis(input: most, kernel: 3, before: 1),
      WindowAxis(input: 8, kernel: most, dilation: 2),
      WindowAxis(input: 8, kernel: 1 << 40, dilation: 1 << 40),
    ] {
      #expect(axis.windowCount == nil, "\(axis)")
    }
    #expect(WindowAxis(input: most, kernel: 1).windowCount == most)
    #expect(WindowAxis(input: most, kernel: 1, stride: most, roundsUp: true).windowCount == 1)
    #expect(WindowAxis(input: 2, kernel: 3).windowCount == 0)
    #expect(WindowAxis(input: 8, kernel: most).windowCount == 0)
  }
}
