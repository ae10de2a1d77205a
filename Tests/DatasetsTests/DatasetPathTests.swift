import Datasets
import Images
import Testing

struct DatasetPathTests {
  private let expectation =
    "expected Train and Test with a directory of PNG files for each class, CIFAR-10's "
    + "data_batch_1.bin and so on, or MNIST's train-images-idx3-ubyte and so on"

  @Test func drawnSetsGoByTheirNames() throws {
    for name in Dataset.drawnNames {
      let data = try Dataset(
        nameOrPath: name, seed: 3, trainingPerClass: 2, testPerClass: 1)
      #expect(data.name == name)
      #expect(data.training.count == 20 && data.test.count == 10)
    }
    let few = try Dataset(nameOrPath: "shapes", seed: 3, trainingPerClass: 2, testPerClass: 1)
    #expect(
      few
        == Dataset.shapes(training: 50, test: 50, seed: 3)
        .limited(trainingPerClass: 2, testPerClass: 1))
  }

  @Test func aNameThatIsNeitherASetNorAFolderIsTold() {
    let error = #expect(throws: DatasetError.self) { try Dataset(nameOrPath: "shape") }
    #expect(
      error.map { "\($0)" }
        == "shape: not found, expected a directory, or a drawn set: shapes or digits")
  }

  @Test(arguments: [0, -1, 100_001, Int.max, Int.min])
  func noDrawnSetIsEmptyOrEndless(count: Int) {
    // 0 training images are read where only test images are looked at.
    for (training, test) in [(count, 1), (1, count)] where training != 0 {
      let error = #expect(throws: DatasetError.self) {
        try Dataset(nameOrPath: "shapes", trainingPerClass: training, testPerClass: test)
      }
      #expect(
        error.map { "\($0)" }
          == "shapes: can't be drawn with \(count) images of a class, expected 1 to 100000")
    }
  }

  @Test func whatIsNoDataSetIsTold() throws {
    let folder = try TemporaryFolder()
    folder.expectFailure("~/none: not found, expected a directory") {
      try Dataset(path: folder.path("none"))
    }
    folder.expectFailure("~: is no data set: \(expectation)") { try Dataset(path: folder.path) }
    try folder.write([1, 2, 3], to: "data.tar.gz")
    folder.expectFailure(
      "~/data.tar.gz: is a file, expected a directory (an archive has to be unpacked first)"
    ) { try Dataset(nameOrPath: folder.path("data.tar.gz")) }
    folder.expectFailure("~: is no data set: \(expectation)") { try Dataset(path: folder.path) }
  }

  @Test func severalDataSetsInAFolderAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("b/Train")
    try folder.makeFolder("a/Test")
    try folder.makeFolder("c")
    folder.expectFailure(
      "~: is no data set: it holds several, name one of ~/a, ~/b"
    ) { try Dataset(path: folder.path) }
  }

  @Test func thePythonVersionOfCIFAR10IsRecognised() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "data_batch_1")
    folder.expectFailure(
      "~: is no data set: this is CIFAR-10's Python version, the binary version is read"
    ) { try Dataset(path: folder.path) }
  }
}
