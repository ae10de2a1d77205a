import Datasets
import Images
import Tensors
import Testing

struct DigitsTests {
  private let some = Dataset.digits(training: 200, test: 20)

  @Test func aSmallerSetIsTheBeginningOfALargerOne() {
    let fewer = Dataset.digits(training: 30, test: 10)
    #expect(fewer.training == some.training.limited(perClass: 3))
    #expect(fewer.test == some.test.limited(perClass: 1))
  }

  @Test func theSeedAndThePartMakeTheImages() {
    #expect(Dataset.digits(training: 20, test: 20, seed: 2).test != some.test)
    #expect(some.training.pixels.prefix(784) != some.test.pixels.prefix(784))
    #expect(some.classNames == (0...9).map(String.init))
    #expect(some.test.sources[3] == "digits/Test/3")
  }

  @Test func everyImageIsInkInTheMiddleOfABlackSquare() {
    for index in 0..<some.training.count {
      let image = some.training.image(at: index)
      for edge in 0..<28 {
        #expect(image[edge, 0] == .black && image[edge, 27] == .black, "image \(index)")
        #expect(image[0, edge] == .black && image[27, edge] == .black, "image \(index)")
      }
      let inked = image.pixels.count { $0 > 127 }
      #expect((15...300).contains(inked), "image \(index) has \(inked) pixels of ink")
    }
  }

  @Test func theNumberOfThreadsChangesNothing() {
    let alone = Parallel.$workers.withValue(1) { Dataset.digits(training: 200, test: 20) }
    #expect(alone == some)
  }

  @Test func theBytesAreTheSameOnEveryMachine() {
    #expect(checksum(some.training.pixels) == 13_209_074_537_555_884_992)
    #expect(checksum(some.test.pixels) == 922_781_811_048_733_627)
  }
}
