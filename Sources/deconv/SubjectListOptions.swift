import ArgumentParser
import CommandSupport
import Datasets

/// The flags that say which images are compared.
struct SubjectListOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Take this PNG; may be given several times.", valueName: "png"))
  var image: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Images of the set, as 0,7,20-22. (default: of each class one)",
      discussion: """
        Counted from 0. Without it the first image of each of the first five classes is taken.
        """,
      valueName: "numbers"))
  var index: IndexList?

  @OptionGroup var data: DataOptions

  func validate() throws {
    if !image.isEmpty, data.data != nil || index != nil {
      throw ValidationError(
        "--image and \(index != nil ? "--index" : "--data") both say what to look at; give one")
    }
  }

  /// The images.
  ///
  /// - Parameter count: how many are taken where the flags don't say.
  func subjects(for network: Network, count: Int = 5) throws -> [Subject] {
    if !image.isEmpty {
      return try image.map { path in
        Subject(
          try InputImage(file: path, for: network), label: nil, classNames: network.classNames,
          network)
      }
    }
    let source = try DataImages(data, for: network)
    if let index { return try index.numbers.map { try source.subject($0, network) } }
    let labels = source.images.labels
    let firsts = Set(labels).sorted().prefix(count).compactMap { label in
      labels.firstIndex(of: label)
    }
    return try firsts.map { try source.subject($0, network) }
  }
}

/// Numbers from 0 as a user writes them: `0,7,20-22`.
struct IndexList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    var numbers: [Int] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      switch ends.count {
      case 1:
        guard let number = ends[0] else { return nil }
        numbers.append(number)
      case 2:
        guard let first = ends[0], let last = ends[1], first <= last, last - first < 10_000 else {
          return nil
        }
        numbers += first...last
      default: return nil
      }
    }
    self.numbers = numbers
  }
}
