import CheckedArithmetic
import Files
public import Images

extension Dataset {
  /// Reads a tree of image files: a directory for each class in `Train`, and the same in `Test`.
  ///
  /// Of a class are all images in its directory, at any depth. Classes and files are in the order of
  /// their names. All images have one size and are all gray or all in colour; alpha channels are
  /// dropped. The case of `Train` and `Test` doesn't matter, and `val` is a test too.
  ///
  /// - `formats`: What the files may be, mixed as they like.
  /// - `trainingPerClass`: Reads at most so many images of each class, the first ones; nil: all; 0:
  ///   there needs to be no `Train`.
  /// - `testPerClass`: The same for the test images.
  /// - Throws: `DatasetError`.
  public static func imageTree(
    directory: String, formats: [ImageFormat] = [.png], trainingPerClass: Int? = nil,
    testPerClass: Int? = nil
  ) throws(DatasetError) -> Dataset {
    precondition(
      trainingPerClass ?? 0 >= 0 && testPerClass ?? 1 > 0, "a tree is read for 1 test image or more"
    )
    let root = try DataDirectory(directory)
    if trainingPerClass == 0 {
      let part = try ImageTreePart(.test, of: root, formats, perClass: testPerClass)
      let test = try part.load(like: part.firstForm())
      return Dataset(
        name: root.name, classNames: part.classNames, training: test.selecting([]), test: test)
    }
    let training = try ImageTreePart(.training, of: root, formats, perClass: trainingPerClass)
    let test = try ImageTreePart(.test, of: root, formats, perClass: testPerClass)
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

  /// Whether the directory looks like a tree of image files.
  static func isImageTree(_ directory: DataDirectory) -> Bool {
    ImageTreeHalf.allCases.contains { $0.directory(in: directory.directories) != nil }
  }
}

/// The half of a tree that is trained with, or the one that is tested with.
package enum ImageTreeHalf: CaseIterable, Sendable {
  case training, test

  /// What its directory may be called, the first of them as it is told.
  private var names: [String] { self == .training ? ["Train"] : ["Test", "val"] }

  /// What its directory is called where it is missing.
  var name: String { names[0] }

  /// The name of its directory among those there are.
  package func directory(in directories: [String]) -> String? {
    names.lazy.compactMap { name in
      directories.first { $0.lowercased() == name.lowercased() }
    }.first
  }
}

/// The training or the test half of a tree of image files.
private struct ImageTreePart {
  /// What a part's pixels may take in memory whatever their files' size is.
  private static let freeByteCount = 1 << 30
  /// How many times their files' size they may take beyond that.
  private static let maximumRatio = 256

  let path: String
  let classNames: [String]
  private let formats: [ImageFormat]
  private var files: ImageFiles

  /// Lists the part's files.
  init(
    _ half: ImageTreeHalf, of root: DataDirectory, _ formats: [ImageFormat], perClass limit: Int?
  ) throws(DatasetError) {
    let wanted = "a directory of \(formats.names) files for each class"
    guard let found = half.directory(in: root.directories) else {
      throw .missing(path: root.path(of: half.name), expected: "a directory with \(wanted)")
    }
    let directory = try DataDirectory(root.path(of: found))
    path = directory.path
    classNames = directory.directories
    self.formats = formats
    files = ImageFiles(formats: formats)
    guard !classNames.isEmpty else {
      throw .malformed(path: path, found: "has no directories", expected: wanted)
    }
    for (label, className) in classNames.enumerated() {
      let path = directory.path(of: className)
      let listing: ImageListing
      do { listing = try ImageListing(path, formats: formats, limit: limit) } catch {
        throw DatasetError(error)
      }
      guard !listing.files.isEmpty else {
        if let other = listing.others.first {
          throw .malformed(
            path: path, found: "has images of other formats (\(Path.lastComponent(of: other)))",
            expected: "\(formats.names): convert them")
        }
        throw .malformed(
          path: path, found: "has no \(formats.endings) files", expected: "one or more")
      }
      files.append(listing.files.map(\.path), label: label)
    }
  }

  /// Reads the files; each must be of this form.
  func load(like form: ImageForm) throws(DatasetError) -> LabeledImages {
    try checkBudget([files.paths.count, form.byteCount].checkedProduct ?? .max, form)
    do {
      return try files.load(like: form) { image, _ in
        image.converted(toChannels: image.channels < 3 ? 1 : 3)
      }
    } catch let mismatch as ImageFiles.Mismatch {
      throw .malformed(
        path: mismatch.path, found: "is \(mismatch.form)",
        expected: "\(mismatch.wanted) as the first image")
    } catch {
      throw error as? DatasetError ?? .unreadable(path: path, reason: "\(error)")
    }
  }

  /// Refuses files that promise more pixels than so few bytes hold, before memory is asked for.
  private func checkBudget(_ total: Int, _ form: ImageForm) throws(DatasetError) {
    guard total > Self.freeByteCount else { return }
    let stored = files.paths.map { FileStatus(path: $0)?.size ?? 0 }.checkedSum ?? .max
    let budget = max([stored, Self.maximumRatio].checkedProduct ?? .max, Self.freeByteCount)
    guard total <= budget else {
      throw .malformed(
        path: files.paths[0],
        found: "is \(form): \(files.paths.count) images of this size are too many",
        expected: "at most \(budget >> 20) MiB of pixels in \(stored) bytes of files")
    }
  }

  /// What the first file's header promises.
  func firstForm() throws(DatasetError) -> ImageForm {
    let path = files.paths[0]
    let bytes: [UInt8]
    do { bytes = try OpenFile.contents(of: path) } catch { throw DatasetError(error) }
    do {
      let size = try formats.format(of: bytes, name: path).size(bytes, path)
      return ImageForm(size.width, size.height, channels: size.channels)
    } catch {
      throw DatasetError(error)
    }
  }
}
