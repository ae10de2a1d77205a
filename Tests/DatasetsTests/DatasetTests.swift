import Datasets
import Images
import Testing

struct DatasetTests {
  private let images = LabeledImages(
    height: 1, width: 2, channels: 1, pixels: [0, 1, 10, 11, 20, 21, 30, 31, 40, 41],
    labels: [0, 1, 0, 0, 1], sources: ["a", "b", "c", "d", "e"])

  @Test func limitingKeepsTheFirstOfEachClass() {
    let two = images.limited(perClass: 2)
    #expect(two.labels == [0, 1, 0, 1])
    #expect(two.sources == ["a", "b", "c", "e"])
    #expect(two.pixels == [0, 1, 10, 11, 20, 21, 40, 41])
    #expect(images.limited(perClass: 0).count == 0)
    #expect(images.limited(perClass: 9) == images)
  }

  @Test func eachPartIsLimitedOnItsOwn() {
    let data = Dataset(name: "pairs", classNames: ["x", "y"], training: images, test: images)
    #expect(data.limited(trainingPerClass: 1).training.count == 2)
    #expect(data.limited(trainingPerClass: 1).test.count == 5)
    #expect(data.limited(testPerClass: 2).test.count == 4)
    #expect(data.description == "pairs: 2 classes, 5 + 5 images of 1x2x1")
  }

  @Test func aImageIsItsBytes() {
    #expect(
      images.image(at: 3) == Image(width: 2, height: 1, channels: 1, pixels: [30, 31]))
  }
}
