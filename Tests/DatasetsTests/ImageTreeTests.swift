import Datasets
import Foundation
import Images
import JPEGImages
import Testing

struct ImageTreeTests {
  /// A tree of two classes with three and two training images and one test image each.
  private func tree(under prefix: String = "") throws -> TemporaryFolder {
    let folder = TemporaryFolderWith(try TemporaryFolder(), prefix: prefix)
    try folder.add("Train/dog/b.png", 3)
    try folder.add("Train/dog/a.png", 2)
    try folder.add("Train/cat/2.png", 5)
    try folder.add("Train/cat/10.png", 4)
    try folder.add("Train/cat/3.PNG", 6)
    try folder.add("Test/dog/x.png", 9)
    try folder.add("Test/cat/x.png", 8)
    return folder.folder
  }

  @Test func classesAndFilesAreSorted() throws {
    let folder = try tree()
    try folder.write([1], to: "Train/cat/notes.txt")
    try folder.write([1], to: "Train/.hidden")
    let data = try Dataset.imageTree(directory: folder.path)
    #expect(data.classNames == ["cat", "dog"])
    #expect(data.training.labels == [0, 0, 0, 1, 1])
    #expect(data.training.pixels == [4, 4, 5, 5, 6, 6, 2, 2, 3, 3])
    #expect(data.training.sources[0] == folder.path("Train/cat/10.png"))
    #expect(data.test.labels == [0, 1])
    #expect(data.test.pixels == [8, 8, 9, 9])
    #expect(data.imageShape == [1, 2, 1])
  }

  @Test(arguments: ["CIFAR/", "a/b/"])
  func wrappingFoldersAreFound(prefix: String) throws {
    let folder = try tree(under: prefix)
    #expect(try Dataset(path: folder.path).training.count == 5)
    #expect(try Dataset(path: folder.path + "/").training.count == 5)
  }

  @Test func fewerFilesAreReadWhenFewerAreWanted() throws {
    let folder = try tree()
    // The third file of a class isn't opened.
    try folder.write([1, 2, 3], to: "Train/cat/3.PNG")
    let data = try Dataset(path: folder.path, trainingPerClass: 2, testPerClass: 1)
    #expect(data.training.labels == [0, 0, 1, 1])
    #expect(data.test.count == 2)
  }

  /// Photographs that cameras held in four ways, and what Pillow read in them.
  private static let photographs = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "JPEGImagesTests/Fixtures").path

  @Test func filesOfBothFormatsLieAtAnyDepth() throws {
    let folder = try TemporaryFolder()
    func copy(_ name: String, to path: String) throws {
      let bytes = try Data(contentsOf: URL(filePath: "\(Self.photographs)/\(name)"))
      try folder.write([UInt8](bytes), to: path)
    }
    try copy("orientation-1.jpg", to: "Train/cat/2020/may/1.jpg")
    try copy("orientation-2.png", to: "Train/cat/2020/2.PNG")
    try copy("orientation-3.jpg", to: "Train/cat/3.JPEG")
    // A name may say what it likes.
    try copy("orientation-4.jpg", to: "Train/dog/4.png")
    try folder.write([1], to: "Train/dog/.5.jpg")
    try copy("orientation-1.png", to: "val/cat/1.png")
    try copy("orientation-4.png", to: "val/dog/a/4.png")
    let data = try Dataset(path: folder.path, formats: .photographs)
    #expect(data.imageShape == [7, 11, 3])
    #expect(data.training.labels == [0, 0, 0, 1])
    let sources = ["cat/3.JPEG", "cat/2020/2.PNG", "cat/2020/may/1.jpg", "dog/4.png"]
    #expect(Array(data.training.sources) == sources.map { folder.path("Train/" + $0) })
    for (index, orientation) in [3, 2, 1, 4].enumerated() {
      let expected = try Image(
        contentsOf: "\(Self.photographs)/orientation-\(orientation).png", formats: .photographs)
      let got = data.training.image(at: index).pixels
      #expect(zip(got, expected.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
    #expect(data.test.labels == [0, 1])
    // Who doesn't ask for JPEG reads PNG alone, and is told.
    folder.expectFailure("~/Train/dog/4.png: is a JPEG file; convert it to PNG") {
      try Dataset(path: folder.path)
    }
  }

  @Test func otherFormatsAreNamed() throws {
    let folder = try tree()
    try folder.remove("Test/dog/x.png")
    try folder.write(Array("RIFF....WEBP".utf8), to: "Test/dog/x.webp")
    folder.expectFailure(
      "~/Test/dog: has images of other formats (x.webp), expected PNG or JPEG: convert them"
    ) { try Dataset(path: folder.path, formats: .photographs) }
    try folder.remove("Test/dog/x.webp")
    folder.expectFailure("~/Test/dog: has no .png, .jpg or .jpeg files, expected one or more") {
      try Dataset(path: folder.path, formats: .photographs)
    }
  }

  @Test func alphaChannelsAreDroppedAndColoursKept() throws {
    let folder = try tree()
    let color = Image(width: 2, height: 1, channels: 4, pixels: [1, 2, 3, 4, 5, 6, 7, 8])
    for path in ["Train/cat/10.png", "Train/cat/2.png", "Train/cat/3.PNG"] {
      try folder.remove(path)
    }
    try folder.remove("Train/dog")
    try folder.remove("Test/dog")
    try color.write(to: folder.path("Train/cat/1.png"))
    try color.converted(toChannels: 3).write(to: folder.path("Test/cat/x.png"))
    let data = try Dataset.imageTree(directory: folder.path)
    #expect(data.imageShape == [1, 2, 3])
    #expect(data.training.pixels == [1, 2, 3, 5, 6, 7])
    #expect(data.test.pixels == data.training.pixels)
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try tree()
    try folder.remove("Test/dog/x.png")
    folder.expectFailure("~/Test/dog: has no .png files, expected one or more") {
      try Dataset(path: folder.path)
    }
    try folder.remove("Test/dog")
    folder.expectFailure(
      "~/Test: has the classes cat, expected those of ~/Train: cat, dog"
    ) { try Dataset(path: folder.path) }
    try folder.remove("Test/cat")
    folder.expectFailure(
      "~/Test: has no directories, expected a directory of PNG files for each class"
    ) {
      try Dataset(path: folder.path)
    }
    try folder.remove("Test")
    folder.expectFailure(
      "~/Test: not found, expected a directory with a directory of PNG files for each class"
    ) { try Dataset(path: folder.path) }
  }

  @Test func imagesOfAnotherSizeOrKindAreNamed() throws {
    let folder = try tree()
    try Image(width: 3, height: 1, channels: 1, pixels: [1, 2, 3])
      .write(to: folder.path("Test/cat/x.png"))
    folder.expectFailure(
      "~/Test/cat/x.png: is 3x1 gray, expected 2x1 gray as the first image"
    ) { try Dataset(path: folder.path) }
    try Image(width: 2, height: 1, channels: 3, filledWith: .white)
      .write(to: folder.path("Train/dog/a.png"))
    folder.expectFailure(
      "~/Train/dog/a.png: is 2x1 RGB, expected 2x1 gray as the first image"
    ) { try Dataset(path: folder.path) }
  }

  /// An image of a few kilobytes that claims so much that all images of its size fit in no memory.
  @Test func aLargeFirstImageAsksForNoMemoryOfItsSizeForEach() throws {
    let folder = try TemporaryFolder()
    let large = Image(width: 4_096, height: 4_096, channels: 1, filledWith: .black)
    let small = try Image(width: 2, height: 2, channels: 1, filledWith: .black).pngData()
    try folder.write(try large.pngData(), to: "Train/a/0000.png")
    for index in 1..<1_100 { try folder.write(small, to: "Train/a/\(1000 + index).png") }
    try folder.write(small, to: "Test/a/a.png")
    let stored = try large.pngData().count + 1_099 * small.count
    folder.expectFailure(
      "~/Train/a/0000.png: is \(large): 1100 images of this size are too many, "
        + "expected at most 1024 MiB of pixels in \(stored) bytes of files"
    ) { try Dataset(path: folder.path) }
  }

  /// Each would keep the program waiting, or fill its memory.
  @Test func whatIsNoRegularFileIsRefused() throws {
    let folder = try tree()
    try folder.remove("Train/dog/b.png")
    #expect(mkfifo(folder.path("Train/dog/b.png"), 0o600) == 0)
    folder.expectFailure(
      "~/Train/dog/b.png: can't be read: it is a FIFO, not a regular file"
    ) { try Dataset(path: folder.path) }
    try folder.remove("Train/dog/b.png")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("Train/dog/b.png"), withDestinationPath: "/dev/zero")
    folder.expectFailure(
      "~/Train/dog/b.png: can't be read: it is a device, not a regular file"
    ) { try Dataset(path: folder.path) }
  }

  @Test func damagedImagesAreNamedTheFirstOfThem() throws {
    let folder = try tree()
    let whole = [UInt8](try Data(contentsOf: URL(filePath: folder.path("Train/dog/a.png"))))
    try folder.write(Array(whole.dropLast(6)), to: "Train/dog/b.png")
    try folder.write(Array("GIF89a, not PNG".utf8), to: "Train/dog/a.png")
    folder.expectFailure(
      "~/Train/dog/a.png: is a GIF file; convert it to PNG"
    ) { try Dataset(path: folder.path) }
    try folder.write(whole, to: "Train/dog/a.png")
    folder.expectFailure(
      "~/Train/dog/b.png: the PNG is cut off, it ends after \(whole.count - 6) bytes "
        + "before the image is whole"
    ) { try Dataset(path: folder.path) }
    try folder.write([], to: "Train/dog/b.png")
    folder.expectFailure("~/Train/dog/b.png: is empty, expected a PNG image") {
      try Dataset(path: folder.path)
    }
    try folder.remove("Train/dog/b.png")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("Train/dog/b.png"), withDestinationPath: "nowhere.png")
    folder.expectFailure("~/Train/dog/b.png: can't be read: No such file or directory") {
      try Dataset(path: folder.path)
    }
  }
}

/// Images of 2x1 pixels of one gray in a folder.
private struct TemporaryFolderWith {
  let folder: TemporaryFolder
  let prefix: String

  init(_ folder: TemporaryFolder, prefix: String) {
    self.folder = folder
    self.prefix = prefix
  }

  func add(_ path: String, _ gray: UInt8) throws {
    let image = Image(width: 2, height: 1, channels: 1, pixels: [gray, gray])
    try folder.write(image.pngData(), to: prefix + path)
  }
}
