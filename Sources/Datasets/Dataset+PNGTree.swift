import CheckedArithmetic
import Files
import Images
import Synchronization

extension Dataset {
  /// Reads a tree of PNG files, `Train/<class>/*.png` and `Test/<class>/*.png`.
  ///
  /// Classes and files are in the order of their names. All images have one size and are all gray
  /// or all in colour; alpha channels are dropped. The case of `Train` and `Test` doesn't matter.
  ///
  /// - `trainingPerClass`: Reads at most so many images of each class, the first ones; nil: all; 0:
  ///   there needs to be no `Train`.
  /// - `testPerClass`: The same for the test images.
  /// - Throws: `DatasetError`.
  public static func pngTree(
    directory: String, trainingPerClass: Int? = nil, testPerClass: Int? = nil
  ) throws(DatasetError) -> Dataset {
    precondition(
      trainingPerClass ?? 0 >= 0 && testPerClass ?? 1 > 0, "a tree is read for 1 test image or more"
    )
    let root = try DataDirectory(directory)
    if trainingPerClass == 0 {
      let part = try PNGTreePart(named: "Test", of: root, perClass: testPerClass)
      let test = try part.load(like: part.firstForm())
      return Dataset(
        name: root.name, classNames: part.classNames, training: test.selecting([]), test: test)
    }
    let training = try PNGTreePart(named: "Train", of: root, perClass: trainingPerClass)
    let test = try PNGTreePart(named: "Test", of: root, perClass: testPerClass)
    guard training.classNames == test.classNames else {
      throw .malformed(
        path: test.path, found: "has the classes \(test.classNames.joined(separator: ", "))",
        expected: "those of \(training.path): \(training.classNames.joined(separator: ", "))")
    }
    let first = try training.firstForm()
    return Dataset(
      name: root.name, classNames: training.classNames, training: try training.load(like: first),
      test: try test.load(like: first))
  }

  /// Whether the directory looks like a tree of PNG files.
  static func isPNGTree(_ directory: DataDirectory) -> Bool {
    directory.directories.contains { ["train", "test"].contains($0.lowercased()) }
  }
}

/// The training or the test half of a tree of PNG files.
private struct PNGTreePart {
  /// What an image's header promises, without its alpha channel.
  struct Form: Equatable, CustomStringConvertible {
    var width, height, channels: Int

    init(_ width: Int, _ height: Int, channels: Int) {
      (self.width, self.height, self.channels) = (width, height, channels < 3 ? 1 : 3)
    }

    var description: String { Image.describe(width, height, channels: channels) }
  }

  /// What a part's pixels may take in memory.
  private static let maximumByteCount = 16 << 30
  /// What they may take whatever their files' size is.
  private static let freeByteCount = 1 << 30
  /// How many times their files' size they may take beyond that.
  private static let maximumRatio = 256

  let path: String
  let classNames: [String]
  private(set) var files: [String] = []
  private var labels: [Int] = []

  /// Lists the part's files.
  init(named name: String, of root: DataDirectory, perClass limit: Int?) throws(DatasetError) {
    guard let found = root.directories.first(where: { $0.lowercased() == name.lowercased() }) else {
      throw .missing(
        path: root.path(of: name), expected: "a folder with a folder of PNG files for each class")
    }
    let directory = try DataDirectory(root.path(of: found))
    path = directory.path
    classNames = directory.directories
    guard !classNames.isEmpty else {
      throw .malformed(
        path: path, found: "has no folders", expected: "a folder of PNG files for each class")
    }
    for (label, className) in classNames.enumerated() {
      let ofClass = try DataDirectory(directory.path(of: className))
      let images = ofClass.files.filter { $0.lowercased().hasSuffix(".png") }
      guard !images.isEmpty else {
        throw .malformed(path: ofClass.path, found: "has no .png files", expected: "one or more")
      }
      let chosen = limit.map { Array(images.prefix($0)) } ?? images
      files += chosen.map(ofClass.path(of:))
      labels += chosen.map { _ in label }
    }
  }

  /// Reads the files on several threads; each must be like the first of all.
  func load(like first: Form) throws(DatasetError) -> LabeledImages {
    let size = first.width * first.height * first.channels
    try checkBudget([files.count, size].checkedProduct ?? .max, first)
    // Of several failures the first file's is reported, whatever the threads do.
    let failure = Mutex<(index: Int, error: DatasetError)?>(nil)
    let pixels = filledInParallel(files.count, of: size, chunk: 32) { index, bytes in
      guard failure.withLock({ $0.map { index < $0.index } ?? true }) else { return }
      do throws(DatasetError) {
        let image = try Self.decode(files[index])
        guard Form(image.width, image.height, channels: image.channels) == first else {
          throw .malformed(
            path: files[index], found: "is \(image)", expected: "\(first) as the first image")
        }
        _ = bytes.initialize(fromContentsOf: image.pixels)
      } catch {
        // The bytes stay as they are: nobody reads them then.
        failure.withLock { known in
          if known.map({ index < $0.index }) ?? true { known = (index, error) }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    return LabeledImages(
      height: first.height, width: first.width, channels: first.channels, pixels: pixels,
      labels: labels, sources: ImageSources(files))
  }

  /// Refuses files that promise more pixels than so few bytes hold, before memory is asked for.
  private func checkBudget(_ total: Int, _ first: Form) throws(DatasetError) {
    guard total > Self.freeByteCount else { return }
    let stored = files.map { FileStatus(path: $0)?.size ?? 0 }.checkedSum ?? .max
    let budget = min(
      max([stored, Self.maximumRatio].checkedProduct ?? .max, Self.freeByteCount),
      Self.maximumByteCount)
    guard total <= budget else {
      throw .malformed(
        path: files[0], found: "is \(first): \(files.count) images of this size are too many",
        expected: "at most \(budget >> 20) MiB of pixels in \(stored) bytes of files")
    }
  }

  /// What the first file's header promises.
  func firstForm() throws(DatasetError) -> Form {
    let path = files[0]
    let bytes: [UInt8]
    do { bytes = try OpenFile.contents(of: path) } catch { throw DatasetError(error) }
    do {
      let size = try Image.size(ofPNG: bytes, name: path)
      return Form(size.width, size.height, channels: size.channels)
    } catch {
      throw DatasetError(error)
    }
  }

  /// An image without its alpha channel.
  private static func decode(_ path: String) throws(DatasetError) -> Image {
    do {
      let image = try Image(contentsOf: path)
      return image.converted(toChannels: image.channels < 3 ? 1 : 3)
    } catch {
      throw DatasetError(error)
    }
  }
}
