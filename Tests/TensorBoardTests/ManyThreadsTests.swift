import EventFiles
import Foundation
import TensorBoard
import Testing

@Suite struct ManyThreadsTests {
  @Test func `64 threads of 10,000 scalars each lose nothing and keep their order`() throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder)
      DispatchQueue.concurrentPerform(iterations: 64) { thread in
        for step in 0..<10_000 { try? writer.add(.scalar("\(thread)", step), step: step) }
      }
      try writer.close()
      let contents = try Run(directory: folder).contents()
      #expect(contents.files.map(\.damageCount) == [0])
      #expect(contents.series.count == 64)
      let expected = Array(0..<10_000)
      for series in contents.series {
        #expect(series.steps == expected)
        #expect(series.numbers == expected.map(Double.init))
      }
    }
  }
}
