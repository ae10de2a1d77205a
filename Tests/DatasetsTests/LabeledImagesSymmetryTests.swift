import Datasets
import Testing

@Suite struct LabeledImagesSymmetryTests {
  @Test(arguments: [20, 200])
  func drawnShapesHaveMirrorImagesAndDigitsHaveNone(perClass: Int) {
    let count = 10 * perClass
    #expect(Dataset.shapes(training: count, test: 10).training.isMirrorSymmetric)
    #expect(!Dataset.digits(training: count, test: 10).training.isMirrorSymmetric)
  }

  @Test func emptyAndSingleImagesAreSymmetric() {
    let one = Dataset.digits(training: 10, test: 10).training
    #expect(one.selecting([0]).isMirrorSymmetric)
    #expect(one.selecting([]).isMirrorSymmetric)
  }
}
