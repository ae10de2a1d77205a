import CommandSupport
import Datasets
import Files
import Images
import JPEGImages

/// A directory of images of any size: flat, or with directories for the classes, at any depth; or such a
/// one for training and one for the test. What has no halves is both.
struct ImageDirectory {
  let name: String
  let classNames: [String]
  /// Images of formats that aren't read, by their names.
  let others: [String]
  private let classes: [[String]]

  /// The images of a directory; nil where there are none.
  ///
  /// An image's class is the innermost directory around it that has the name of a known one, else the
  /// outermost. Classes and files are in the order of their names.
  ///
  /// - Parameters:
  ///   - half: which half is taken where there are two.
  ///   - isClass: whether a directory's name is that of one of the network's classes.
  init?(path: String, half: ImageTreeHalf, isClass: (String) -> Bool) {
    guard let root = Self.root(path, half),
      let listing = try? ImageListing(root, formats: .photographs), !listing.files.isEmpty
    else { return nil }
    name = Path.ownName(of: path)
    let own = Path.ownName(of: root)
    var classes: [String: [String]] = [:]
    for file in listing.files {
      let label = file.directories.last(where: isClass) ?? file.directories.first ?? own
      classes[label, default: []].append(file.path)
    }
    let sorted = classes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    classNames = sorted.map(\.key)
    self.classes = sorted.map(\.value)
    others = listing.others
  }

  /// The directory whose directories are the classes: of halves the one that is wanted, and not one that
  /// holds nothing but another.
  private static func root(_ path: String, _ half: ImageTreeHalf) -> String? {
    var path = path
    // As deep as nobody's directories are, so that links in a circle end.
    for _ in 0..<64 {
      guard let entries = try? Directory.entries(of: path).filter({ !$0.name.hasPrefix(".") })
      else {
        return nil
      }
      let directories = entries.filter { $0.kind == .directory }.map(\.name)
      if ImageTreeHalf.allCases.contains(where: { $0.directory(in: directories) != nil }) {
        return half.directory(in: directories).map { Path.joined(path, $0) }
      }
      let hasImages = entries.contains {
        $0.kind != .directory && [ImageFormat].photographs.name($0.name)
      }
      guard !hasImages, directories.count == 1 else { return path }
      path = Path.joined(path, directories[0])
    }
    return nil
  }

  /// Reads and prepares the images.
  ///
  /// - Parameters:
  ///   - shape: the network's input, whose number of channels they get.
  ///   - limit: at most so many of a class, the first ones.
  /// - Throws: `DatasetError`, or `CommandFailure` when they aren't of one size then.
  func load(
    _ preparation: InputPreparation, shape: [Int], perClass limit: Int?
  ) throws -> LabeledImages {
    var files = ImageFiles(formats: .photographs)
    for (label, paths) in classes.enumerated() {
      files.append(limit.map { Array(paths.prefix($0)) } ?? paths, label: label)
    }
    let channels = shape.count == 3 ? shape[2] : 3
    do {
      return try files.load { image, path in
        try preparation.prepared(image, channels: channels, path: path)
      }
    } catch let mismatch as ImageFiles.Mismatch {
      let (form, wanted) = (mismatch.form, mismatch.wanted)
      throw CommandFailure(
        """
        \(mismatch.path): is \(form.height)x\(form.width), but \(mismatch.first) is \
        \(wanted.height)x\(wanted.width); --resize and --center-crop bring them to one size
        """)
    }
  }
}
