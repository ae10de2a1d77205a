import EventFiles
import Testing

@testable import TensorBoardData

@Suite struct ReservoirTests {
  private func reservoir(_ capacity: Int?, _ steps: some Sequence<Int>) -> Reservoir<Int> {
    var reservoir = Reservoir<Int>(capacity: capacity)
    for step in steps { reservoir.append(step, step: step, wallTime: 0) }
    reservoir.sort()
    return reservoir
  }

  @Test(arguments: [1, 2, 10, 99]) func holdsItsCapacityAndTheNewest(capacity: Int) {
    for count in [1, capacity, capacity + 1, 1_000] {
      let steps = reservoir(capacity, 0..<count).points.map(\.step)
      #expect(steps.count == min(capacity, count))
      #expect(steps.last == count - 1)
      #expect(steps == Set(steps).sorted())
    }
  }

  @Test func withoutACapacityAllIsKept() {
    #expect(reservoir(nil, 0..<5_000).points.map(\.step) == Array(0..<5_000))
    #expect(reservoir(0, 0..<5).points.isEmpty)
  }

  @Test func aStepThatCameAlreadyDropsItAndWhatFollowed() {
    #expect(reservoir(nil, [0, 1, 2, 3, 2, 5]).points.map(\.step) == [0, 1, 2, 5])
    #expect(reservoir(nil, [3, 3, 3]).points.map(\.step) == [3])
    #expect(reservoir(nil, [5, 4, -1]).points.map(\.step) == [-1])
    let steps = reservoir(10, Array(0..<1_000) + Array(500..<600)).points.map(\.step)
    #expect(steps == Set(steps).sorted() && steps.last == 599 && steps.count <= 10)
  }

  /// The mean of the kept steps, over places in the stream, is that of all: the sample favours no part.
  @Test func theSampleIsUniform() {
    let kept = reservoir(1_000, 0..<100_000).points.dropLast().map(\.step)
    for tenth in 0..<10 {
      let count = kept.filter { $0 / 10_000 == tenth }.count
      // 100 expected, with a standard deviation of 9.5.
      #expect((60...140).contains(count), "\(count) of the \(tenth). tenth")
    }
  }

  @Test func curvesOfOneLengthShowTheSameSteps() {
    #expect(
      reservoir(50, 0..<3_000).points.map(\.step) == reservoir(50, 0..<3_000).points.map(\.step))
  }

  @Test(arguments: [0, 1, 2, 5, 10, 11]) func downsamplingKeepsTheLastAndTheOrder(count: Int) {
    let sample = Array(0..<10).downsampled(to: count)
    #expect(sample.count == min(count, 10))
    #expect(sample == Set(sample).sorted() && (count == 0 || sample.last == 9))
  }

  @Test(arguments: [
    "scalars", "=3", "scalars=-1", "scalars=many", "scalars=1,text", "scalars=9999999999999999999",
  ]) func wrongSampleCountsAreRefused(text: String) { #expect(SampleCounts(text) == nil) }

  @Test func sampleCountsAreTakenByPlugin() throws {
    let asked = try counts("scalars=500,images=all,own=0")
    func capacity(_ plugin: String, _ dataClass: SummaryMetadata.DataClass) -> Int? {
      asked.capacity(of: SummaryMetadata(pluginName: plugin, dataClass: dataClass))
    }
    #expect(capacity("scalars", .scalar) == 500)
    #expect(capacity("images", .blobSequence) == nil)
    #expect(capacity("own", .tensor) == 0)
    #expect(capacity("own", .unknown) == 0)
    #expect(capacity("other", .scalar) == 1_000)
    #expect(capacity("other", .tensor) == 100)
    #expect(capacity("other", .blobSequence) == 10)
  }
}
