import CheckedArithmetic
import Tensors

/// The tensors of a file, by the names and in the layouts of PyTorch.
struct ParameterSource {
  /// The shape of a tensor; nil where there is none.
  let shape: (_ name: String) -> [Int]?
  /// A tensor's numbers.
  let tensor: (_ name: String) throws -> Tensor
  /// The names of tensors, for the sentence that says what there is.
  let names: () -> [String]
}

/// One layer of a description on its way to become a layer: its settings and tensors, each checked
/// before it is used. None of them is believed: a layer's initializer would trap.
struct LayerReader {
  let description: LayerDescription
  /// The layer's whole name, those of the compositions around it included.
  let path: String
  /// One input's shape, `[H, W, C]` for images.
  let input: [Int]
  let source: ParameterSource

  /// Sizes that a weight's dimension may have.
  static let sizes = 1...1 << 30
  /// Rows or columns that a window, its stride or its dilation may have.
  static let windows = 1...4096

  /// The error of a setting that no layer can have.
  func bad(_ what: String) -> ModelProblem { .badSetting(layer: path, what) }

  // MARK: Settings

  /// A setting as it is read, or an error; nil where it isn't given.
  private func setting<Value>(
    _ key: String, _ what: String, _ read: (JSONValue) -> Value?
  ) throws(ModelProblem) -> Value? {
    guard let given = description.settings[key] else { return nil }
    guard let value = read(given) else { throw bad("the \(key) \(given.text), which \(what)") }
    return value
  }

  private func needed<Value>(_ value: Value?, _ key: String) throws(ModelProblem) -> Value {
    guard let value else { throw bad("no \"\(key)\", which a \(description.type) needs") }
    return value
  }

  /// A whole number in a range; `standard` where it isn't given, and nil for one that must be.
  func integer(
    _ key: String, _ standard: Int? = nil, in range: ClosedRange<Int> = sizes
  ) throws(ModelProblem) -> Int {
    let value = try needed(setting(key, "is no whole number", \.integer) ?? standard, key)
    guard range.contains(value) else {
      throw bad(
        "the \(key) \(value), where \(range.lowerBound) to \(range.upperBound) are possible")
    }
    return value
  }

  /// One whole number for both directions, or height and width.
  func extent(
    _ key: String, _ standard: Extent? = nil, in range: ClosedRange<Int> = windows
  ) throws(ModelProblem) -> Extent {
    let given = try setting(key, "is no number and no [height, width]") { value in
      value.integers.flatMap { (1...2).contains($0.count) ? $0 : nil }
    }
    guard let given else { return try needed(standard, key) }
    guard given.allSatisfy(range.contains) else {
      throw bad(
        """
        the \(key) \(given[0]) × \(given[given.count - 1]), where \(range.lowerBound) to \
        \(range.upperBound) are possible
        """)
    }
    return Extent(height: given[0], width: given[given.count - 1])
  }

  /// How far windows reach over the edges: one number for all sides, two for rows and columns, or those
  /// of each side.
  ///
  /// - Parameters:
  ///   - most: rows and columns that are possible.
  ///   - same: what the word "same" means; nil where a type doesn't know it.
  func padding(most: Extent, same: Padding? = nil) throws(ModelProblem) -> Padding {
    switch description.settings["padding"] {
    case "valid"? where same != nil: return Padding(0)
    case "same"?:
      if let same { return same }
    default: break
    }
    let given = try setting("padding", "is no number and no [height, width]") { value in
      value.integers.flatMap { [1, 2, 4].contains($0.count) ? $0 : nil }
    }
    guard let given else { return Padding(0) }
    let (count, rows) = (given.count, given[0])
    let padding =
      count == 4
      ? Padding(top: rows, left: given[1], bottom: given[2], right: given[3])
      : Padding(top: rows, left: given[count - 1], bottom: rows, right: given[count - 1])
    guard (0...most.height).contains(padding.top), (0...most.height).contains(padding.bottom),
      (0...most.width).contains(padding.left), (0...most.width).contains(padding.right)
    else {
      throw bad(
        """
        the padding \(JSONValue(padding).text), where 0 to \(most.height) rows and 0 to \
        \(most.width) columns are possible
        """)
    }
    return padding
  }

  /// A number; `standard` where it isn't given.
  func number(_ key: String, _ standard: Float) throws(ModelProblem) -> Float {
    let given = try setting(key, "is no number", \.number)
    let value = given.map { Float($0) } ?? standard
    guard value.isFinite else { throw bad("the \(key) \(value), which is no number") }
    return value
  }

  /// True or false; `standard` where it isn't given.
  func flag(_ key: String, _ standard: Bool) throws(ModelProblem) -> Bool {
    try setting(key, "isn't true or false") { value in
      if case .bool(let value) = value { value } else { nil }
    } ?? standard
  }

  /// One of some words; `standard` where it isn't given.
  func word(
    _ key: String, _ standard: String, of known: [String]
  ) throws(ModelProblem) -> String {
    try setting(key, "is none of \(known.joined(separator: ", "))") { value in
      if case .string(let word) = value, known.contains(word) { word } else { nil }
    } ?? standard
  }

  /// So many numbers, or one for all; nil where they aren't given.
  func numbers(_ key: String, count: Int) throws(ModelProblem) -> [Double]? {
    try setting(key, "isn't a number or \(count) of them") { value in
      if let number = value.number { return Array(repeating: number, count: count) }
      guard case .array(let values) = value else { return nil }
      let numbers = values.compactMap(\.number)
      return numbers.count == values.count && numbers.count == count ? numbers : nil
    }
  }

  /// Whole numbers in a range, so many; nil where they aren't given.
  func integers(
    _ key: String, count: Int, in range: ClosedRange<Int>
  ) throws(ModelProblem) -> [Int]? {
    try setting(key, "isn't \(count) whole numbers from \(range.lowerBound) to \(range.upperBound)")
    {
      value in
      let given = value.integer.map { Array(repeating: $0, count: count) } ?? value.integers
      return given.flatMap { $0.count == count && $0.allSatisfy(range.contains) ? $0 : nil }
    }
  }

  /// Checks a setting that the tensors tell too, if it is given.
  func expect(_ key: String, _ told: Int, by shape: [Int]) throws(ModelProblem) {
    let given = try setting(key, "is no whole number", \.integer) ?? told
    guard given == told else {
      throw bad("the \(key) \(given), but its weight of shape \(shape) has \(told)")
    }
  }

  // MARK: Tensors

  /// The shape of a tensor, in PyTorch's layout.
  func shape(of name: String, rank: Int) throws(ModelProblem) -> [Int] {
    guard description.name != nil else {
      throw bad("no name of its own, with which its tensors' names begin")
    }
    guard let shape = source.shape("\(path).\(name)") else { throw missing(name) }
    guard shape.count == rank, shape.allSatisfy(Self.sizes.contains), shape.checkedProduct != nil
    else { throw bad("a \(name) of shape \(shape), which isn't one of a \(description.type)") }
    return shape
  }

  /// A tensor as memory holds it.
  ///
  /// - Parameter shape: in PyTorch's layout.
  func parameter(_ name: String, _ shape: [Int]) throws -> Tensor {
    let whole = "\(path).\(name)"
    guard let given = source.shape(whole) else { throw missing(name) }
    guard given == shape else {
      throw ModelProblem.wrongShape(tensor: whole, expected: shape, got: given)
    }
    return PyTorchLayout.fromFile(try source.tensor(whole))
  }

  /// A layer's bias; nil where neither settings nor tensors have one.
  func bias(_ count: Int) throws -> Tensor? {
    let isThere = source.shape("\(path).bias") != nil
    return try flag("bias", isThere) ? try parameter("bias", [count]) : nil
  }

  private func missing(_ name: String) -> ModelProblem {
    .missingTensor("\(path).\(name)", known: source.names().sorted())
  }
}
