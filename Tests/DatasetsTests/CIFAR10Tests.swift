import Datasets
import Foundation
import Images
import Testing

struct CIFAR10Tests {
  /// One record a file; the image of file i has red i, green 2 i and blue rising from left to right.
  private func record(label: UInt8, file: Int) -> [UInt8] {
    [label] + [UInt8](repeating: UInt8(file), count: 1024)
      + [UInt8](repeating: UInt8(2 * file), count: 1024)
      + (0..<1024).map { UInt8($0 % 32 * 8) }
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in 1...5 {
      try folder.write(record(label: UInt8(file), file: file), to: "data_batch_\(file).bin")
    }
    try folder.write(
      record(label: 9, file: 6) + record(label: 0, file: 7), to: "test_batch.bin")
    return folder
  }

  @Test func coloursAndSizeAreKeptOnRequest() throws {
    let folder = try folder()
    let data = try Dataset.cifar10(directory: folder.path, channels: 3, side: 32)
    #expect(data.name == "cifar10")
    #expect(data.classNames.count == 10 && data.classNames[3] == "cat")
    #expect(data.training.labels == [1, 2, 3, 4, 5])
    #expect(data.test.labels == [9, 0])
    #expect(data.imageShape == [32, 32, 3])
    #expect(data.training.image(at: 2)[5, 31] == Color(red: 3, green: 6, blue: 40))
    #expect(Array(data.test.sources) == [0, 1].map { folder.path("test_batch.bin[\($0)]") })
  }

  @Test func imagesBecomeWhatLeNetTakes() throws {
    let folder = try folder()
    let data = try Dataset(path: folder.path)
    #expect(data.imageShape == [28, 28, 1])
    // Luma, then the mean of 8/7 pixels: column 0 holds all of column 0 and 1/7 of column 1.
    let luma = { (x: Int) in (299 * 3 + 587 * 6 + 114 * 8 * x + 500) / 1000 }
    let expected = (7 * luma(0) + luma(1) + 4) / 8
    #expect(data.training.image(at: 2)[0, 0] == Color(gray: UInt8(expected)))
    #expect(data.training.image(at: 2)[0, 27] == Color(gray: UInt8(expected)))
  }

  @Test func coloursAreMixedAreaByArea() throws {
    let folder = try folder()
    let data = try Dataset.cifar10(directory: folder.path, channels: 3, side: 28)
    #expect(data.imageShape == [28, 28, 3])
    // Blue rises by 8 a column: 1/7 of column 1, and 6/7 of it with 2/7 of column 2 over 8/7.
    #expect(data.training.image(at: 4)[0, 9] == Color(red: 5, green: 10, blue: 1))
    #expect(data.training.image(at: 4)[1, 9] == Color(red: 5, green: 10, blue: 10))
    let gray = try Dataset.cifar10(directory: folder.path, channels: 1, side: 32)
    #expect(gray.test.image(at: 0)[0, 0] == Color(gray: 9), "0.299 * 6 + 0.587 * 12 = 8.84")
  }

  @Test func theClassesHaveTheNamesOfTheirFile() throws {
    let folder = try folder()
    let names = (0...9).map { "class \($0)" }
    try folder.write(Array(names.joined(separator: "\n").utf8) + [10, 10], to: "batches.meta.txt")
    #expect(try Dataset(path: folder.path).classNames == names)
    try folder.write(Array("one\ntwo\n".utf8), to: "batches.meta.txt")
    folder.expectFailure(
      "~/batches.meta.txt: has 2 names, expected one for each of the 10 classes"
    ) { try Dataset(path: folder.path) }
  }

  @Test func theFolderOfThePublishedArchiveIsFound() throws {
    let folder = try folder()
    try folder.makeFolder("cifar-10-batches-bin")
    for file in (1...5).map({ "data_batch_\($0).bin" }) + ["test_batch.bin"] {
      try FileManager.default.moveItem(
        atPath: folder.path(file), toPath: folder.path("cifar-10-batches-bin/\(file)"))
    }
    #expect(try Dataset(path: folder.path).training.count == 5)
  }

  @Test func everyFileMustBeWhole() throws {
    let folder = try folder()
    let whole = record(label: 3, file: 3)
    for bytes in [[], Array(whole.dropLast()), whole + [0]] {
      try folder.write(bytes, to: "data_batch_3.bin")
      folder.expectFailure(
        "~/data_batch_3.bin: has \(bytes.count) bytes, "
          + "expected one or more records of 3073 bytes (a label and 32x32 RGB)"
      ) { try Dataset(path: folder.path) }
    }
    try folder.write(whole + record(label: 10, file: 3), to: "data_batch_3.bin")
    folder.expectFailure("~/data_batch_3.bin: record 1 has the label 10, expected 0 to 9") {
      try Dataset(path: folder.path)
    }
    try folder.remove("data_batch_3.bin")
    folder.expectFailure(
      "~/data_batch_3.bin: not found, expected a file of CIFAR-10's binary version"
    ) { try Dataset(path: folder.path) }
  }

  @Test func aFileCutAtAnyByteIsAnError() throws {
    let folder = try folder()
    let two = record(label: 9, file: 6) + record(label: 0, file: 7)
    for count in stride(from: 0, to: two.count, by: 97) where count != 3073 {
      try folder.write(Array(two[..<count]), to: "test_batch.bin")
      #expect(throws: DatasetError.self) { try Dataset(path: folder.path) }
    }
  }
}
