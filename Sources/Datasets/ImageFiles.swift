import CheckedArithmetic
package import Files
package import Images
import Synchronization

/// Image files below a directory, listed.
package struct ImageListing: Sendable {
  /// An image file.
  package struct File: Sendable {
    package let path: String
    /// The names of the directories around it, from the listed one down.
    package let directories: [String]
  }

  /// The image files, at any depth, in the order of their directories and names.
  package private(set) var files: [File] = []
  /// Images of formats that aren't read, by their names.
  package private(set) var others: [String] = []

  /// What the names of images of other formats end in.
  private static let otherEndings: Set<String> = [
    "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl", "jp2", "svg",
  ]

  /// Lists a directory and all below it, links followed, but for hidden files and directories.
  ///
  /// - Parameter limit: the most image files that are wanted.
  /// - Throws: where the directory can't be listed.
  package init(_ path: String, formats: [ImageFormat], limit: Int? = nil) throws(FileError) {
    for node in try DirectoryTree(path, includesHidden: false).nodes {
      let directories = node.name == "." ? [] : Path.components(of: node.name)
      for entry in node.entries where entry.kind != .directory && !entry.name.hasPrefix(".") {
        let path = Path.joined(node.path, entry.name)
        if formats.name(entry.name) {
          files.append(File(path: path, directories: directories))
        } else if Self.otherEndings.contains(Path.fileExtension(of: entry.name)) {
          others.append(path)
        }
      }
    }
    if let limit { files = Array(files.prefix(limit)) }
  }
}

/// Image files with a label each, of which images of one size are made.
package struct ImageFiles: Sendable {
  /// Their paths.
  package private(set) var paths: [String] = []
  /// The class of each.
  package private(set) var labels: [Int] = []
  private let formats: [ImageFormat]

  /// What the images' pixels may take in memory.
  private static let maximumByteCount = 16 << 30

  /// An image that isn't like the others.
  package struct Mismatch: Error {
    package let path: String
    package let form: ImageForm
    /// The first file, and what all should be like.
    package let first: String
    package let wanted: ImageForm
  }

  /// No files yet.
  package init(formats: [ImageFormat]) { self.formats = formats }

  /// Adds files of one class.
  package mutating func append(_ files: some Sequence<String>, label: Int) {
    for path in files {
      paths.append(path)
      labels.append(label)
    }
  }

  /// Reads the files on several threads and prepares each image.
  ///
  /// - Parameters:
  ///   - form: the size and the channels that all images must have; nil for those of the first one.
  ///   - prepare: makes an image of one that was read, whose file it is given too.
  /// - Throws: `DatasetError`, `Mismatch`, or what `prepare` throws; of several failures the first file's.
  package func load(
    like form: ImageForm? = nil, prepare: @Sendable (Image, String) throws -> Image
  ) throws -> LabeledImages {
    let form = try form ?? ImageForm(read(0, prepare))
    let size = form.byteCount
    guard let total = [paths.count, size].checkedProduct, total <= Self.maximumByteCount else {
      throw DatasetError.malformed(
        path: paths[0], found: "is \(form): \(paths.count) images of this size are too many",
        expected: "at most \(Self.maximumByteCount >> 20) MiB of pixels")
    }
    let failure = Mutex<(index: Int, error: any Error)?>(nil)
    // A thread takes images of about a quarter of a megabyte at a time.
    let chunk = max(1, min(32, (1 << 18) / size))
    let pixels = filledInParallel(paths.count, of: size, chunk: chunk) { index, bytes in
      guard failure.withLock({ $0.map { index < $0.index } ?? true }) else { return }
      do {
        let image = try read(index, prepare)
        guard ImageForm(image) == form else {
          throw Mismatch(path: paths[index], form: ImageForm(image), first: paths[0], wanted: form)
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
      height: form.height, width: form.width, channels: form.channels, pixels: pixels,
      labels: labels, sources: ImageSources(paths))
  }

  private func read(_ index: Int, _ prepare: (Image, String) throws -> Image) throws -> Image {
    let image: Image
    do { image = try Image(contentsOf: paths[index], formats: formats) } catch {
      throw DatasetError(error)
    }
    return try prepare(image, paths[index])
  }
}

/// The size of an image, and its channels but for alpha.
package struct ImageForm: Equatable, Sendable, CustomStringConvertible {
  package let width, height, channels: Int

  init(_ width: Int, _ height: Int, channels: Int) {
    (self.width, self.height, self.channels) = (width, height, channels < 3 ? 1 : 3)
  }

  init(_ image: Image) { self.init(image.width, image.height, channels: image.channels) }

  /// The bytes of such an image.
  var byteCount: Int { width * height * channels }

  package var description: String { Image.describe(width, height, channels: channels) }
}
