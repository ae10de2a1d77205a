import CommandSupport
import Datasets
import Files
import Images

/// A directory of PNG files of any size: flat, or with a directory for each class. Its images are test
/// and training images alike.
struct ImageDirectory {
  let name: String
  let classNames: [String]
  private let files: [(path: String, label: Int)]

  /// The images of a directory; nil when neither it nor its directories hold any, or when it is a tree
  /// with a half for training and one for the test.
  init?(path: String) {
    name = Path.lastComponent(of: path)
    let entries = Self.entries(path)
    let flat = Self.images(path, entries)
    let halves = entries.contains { ["train", "test"].contains($0.lowercased()) }
    let classes =
      flat.isEmpty && !halves
      ? entries.map { ($0, Self.images(Path.joined(path, $0))) }.filter { !$0.1.isEmpty }
      : [(name, flat)].filter { !$0.1.isEmpty }
    guard !classes.isEmpty else { return nil }
    classNames = classes.map(\.0)
    files = classes.enumerated().flatMap { label, entry in entry.1.map { ($0, label) } }
  }

  private static func entries(_ directory: String) -> [String] {
    let names = ((try? Directory.entries(of: directory)) ?? []).map(\.name)
    return names.filter { !$0.hasPrefix(".") }
  }

  private static func images(_ directory: String, _ names: [String]? = nil) -> [String] {
    (names ?? entries(directory)).filter { $0.lowercased().hasSuffix(".png") }
      .map { Path.joined(directory, $0) }
  }

  /// Reads and prepares the images.
  ///
  /// - Parameters:
  ///   - shape: the network's input, whose number of channels they get.
  ///   - limit: at most so many of a class, the first ones.
  /// - Throws: `ImageError`, or `CommandFailure` when they aren't of one size then.
  func load(
    _ preparation: InputPreparation, shape: [Int], perClass limit: Int?
  ) throws -> Dataset {
    var seen: [Int: Int] = [:]
    let chosen = files.filter { file in
      seen[file.label, default: 0] += 1
      return limit.map { seen[file.label, default: 0] <= $0 } ?? true
    }
    var pixels: [UInt8] = []
    var first: Image?
    for file in chosen {
      let image = try preparation.prepared(
        Image(contentsOf: file.path), channels: shape.count == 3 ? shape[2] : 3, path: file.path)
      if let first, (first.height, first.width) != (image.height, image.width) {
        throw CommandFailure(
          """
          \(file.path): is \(image.height)x\(image.width), but \(chosen[0].path) is \
          \(first.height)x\(first.width); --resize and --crop bring them to one size
          """)
      }
      first = first ?? image
      pixels += image.pixels
    }
    guard let first else { throw CommandFailure("\(name): has no images") }
    let images = LabeledImages(
      height: first.height, width: first.width, channels: first.channels, pixels: pixels,
      labels: chosen.map(\.label), sources: ImageSources(chosen.map(\.path)))
    return Dataset(name: name, classNames: classNames, training: images, test: images)
  }
}
