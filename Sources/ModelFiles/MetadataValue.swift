/// A value as Python or JSON writes it, or a text that is neither.
///
/// `{0: 'tench', 1: 'goldfish'}`, `(0.485, 0.456, 0.406)`, `[224, 224]` and `{"height": 224}` are read,
/// as are numbers with commas or spaces between them.
indirect enum MetadataValue: Equatable, Sendable {
  case word(String)
  case listed([MetadataValue])
  case named([Member])

  /// A key of a dictionary, as text, and what it stands for.
  struct Member: Equatable, Sendable {
    let key: String
    let value: MetadataValue
  }

  /// Brackets inside one another, beyond which a text is no value.
  private static let depth = 8

  /// Reads a value; a text that is none is a word.
  init(_ text: String) {
    var parser = Parser(Array(text.unicodeScalars))
    self = parser.whole(depth: Self.depth) ?? .word(text)
  }

  /// What was quoted, or stood there as it is.
  var text: String? { if case .word(let text) = self { text } else { nil } }

  /// The number that a word is.
  var number: Double? { text.flatMap(Double.init) }

  /// What a list holds.
  var list: [MetadataValue]? { if case .listed(let values) = self { values } else { nil } }

  /// What a dictionary holds.
  var members: [(String, MetadataValue)]? {
    if case .named(let members) = self { members.map { ($0.key, $0.value) } } else { nil }
  }

  /// One number, or a list of nothing but numbers.
  var numbers: [Double]? {
    if let number { return [number] }
    let parts =
      list?.map(\.number) ?? text.map {
        $0.split { $0 == "," || $0 == ";" || $0.isWhitespace }.map { Double($0) }
      } ?? []
    let numbers = parts.compactMap(\.self)
    return numbers.isEmpty || numbers.count < parts.count ? nil : numbers
  }

  private struct Parser {
    let scalars: [Unicode.Scalar]
    var position = 0

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// A value with nothing behind it.
    mutating func whole(depth: Int) -> MetadataValue? {
      guard let value = value(depth: depth) else { return nil }
      skipSpace()
      return position == scalars.count ? value : nil
    }

    private mutating func value(depth: Int) -> MetadataValue? {
      skipSpace()
      guard depth > 0, position < scalars.count else { return nil }
      switch scalars[position] {
      case "[": return list(until: "]", depth: depth)
      case "(": return list(until: ")", depth: depth)
      case "{": return dictionary(depth: depth)
      case "'", "\"": return quoted().map(MetadataValue.word)
      default: return bare().map(MetadataValue.word)
      }
    }

    private mutating func list(until end: Unicode.Scalar, depth: Int) -> MetadataValue? {
      var values: [MetadataValue] = []
      position += 1
      while !takes(end) {
        guard let value = value(depth: depth - 1) else { return nil }
        values.append(value)
        guard takes(",") || peek() == end else { return nil }
      }
      return .listed(values)
    }

    private mutating func dictionary(depth: Int) -> MetadataValue? {
      var members: [Member] = []
      position += 1
      while !takes("}") {
        guard let key = value(depth: 1)?.text, takes(":"), let value = value(depth: depth - 1)
        else { return nil }
        members.append(Member(key: key, value: value))
        guard takes(",") || peek() == "}" else { return nil }
      }
      return .named(members)
    }

    /// What stands between two marks; a backslash keeps the next character.
    private mutating func quoted() -> String? {
      let mark = scalars[position]
      var text = String.UnicodeScalarView()
      position += 1
      while position < scalars.count {
        let scalar = scalars[position]
        position += 1
        if scalar == mark { return String(text) }
        if scalar == "\\", position < scalars.count {
          text.append(scalars[position])
          position += 1
        } else {
          text.append(scalar)
        }
      }
      return nil
    }

    /// A number, or a name such as `None`.
    private mutating func bare() -> String? {
      let start = position
      while position < scalars.count,
        !",:[](){}'\" \t\n\r".unicodeScalars.contains(scalars[position])
      {
        position += 1
      }
      guard position > start else { return nil }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[start..<position])
      return String(text)
    }

    private mutating func skipSpace() {
      while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
    }

    private mutating func peek() -> Unicode.Scalar? {
      skipSpace()
      return position < scalars.count ? scalars[position] : nil
    }

    private mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
      guard peek() == scalar else { return false }
      position += 1
      return true
    }
  }
}
