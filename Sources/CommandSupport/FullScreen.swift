/// The whole terminal, redrawn in place: the alternate screen, so that what stood there before comes back at
/// every end: `leave()`, an error, a signal.
///
/// Signals and the terminal belong to the whole process: one value at a time.
package final class FullScreen {
  private var shown: [String] = []
  private var size = (columns: 80, rows: 24)
  private var pending: [UInt8] = []

  /// A key, or what else ends the waiting for one.
  package enum Key: Sendable, Equatable {
    /// A letter, a digit, a sign.
    case character(Character)
    /// A key without a sign of its own.
    case up, down, left, right, pageUp, pageDown, home, end, enter, escape, backspace
    /// The window has another size.
    case resized
    /// The terminal is gone.
    case closed
  }

  /// Takes the terminal.
  ///
  /// - Parameter remedy: what else can be done, for the sentence of the error.
  /// - Throws: `CommandFailure` where stdin or stdout isn't a terminal, or `TERM` is `dumb`.
  package init(remedy: String) throws {
    guard Platform.isTerminal(Platform.standardInput) else {
      throw CommandFailure("standard input isn't a terminal, so there are no keys; \(remedy)")
    }
    guard Platform.isTerminal(Platform.standardOutput) else {
      throw CommandFailure("standard output isn't a terminal; \(remedy)")
    }
    guard Terminal.standardOutput().terminal.isLive else {
      throw CommandFailure("TERM=dumb: the terminal can't be redrawn in place; \(remedy)")
    }
    do { try Platform.enterScreen() } catch {
      Platform.leaveScreen()
      throw CommandFailure("the terminal can't be taken: \(error)")
    }
  }

  deinit { Platform.leaveScreen() }

  /// Gives the terminal back as it was.
  package func leave() { Platform.leaveScreen() }

  /// Columns and lines as they are now.
  package func currentSize() -> (columns: Int, rows: Int) { Platform.screenSize() ?? (80, 24) }

  /// Shows lines from the top; what differs from the lines before is written at once, in one piece.
  ///
  /// - Throws: `CommandFailure` when the terminal can't be written.
  package func show(_ lines: [String]) throws {
    let now = currentSize()
    let isNew = now != size || shown.isEmpty
    let lines = lines.prefix(now.rows).map { Self.fitted($0, now.columns) }
    var output = isNew ? "\u{1B}[0m\u{1B}[2J" : ""
    for row in 0..<max(lines.count, isNew ? 0 : shown.count) {
      let line = row < lines.count ? lines[row] : ""
      guard isNew || row >= shown.count || shown[row] != line else { continue }
      output += "\u{1B}[\(row + 1);1H\(line)\u{1B}[0m\u{1B}[K"
    }
    (shown, size) = (Array(lines), now)
    guard !output.isEmpty else { return }
    // Terminals that know it show the frame at once; others pass over it.
    try Console.write(Array("\u{1B}[?2026h\(output)\u{1B}[?2026l".utf8))
  }

  /// The next key; nil when none comes in so many seconds.
  package func nextKey(within seconds: Double) -> Key? {
    if let key = Self.key(from: &pending) { return key }
    switch Platform.input(within: Int(max(0, min(seconds, 3600)) * 1000)) {
    case .bytes(let bytes): pending += bytes
    case .resized: return .resized
    case .nothing: break
    case .end: return .closed
    }
    return Self.key(from: &pending)
  }

  /// Takes a key off the front of what the terminal sent; nil where nothing, or nothing whole, is there.
  ///
  /// - Source: ECMA-48 §5.4; xterm's control sequences, "PC-Style Function Keys".
  static func key(from bytes: inout [UInt8]) -> Key? {
    while let first = bytes.first {
      switch first {
      case 0x1B:
        guard bytes.count > 2, bytes[1] == 0x5B || bytes[1] == 0x4F else {
          // A lone escape is the key; before anything else it began a sequence that isn't known.
          bytes.removeFirst(min(bytes.count, 2))
          return .escape
        }
        let end = bytes[2...].firstIndex { (0x40...0x7E).contains($0) } ?? bytes.count - 1
        let sequence = String(decoding: bytes[2...end], as: UTF8.self)
        bytes.removeFirst(end + 1)
        if let key = sequences[sequence] { return key }
      case 0x0A, 0x0D:
        bytes.removeFirst()
        return .enter
      case 0x08, 0x7F:
        bytes.removeFirst()
        return .backspace
      case 0..<0x20: bytes.removeFirst()
      default:
        let length = max(1, (~first).leadingZeroBitCount)
        guard bytes.count >= length else { return nil }
        let text = String(decoding: bytes[..<length], as: UTF8.self)
        bytes.removeFirst(length)
        if let character = text.first { return .character(character) }
      }
    }
    return nil
  }

  private static let sequences: [String: Key] = [
    "A": .up, "B": .down, "C": .right, "D": .left, "H": .home, "F": .end, "5~": .pageUp,
    "6~": .pageDown, "1~": .home, "4~": .end,
  ]

  /// A line cut or filled up to a number of columns; sequences for colours take none.
  package static func fitted(_ line: String, _ columns: Int, fills: Bool = false) -> String {
    var text = ""
    var (count, isSequence, hasColor) = (0, false, false)
    for character in line {
      if character == "\u{1B}" { (isSequence, hasColor) = (true, true) }
      if !isSequence {
        guard count < columns else { break }
        count += 1
      }
      text.append(character)
      if isSequence, character.isLetter { isSequence = false }
    }
    if hasColor { text += "\u{1B}[0m" }
    return fills ? text + String(repeating: " ", count: max(0, columns - count)) : text
  }
}
