import Images

extension Dataset {
  /// Reads CIFAR-10's binary version: `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin` and,
  /// if it is there, `batches.meta.txt` with the names of the classes.
  ///
  /// A record is a byte with the label, then 32x32 bytes of red, of green and of blue. By default
  /// the images become 28x28 gray, what LeNet takes: luma as ITU-R BT.601 weighs it, then
  /// bilinear interpolation with antialiasing (`Image.resized`).
  ///
  /// - `channels`: 1 makes gray images, 3 keeps the colours.
  /// - `side`: Rows and columns of the images; 32 leaves them as they are.
  /// - `readsTraining`: false reads the test file alone; then there are no training images.
  /// - Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and
  ///   https://www.cs.toronto.edu/~kriz/cifar.html.
  /// - Throws: `DatasetError`.
  public static func cifar10(
    directory: String, channels: Int = 1, side: Int = 28, readsTraining: Bool = true
  ) throws(DatasetError) -> Dataset {
    precondition([1, 3].contains(channels), "images have 1 or 3 channels, not \(channels)")
    let directory = try DataDirectory(directory)
    let names = try cifarClassNames(directory)
    let parts = try (readsTraining ? CIFARFile.trainingNames : []).map {
      name throws(DatasetError) in
      try CIFARFile.load(name, of: directory)
        .converted(toChannels: channels, width: side, height: side)
    }
    let test = try CIFARFile.load(CIFARFile.testName, of: directory)
      .converted(toChannels: channels, width: side, height: side)
    return Dataset(
      name: "cifar10", classNames: names,
      training: readsTraining ? LabeledImages(joining: parts) : test.selecting([]), test: test)
  }

  /// The names of CIFAR-10's classes, in the order of their labels.
  public static let cifar10ClassNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Whether the directory has one of the binary files.
  static func isCIFAR10(_ directory: DataDirectory) -> Bool {
    directory.files.contains { CIFARFile.trainingNames.contains($0) || $0 == CIFARFile.testName }
  }

  private static func cifarClassNames(_ directory: DataDirectory) throws(DatasetError) -> [String] {
    let name = "batches.meta.txt"
    guard directory.files.contains(name) else { return cifar10ClassNames }
    let lines = String(decoding: try directory.contents(of: name), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
    guard lines.count == CIFARFile.classCount else {
      throw .malformed(
        path: directory.path(of: name), found: "has \(lines.count) names",
        expected: "one for each of the \(CIFARFile.classCount) classes")
    }
    return lines
  }
}

/// A file of records.
private enum CIFARFile {
  static let trainingNames = (1...5).map { "data_batch_\($0).bin" }
  static let testName = "test_batch.bin"
  static let classCount = 10
  private static let side = 32
  private static let planeSize = side * side
  private static let recordSize = 1 + 3 * planeSize

  /// The images of a file, 32x32 RGB.
  static func load(_ name: String, of directory: DataDirectory) throws(DatasetError)
    -> LabeledImages
  {
    let path = directory.path(of: name)
    guard directory.files.contains(name) else {
      throw .missing(path: path, expected: "a file of CIFAR-10's binary version")
    }
    let bytes = try directory.contents(of: name)
    guard !bytes.isEmpty, bytes.count.isMultiple(of: recordSize) else {
      throw .malformed(
        path: path, found: "has \(bytes.count) bytes",
        expected: "one or more records of \(recordSize) bytes (a label and 32x32 RGB)")
    }
    let labels = stride(from: 0, to: bytes.count, by: recordSize).map { Int(bytes[$0]) }
    if let wrong = labels.firstIndex(where: { $0 >= classCount }) {
      throw .malformed(
        path: path, found: "record \(wrong) has the label \(labels[wrong])",
        expected: "0 to \(classCount - 1)")
    }
    let pixels = filledInParallel(labels.count, of: 3 * planeSize, chunk: 256) { index, target in
      let red = index * recordSize + 1
      for at in 0..<planeSize {
        target[3 * at] = bytes[red + at]
        target[3 * at + 1] = bytes[red + planeSize + at]
        target[3 * at + 2] = bytes[red + 2 * planeSize + at]
      }
    }
    return LabeledImages(
      height: side, width: side, channels: 3, pixels: pixels, labels: labels,
      sources: ImageSources(file: path, count: labels.count))
  }
}
