import Datasets
import Foundation
import Images
import Testing

struct MNISTTests {
  private static let files = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]

  private func idx(_ dimensions: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(dimensions.count)]
      + dimensions.flatMap { size in (0..<4).map { UInt8(size >> (24 - 8 * $0) & 0xFF) } }
      + elements
  }

  /// Three training images and one test image of 2x3 pixels.
  private func contents() -> [String: [UInt8]] {
    [
      Self.files[0]: idx([3, 2, 3], (0..<18).map { UInt8($0) }),
      Self.files[1]: idx([3], [7, 0, 9]),
      Self.files[2]: idx([1, 2, 3], [9, 8, 7, 6, 5, 4]),
      Self.files[3]: idx([1], [4]),
    ]
  }

  private func folder(_ name: (String) -> String = { $0 }) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (file, bytes) in contents() { try folder.write(bytes, to: name(file)) }
    return folder
  }

  @Test(arguments: ["-", "."])
  func plainFilesAreRead(separator: String) throws {
    let folder = try folder { $0.replacing("-idx", with: "\(separator)idx") }
    let data = try Dataset(path: folder.path)
    #expect(data.name == "mnist")
    #expect(data.classNames == (0...9).map(String.init))
    #expect(data.imageShape == [2, 3, 1])
    #expect(data.training.labels == [7, 0, 9])
    #expect(data.training.pixels == (0..<18).map { UInt8($0) })
    #expect(data.test.image(at: 0).pixels == [9, 8, 7, 6, 5, 4])
    #expect(data.test.sources[0] == folder.path("t10k-images\(separator)idx3-ubyte[0]"))
  }

  @Test func packedFilesAreRead() throws {
    let (plain, packed) = (try folder(), try TemporaryFolder())
    for (file, bytes) in contents() { try packed.write(stored(bytes), to: "raw/\(file).gz") }
    let data = try Dataset(path: packed.path)
    #expect(try data.training.pixels == Dataset(path: plain.path).training.pixels)
    #expect(data.test.labels == [4])
  }

  /// Millions of images of a pixel take a few bytes each, and no text.
  @Test func manySmallImagesTakeLittleMemory() throws {
    let count = 1 << 21
    let folder = try folder()
    let zeros = [UInt8](repeating: 0, count: count)
    try folder.write(
      idx([count, 2, 3], [UInt8](repeating: 0, count: 6 * count)), to: Self.files[0])
    try folder.write(idx([count], zeros), to: Self.files[1])
    let data = try Dataset(path: folder.path)
    #expect(data.training.count == count)
    #expect(data.training.sources.last == folder.path("\(Self.files[0])[\(count - 1)]"))
  }

  @Test func aFIFOInPlaceOfAFileIsRefused() throws {
    let folder = try folder()
    try folder.remove(Self.files[1])
    #expect(mkfifo(folder.path(Self.files[1]), 0o600) == 0)
    folder.expectFailure("~/\(Self.files[1]): can't be read: it is a FIFO, not a regular file") {
      try Dataset(path: folder.path)
    }
  }

  @Test func theFolderOfFashionMNISTNamesItsClasses() throws {
    let folder = try folder { "Fashion-MNIST/\($0)" }
    let data = try Dataset(path: folder.path)
    #expect(data.name == "fashion-mnist")
    #expect(data.classNames[9] == "ankle boot" && data.classNames.count == 10)
  }

  @Test(arguments: files)
  func aMissingFileIsNamed(file: String) throws {
    let folder = try folder()
    try folder.remove(file)
    folder.expectFailure("~/\(file): not found, expected a file of MNIST, or it with .gz") {
      try Dataset(path: folder.path)
    }
  }

  @Test(arguments: files)
  func aFileCutAtEachByteIsAnError(file: String) throws {
    let folder = try folder()
    let whole = try #require(contents()[file])
    for count in 0..<whole.count {
      try folder.write(Array(whole[..<count]), to: file)
      #expect(throws: DatasetError.self) { try Dataset(path: folder.path) }
    }
    try folder.write(whole + [0], to: file)
    #expect(throws: DatasetError.self) { try Dataset(path: folder.path) }
  }

  @Test(arguments: files)
  func eachByteOfAHeaderFlippedIsAnError(file: String) throws {
    let folder = try folder()
    let whole = try #require(contents()[file])
    for index in 0..<(file.contains("idx3") ? 16 : 8) {
      for mask: UInt8 in [1, 0x80, 0xFF] {
        var damaged = whole
        damaged[index] ^= mask
        try folder.write(damaged, to: file)
        #expect(throws: DatasetError.self, "byte \(index)") { try Dataset(path: folder.path) }
      }
    }
  }

  @Test func eachSentenceSaysWhatWasFound() throws {
    let folder = try folder()
    let (images, labels) = (Self.files[0], Self.files[1])
    func expect(_ sentence: String, _ bytes: [UInt8], in file: String) throws {
      let whole = contents()[file] ?? []
      try folder.write(bytes, to: file)
      folder.expectFailure(sentence) { try Dataset(path: folder.path) }
      try folder.write(whole, to: file)
    }
    try expect(
      "~/\(images): has 5 bytes, expected an IDX header of 16", [0, 0, 8, 3, 0], in: images)
    try expect(
      "~/\(labels): begins with the bytes 0 0 8 3, "
        + "expected 0 0 8 1, an IDX file of bytes in 1 dimension", idx([1, 1, 1], [1]), in: labels)
    try expect(
      "~/\(images): has 17 bytes after its header, expected the 3x2x3 it promises",
      idx([3, 2, 3], [UInt8](repeating: 0, count: 17)), in: images)
    try expect(
      "~/\(images): promises 0x2x3, expected one element or more", idx([0, 2, 3], []), in: images)
    try expect(
      "~/\(images): has 0 bytes after its header, expected the 4294967295x4294967295x4294967295 "
        + "it promises", idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []), in: images)
    try expect(
      "~/\(labels): has 2 labels, expected one for each of the 3 images of ~/\(images)",
      idx([2], [1, 2]), in: labels)
    try expect("~/\(labels): label 1 is 10, expected 0 to 9", idx([3], [1, 10, 2]), in: labels)
    try expect(
      "~: the test images are 2x3, expected 3x2 as the training images",
      idx([1, 3, 2], [1, 2, 3, 4, 5, 6]), in: Self.files[2])
  }

  @Test func damagedPackedFilesAreErrors() throws {
    let folder = try folder()
    try folder.remove(Self.files[3])
    let packed = stored(contents()[Self.files[3]] ?? [])
    let file = "\(Self.files[3]).gz"
    try folder.write(packed, to: file)
    #expect(try Dataset(path: folder.path).test.labels == [4])
    for count in 0..<packed.count {
      try folder.write(Array(packed[..<count]), to: file)
      folder.expectFailure(
        "~/\(file): is cut off, its packed data ends too early, expected a whole gzip file"
      ) { try Dataset(path: folder.path) }
    }
    var damaged = packed
    damaged[packed.count - 9] ^= 1
    try folder.write(damaged, to: file)
    folder.expectFailure(
      "~/\(file): is damaged: incorrect data check, expected a whole gzip file"
    ) { try Dataset(path: folder.path) }
  }

  /// A header in a few bytes of gzip that promises more than they can hold, and one that doesn't.
  @Test(arguments: [
    ([1 << 24, 1, 1], "16777216x1x1"), ([60_000, 28, 28], "60000x28x28"),
    ([0x7FFF_FFFF, 0x7FFF_FFFF, 1], "2147483647x2147483647x1"),
  ])
  func aPackedFileOfFewBytesPromisesNoMillions(_ dimensions: [Int], _ words: String) throws {
    let folder = try folder()
    try folder.remove(Self.files[0])
    let packed = stored(idx(dimensions, []))
    try folder.write(packed, to: "\(Self.files[0]).gz")
    folder.expectFailure(
      "~/\(Self.files[0]).gz: promises \(words) in \(packed.count) packed bytes, "
        + "expected at most 4194304 bytes of so few"
    ) { try Dataset(path: folder.path) }
    let few = stored(idx([3, 2, 3], []))
    try folder.write(few, to: "\(Self.files[0]).gz")
    folder.expectFailure(
      "~/\(Self.files[0]).gz: has 0 bytes after its header, expected the 3x2x3 it promises"
    ) { try Dataset(path: folder.path) }
    try folder.write(
      stored(idx([3, 2, 3], [UInt8](repeating: 0, count: 19))), to: "\(Self.files[0]).gz")
    folder.expectFailure(
      "~/\(Self.files[0]).gz: unpacks to more than the 34 bytes expected, expected a whole gzip file"
    ) { try Dataset(path: folder.path) }
  }

  /// A gzip file with one stored block, put together from RFC 1951 and 1952.
  private func stored(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) }
    }
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + little(bytes.count, 2)
      + little(~bytes.count, 2) + bytes + little(Int(~crc), 4) + little(bytes.count, 4)
  }
}
