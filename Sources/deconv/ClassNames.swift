import CommandSupport
import Datasets
import Files
import TextOutput

/// The names of a network's classes, in the order of its outputs.
struct ClassNames {
  let names: [String]

  /// The word for the names that the package knows.
  static let imagenet = "imagenet"

  /// The most names that a file has.
  private static let most = 1_000_000

  /// ImageNet's, or those of a file with one on each line.
  ///
  /// - Throws: `CommandFailure` when the file can't be read, or isn't a list of names.
  init(nameOrPath: String) throws(CommandFailure) {
    guard nameOrPath != Self.imagenet else {
      names = ImageNetClasses.names
      return
    }
    let bytes: [UInt8]
    do { bytes = try OpenFile.contents(of: nameOrPath) } catch {
      throw CommandFailure(
        "\(nameOrPath): can't be read: \(error.reason); --classes takes a file or \(Self.imagenet)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure("\(nameOrPath): isn't UTF-8 text, expected one class name on each line")
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    if let empty = lines.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
      throw CommandFailure(
        "\(nameOrPath): line \(empty + 1) is empty, expected a class name on each")
    }
    guard (1...Self.most).contains(lines.count) else {
      throw CommandFailure(
        "\(nameOrPath): has \(lines.count) class names, expected 1 to \(Self.most)")
    }
    names = lines.map(String.init)
  }
}

/// Which classes of a network the directories of a data set are.
struct ClassMatch {
  /// The names of all labels: the network's classes, then directories that are none of them.
  let names: [String]
  /// The label of each directory: a position in `names`.
  let labels: [Int]

  /// - Parameters:
  ///   - directories: the names of the data set's classes, in their order.
  ///   - names: those of the network's; nil where nobody knows them.
  ///   - count: how many classes the network tells apart.
  init(_ directories: [String], among names: [String]?, count: Int) {
    let known = Self.labels(of: names, count: count)
    // Names that are numbers themselves needn't be in their order.
    let areNumbers = names?.allSatisfy { $0.allSatisfy(\.isNumber) } ?? false
    let found = directories.map { name -> Int? in
      if let label = known[name] { return label }
      guard !areNumbers, let number = Int(name), (0..<count).contains(number) else { return nil }
      return number
    }
    if directories.count == count, found.allSatisfy({ $0 == nil }) {
      // None is known, and they are as many as the network has: in the order of their names, as torchvision's
      // ImageFolder has them.
      self.names = areNumbers ? directories : names ?? directories
      labels = Array(0..<count)
      return
    }
    var all = names ?? (0..<count).map(String.init)
    labels = zip(directories, found).map { name, label in
      if let label { return label }
      all.append(name)
      return all.count - 1
    }
    self.names = all
  }

  /// The label of each name, and of ImageNet's identifiers where the network may be one of its.
  static func labels(of names: [String]?, count: Int) -> [String: Int] {
    var labels = count == ImageNetClasses.names.count ? ImageNetClasses.labels : [:]
    for (label, name) in (names ?? []).enumerated() where labels[name] == nil {
      labels[name] = label
    }
    return labels
  }
}
