internal import EventFiles
public import Images

/// Vectors for the dashboard Projector, with what is known of each and an image of it.
///
/// ```swift
/// let digits = try ProjectorEmbedding(
///   "dense1", vectors: features, dimension: 1024,
///   columns: ["label": names, "prediction": guesses], sprites: images)
/// try writer.add(digits, step: 1_000)
/// ```
public struct ProjectorEmbedding: Sendable {
  /// What the dashboard calls it.
  public let name: String
  /// How many vectors there are.
  public let count: Int
  /// How many numbers a vector has.
  public let dimension: Int
  /// The numbers, 32 bits each, the lowest byte first.
  let bytes: [UInt8]
  /// What is known of each vector, in columns.
  let columns: [(name: String, values: [String])]
  let sprites: [Image]

  /// Vectors, side by side.
  ///
  /// - `name`: What the dashboard calls it.
  /// - `vectors`: `[count, dimension]` in row-major order; kept in 32 bits.
  /// - `columns`: What is known of each vector: names, and a text a vector. With them points are coloured,
  ///   labelled and searched.
  /// - `sprites`: An image a vector, all of one size; shown instead of the point.
  /// - Throws: `SummaryError` where there is no vector, a number isn't finite, a column or the sprites
  ///   have another count, two columns have one name, or a text holds a tab or a line feed.
  public init(
    _ name: String, vectors: some Collection<some BinaryFloatingPoint>, dimension: Int,
    columns: KeyValuePairs<String, [String]> = [:], sprites: [Image] = []
  ) throws(SummaryError) {
    guard !name.isEmpty else { throw .empty(tag: "embedding", what: "letters in its name") }
    guard dimension > 0, vectors.count.isMultiple(of: dimension) else {
      throw .wrongCount(
        tag: name, what: "numbers", got: vectors.count,
        expected: "a multiple of the dimension \(dimension)")
    }
    guard !vectors.isEmpty else { throw .empty(tag: name, what: "vectors") }
    let vectors = vectors.map { Float($0) }
    try SummaryError.checkFinite(vectors, tag: name, what: "vectors")
    self.name = name
    self.dimension = dimension
    count = vectors.count / dimension
    guard case .bytes(let bytes) = TensorProto(shape: [], scalars: vectors).scalars else {
      throw .empty(tag: name, what: "vectors")
    }
    self.bytes = bytes
    self.columns = columns.map { (name: $0.key, values: $0.value) }
    self.sprites = sprites
    try checkColumns()
    try checkSprites()
  }

  /// Vectors, each a list of equal length.
  ///
  /// - Throws: `SummaryError` as above, or where a vector has another length than the first.
  public init(
    _ name: String, vectors: [[some BinaryFloatingPoint]],
    columns: KeyValuePairs<String, [String]> = [:],
    sprites: [Image] = []
  ) throws(SummaryError) {
    guard let dimension = vectors.first?.count, dimension > 0 else {
      throw .empty(tag: name, what: "vectors")
    }
    for (index, vector) in vectors.enumerated() where vector.count != dimension {
      throw .wrongCount(
        tag: name, what: "numbers in vector \(index)", got: vector.count,
        expected: "\(dimension) as in the first")
    }
    try self.init(
      name, vectors: vectors.flatMap(\.self), dimension: dimension, columns: columns,
      sprites: sprites)
  }

  private func checkColumns() throws(SummaryError) {
    try SummaryError.checkDistinct(columns.map(\.name), tag: name, what: "column")
    for (column, values) in columns {
      guard values.count == count else {
        throw .wrongCount(
          tag: name, what: "values in the column \(column)", got: values.count,
          expected: "\(count), one a vector")
      }
      for text in [column] + values where text.contains(where: { $0 == "\t" || $0.isNewline }) {
        throw .outOfRange(
          tag: name, what: "a text in the column \(column)", value: text.debugDescription,
          expected: "a text without tabs and line feeds")
      }
    }
  }

  private func checkSprites() throws(SummaryError) {
    guard let first = sprites.first else { return }
    guard sprites.count == count else {
      throw .wrongCount(
        tag: name, what: "sprites", got: sprites.count, expected: "\(count), one a vector")
    }
    for (index, sprite) in sprites.enumerated()
    where sprite.width != first.width || sprite.height != first.height {
      throw .outOfRange(
        tag: name, what: "sprite \(index)", value: "\(sprite)",
        expected: "\(first.width)x\(first.height) as the first")
    }
  }
}
