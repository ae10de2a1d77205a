import Datasets
import Images
import Tensors
import Testing

struct ShapesTests {
  private let some = Dataset.shapes(training: 60, test: 20)

  @Test func aSmallerSetIsTheBeginningOfALargerOne() {
    let fewer = Dataset.shapes(training: 30, test: 10)
    #expect(fewer.training.pixels == Array(some.training.pixels.prefix(30 * 784)))
    #expect(fewer.test.pixels == Array(some.test.pixels.prefix(10 * 784)))
    #expect(fewer.training == some.training.limited(perClass: 3))
  }

  @Test func theSeedAndThePartMakeTheImages() {
    #expect(Dataset.shapes(training: 60, test: 20) == some)
    #expect(Dataset.shapes(training: 60, test: 20, seed: 2).training != some.training)
    #expect(some.training.pixels.prefix(784) != some.test.pixels.prefix(784))
  }

  @Test func classesTakeTurns() {
    #expect(some.classNames.count == 10)
    #expect(some.training.labels == (0..<60).map { $0 % 10 })
    #expect(some.training.imageShape == [28, 28, 1])
    #expect(some.test.sources[3] == "shapes/Test/3")
  }

  @Test func imagesUseTheRangeOfBytes() {
    for index in 0..<60 {
      let bytes = some.training.image(at: index).pixels
      let (lowest, highest) = (bytes.min() ?? 0, bytes.max() ?? 0)
      #expect(highest - lowest > 60, "image \(index) has contrast")
    }
  }

  @Test func theNumberOfThreadsChangesNothing() {
    let alone = Parallel.$workers.withValue(1) { Dataset.shapes(training: 60, test: 20) }
    #expect(alone == some)
    let many = Parallel.$workers.withValue(7) { Dataset.shapes(training: 60, test: 20) }
    #expect(many == some)
  }

  @Test func figuresPointLeftAsOftenAsRight() {
    #expect(Dataset.shapes(training: 1_000, test: 10).training.isMirrorSymmetric)
  }

  @Test func theBytesAreTheSameOnEveryMachine() {
    #expect(checksum(some.training.pixels) == 12_647_952_213_311_583_599)
    #expect(checksum(some.test.pixels) == 15_083_518_244_348_904_700)
  }
}

/// FNV-1a, 64 bits.
func checksum(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
