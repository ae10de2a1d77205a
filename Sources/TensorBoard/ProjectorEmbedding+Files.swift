internal import EventFiles
internal import Files
internal import Images

// The files of the dashboard Projector. `projector_config.pbtxt` beside the run's event file names those
// of each embedding, which lie in a directory of their own below it.

extension SummaryWriter {
  /// Writes an embedding beside the event file, for the dashboard Projector. One of the same name and
  /// step replaces that written before; others stay.
  ///
  /// - `step`: Shown behind the name; nil: the run has one state of the embedding only.
  /// - Throws: `EventFileError` or `ImageError`, where a file can't be written.
  public func add(_ embedding: ProjectorEmbedding, step: Int? = nil) throws {
    let directory = Path.directory(of: path)
    try embedding.write(toRun: directory, step: step)
  }
}

extension ProjectorEmbedding {
  /// One embedding is written at a time, so that none is lost from the list.
  private static let writing = Monitor(())
  /// Browsers draw no larger image, in pixels.
  private static let longestSpriteSide = 8_192

  /// Writes the embedding into the directory of a run, for the dashboard Projector.
  ///
  /// - Throws: `EventFileError` or `ImageError`, where a file can't be written.
  public func write(toRun directory: String, step: Int? = nil) throws {
    let shownName = step.map { "\(name):\(Self.padded($0))" } ?? name
    let subdirectory = "projector/" + Self.fileName(shownName)
    func write(_ bytes: [UInt8], to path: String) throws {
      do { try AtomicFile.write(bytes, to: path) } catch { throw EventFileError(error) }
    }
    do { try Directory.make("\(directory)/\(subdirectory)") } catch { throw EventFileError(error) }
    var entry = ConfigurationEntry(name: shownName, shape: [count, dimension])

    let tensor = isReadAsText ? ("tensors.tsv", Array(tsv.utf8)) : ("tensors.bytes", bytes)
    entry.tensorPath = "\(subdirectory)/\(tensor.0)"
    try write(tensor.1, to: "\(directory)/\(entry.tensorPath)")
    if !columns.isEmpty {
      let path = "\(subdirectory)/metadata.tsv"
      try write(Array(metadata.utf8), to: "\(directory)/\(path)")
      entry.metadataPath = path
    }
    if let (image, width, height) = spriteImage() {
      let path = "\(subdirectory)/sprite.png"
      try image.write(to: "\(directory)/\(path)")
      entry.sprite = (path, width, height)
    }
    try Self.writing.withLock { _ in
      // None is there before the first embedding of the run.
      let path = "\(directory)/projector_config.pbtxt"
      let text = (try? OpenFile.contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
      let kept = ConfigurationEntry.removing(entry.name, from: text ?? "")
      try write(Array((kept + entry.text).utf8), to: path)
    }
  }

  /// TensorBoard takes a file for text as long as the first bytes of it could be, and then fails.
  private var isReadAsText: Bool {
    (0..<4).contains { cut in
      String(validating: bytes.prefix(8_192 - cut), as: UTF8.self) != nil
    }
  }

  private var tsv: String {
    let numbers =
      TensorProto(
        dataType: .float, shape: [count, dimension], scalars: .bytes(bytes)
      ).numbers ?? []
    return stride(from: 0, to: numbers.count, by: dimension).map { start in
      numbers[start..<start + dimension].map { "\(Float($0))" }.joined(separator: "\t") + "\n"
    }.joined()
  }

  /// With names of columns only where there are several, as TensorBoard wants it. It leaves out rows that
  /// are empty, which would shift all others.
  private var metadata: String {
    let header = columns.count > 1 ? columns.map(\.name).joined(separator: "\t") + "\n" : ""
    return (0..<count).reduce(into: header) { text, row in
      let cells = columns.map { $0.values[row] }
      let isBlank = cells[0].allSatisfy(\.isWhitespace)
      text += ([isBlank ? "(empty)" : cells[0]] + cells.dropFirst()).joined(separator: "\t") + "\n"
    }
  }

  /// All images, and the size of each. There are as many rows as columns: TensorBoard divides a
  /// image's number by the wrong one of the two to find its row.
  private func spriteImage() -> (Image, width: Int, height: Int)? {
    guard let first = sprites.first else { return nil }
    var columns = 1
    while columns * columns < count { columns += 1 }
    let longest = Self.longestSpriteSide / columns
    let side = max(first.width, first.height)
    func shrunk(_ length: Int) -> Int { side <= longest ? length : max(1, length * longest / side) }
    let (width, height) = (shrunk(first.width), shrunk(first.height))
    let images = sprites.map { $0.resized(toWidth: width, height: height) }
    let empty = Image(
      width: width, height: height, channels: images[0].channels, filledWith: .black)
    let unused = [Image](repeating: empty, count: columns * columns - count)
    return (Image.grid(images + unused, columns: columns, spacing: 0), width, height)
  }

  /// A step of at least five digits, so that names sort by it.
  private static func padded(_ step: Int) -> String {
    let digits = "\(step.magnitude)"
    return (step < 0 ? "-" : "") + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// A name that every file system takes, another for each name.
  private static func fileName(_ name: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return name.utf8.reduce(into: "") { result, byte in
      let character = Character(UnicodeScalar(byte))
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      if isPlain || "_-".contains(character) || (character == "." && !result.isEmpty) {
        result.append(character)
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}

/// An embedding in `projector_config.pbtxt`.
///
/// - Source: TensorBoard, `plugins/projector/projector_config.proto`.
struct ConfigurationEntry {
  let name: String
  let shape: [Int]
  var tensorPath = ""
  var metadataPath: String?
  var sprite: (path: String, width: Int, height: Int)?

  init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }

  var text: String {
    var lines = ["tensor_name: \(Self.quoted(name))"]
    lines += shape.map { "tensor_shape: \($0)" }
    lines.append("tensor_path: \(Self.quoted(tensorPath))")
    if let metadataPath { lines.append("metadata_path: \(Self.quoted(metadataPath))") }
    if let sprite {
      lines += [
        "sprite {", "  image_path: \(Self.quoted(sprite.path))",
        "  single_image_dim: \(sprite.width)", "  single_image_dim: \(sprite.height)", "}",
      ]
    }
    return "embeddings {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
  }

  /// The text of a configuration without the embedding of this name; whatever else it holds stays.
  static func removing(_ name: String, from text: String) -> String {
    let wanted = "tensor_name: \(quoted(name))\n"
    var result = ""
    var block = ""
    var depth = 0
    var quote: Character?
    var isEscaped = false
    for character in text {
      block.append(character)
      if let open = quote {
        if character == open, !isEscaped { quote = nil }
        isEscaped = character == "\\" && !isEscaped
        continue
      }
      switch character {
      case "\"", "'": quote = character
      case "{": depth += 1
      case "}":
        depth -= 1
        guard depth == 0 else { break }
        if block.contains(wanted) {
          // What stands before the block is of no embedding.
          let before = block.prefix { $0 != "{" }
          result += before.split(separator: "\n").filter { !$0.contains("embeddings") }
            .map { $0 + "\n" }.joined()
        } else {
          result += block.drop { $0 == "\n" } + "\n"
        }
        block = ""
      default: break
      }
    }
    return result + block.drop { $0 == "\n" }
  }

  /// A string as protobuf's text format has it.
  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }
}
