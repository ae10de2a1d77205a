import Images
import TensorBoard
import Testing

@Suite struct SummaryErrorTests {
  @Test(arguments: [
    (SummaryError.empty(tag: "a", what: "samples"), "a: there are no samples to log"),
    (
      .wrongCount(tag: "a", what: "weights", got: 2, expected: "3, one a label"),
      "a: got 2 weights, expected 3, one a label"
    ),
    (
      .notFinite(tag: "a", what: "samples", index: 4, value: .infinity),
      "a: number 4 of the samples is inf, only finite numbers can be logged"
    ),
    (
      .outOfRange(tag: "a", what: "the scale", value: "0", expected: "1 or more"),
      "a: the scale is 0, expected 1 or more"
    ),
    (.duplicate(tag: "a", what: "column", name: "b"), "a: the column b occurs twice"),
    (
      .image(tag: "a", .noFrames), "a: an animation has one frame or more, got none"
    ),
  ])
  func `each is a sentence that names the tag`(_ error: SummaryError, _ sentence: String) {
    #expect("\(error)" == sentence)
  }
}
