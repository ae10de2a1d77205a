import Datasets
import Images
import Testing

struct DatasetErrorTests {
  @Test(arguments: [
    (
      DatasetError.missing(path: "data/Test", expected: "a directory"),
      "data/Test: not found, expected a directory"
    ),
    (
      .unreadable(path: "data", reason: "the folder can't be listed"),
      "data: can't be read: the folder can't be listed"
    ),
    (.unrecognized(path: "data", hint: "it is empty"), "data: is no data set: it is empty"),
    (
      .malformed(path: "a.bin", found: "has 3 bytes", expected: "4"),
      "a.bin: has 3 bytes, expected 4"
    ),
    (
      .image(.unrecognized(name: "a.png", byteCount: 0, readable: "PNG")),
      "a.png: is empty, expected a PNG image"
    ),
  ])
  func eachErrorIsASentenceThatNamesTheFile(_ error: DatasetError, _ sentence: String) {
    #expect("\(error)" == sentence)
  }
}
