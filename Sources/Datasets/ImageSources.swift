/// Where each of some images comes from.
///
/// A file with millions of images takes no text for each of them.
public struct ImageSources: Sendable, Equatable, RandomAccessCollection,
  ExpressibleByArrayLiteral
{
  private enum Content: Sendable, Equatable {
    case texts([String])
    case positions(file: String, count: Int)
  }

  private let content: Content

  /// A text for each image.
  public init(_ texts: [String]) { content = .texts(texts) }

  /// A text for each image.
  public init(arrayLiteral texts: String...) { self.init(texts) }

  /// All images of one file: its path and their positions in it, `path[0]`.
  public init(file path: String, count: Int) { content = .positions(file: path, count: count) }

  /// The position of the first image.
  public var startIndex: Int { 0 }

  /// The number of images.
  public var endIndex: Int {
    switch content {
    case .texts(let texts): texts.count
    case .positions(_, let count): count
    }
  }

  /// Where an image comes from: a file's path, or a file's path and a position in it.
  public subscript(index: Int) -> String {
    switch content {
    case .texts(let texts): return texts[index]
    case .positions(let file, let count):
      precondition((0..<count).contains(index), "image \(index) of \(count) doesn't exist")
      return "\(file)[\(index)]"
    }
  }

  /// Equal texts, however they are kept.
  public static func == (left: ImageSources, right: ImageSources) -> Bool {
    left.elementsEqual(right)
  }
}
