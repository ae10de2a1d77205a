import TextOutput

/// A line on stderr that tells how far a long piece of work is.
///
/// On a terminal it is redrawn in place, ten times a second at most; elsewhere (a file, a pipe, a
/// job's log) nothing is drawn, and `line` prints the plain lines that stand in for it.
///
/// ```
/// step 1,200/10,000 ━━━━━━╸─────────────── loss 0.534  accuracy 81.0 %  1,850 images/s  4 min 02 s left
/// ```
package struct ProgressBar: Sendable {
  /// Where progress goes.
  package enum Style: Sendable, Equatable {
    /// Redrawn in place.
    case live(Terminal)
    /// Plain lines only.
    case lines
    /// Nothing at all (`--quiet`).
    case silent

    /// Redrawn where stderr can do that, plain lines elsewhere, nothing when quiet.
    package static func automatic(quiet: Bool) -> Style {
      let terminal = Terminal.standardError()
      return quiet ? .silent : terminal.isLive ? .live(terminal) : .lines
    }
  }

  private let unit: String
  private let total: Int
  private let start: Int
  private let style: Style
  private let seconds: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let startTime: Double
  private var lastDraw: Double?
  private var last: (done: Int, details: [String]) = (0, [])
  private static let secondsBetweenDraws = 0.1

  /// Progress of `total` units of work ("step", "image").
  ///
  /// - Parameter done: what was done before now, by the run that this one resumes.
  package init(unit: String, total: Int, done: Int = 0, style: Style) {
    let began = ContinuousClock.now
    self.init(
      unit: unit, total: total, done: done, style: style,
      seconds: { (ContinuousClock.now - began) / .seconds(1) },
      write: { Console.standardError($0) })
  }

  init(
    unit: String, total: Int, done: Int = 0, style: Style,
    seconds: @escaping @Sendable () -> Double, write: @escaping @Sendable (String) -> Void
  ) {
    self.unit = unit
    self.total = total
    self.start = done
    self.style = style
    self.seconds = seconds
    self.write = write
    startTime = seconds()
  }

  /// Tells how many units are done; `details` is asked for only when the bar is drawn.
  package mutating func update(_ done: Int, _ details: @autoclosure () -> [String] = []) {
    guard case .live(let terminal) = style else { return }
    let now = seconds()
    if let lastDraw, now - lastDraw < Self.secondsBetweenDraws, done < total { return }
    lastDraw = now
    last = (done, details())
    draw(on: terminal, at: now)
  }

  /// Prints a line that stands in for the bar where none is drawn: one an epoch, say.
  package func line(_ text: @autoclosure () -> String) {
    if case .lines = style { write(SafeText.visible(text(), keepsLines: true) + "\n") }
  }

  /// Prints `<tool>: <sentence>` whatever the style, above the bar where there is one.
  package func tell(_ sentence: String) {
    guard case .live(let terminal) = style, lastDraw != nil else {
      return write(Console.line(sentence))
    }
    write("\r\u{1B}[K\(Console.line(sentence))")
    draw(on: terminal, at: seconds())
  }

  /// Takes the bar away. What the command prints next takes its place.
  package mutating func finish() {
    if case .live = style, lastDraw != nil { write("\r\u{1B}[K") }
    lastDraw = nil
  }

  private func draw(on terminal: Terminal, at now: Double) {
    let text = frame(
      done: last.done, details: last.details, elapsed: now - startTime, columns: terminal.columns,
      terminal: terminal)
    write("\r\(text)\u{1B}[K")
  }

  /// The bar as text: what doesn't fit the width goes, the last details first, then the bar itself.
  func frame(
    done: Int, details: [String], elapsed: Double, columns: Int, terminal: Terminal
  ) -> String {
    let head = "\(unit) \(Format.count(done))/\(Format.count(total))"
    var fields = details
    if let left = secondsLeft(done: done, elapsed: elapsed) {
      fields.append("\(Format.duration(seconds: left)) left")
    }
    // One column stays free: some terminals wrap when the last one is filled.
    let available = columns - 1
    let narrowest = 10
    var tail = fields.map { "  " + $0 }.joined()
    while !fields.isEmpty, head.count + 1 + narrowest + tail.count > available {
      // The time left, the last field, is what people look for: it stays longest.
      fields.remove(at: max(0, fields.count - 2))
      tail = fields.map { "  " + $0 }.joined()
    }
    let cells = min(30, available - head.count - 1 - tail.count)
    guard cells >= 4 else { return String(head.prefix(available)) }
    let share = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
    return "\(head) \(Self.bar(share: share, cells: cells, terminal: terminal))\(tail)"
  }

  private func secondsLeft(done: Int, elapsed: Double) -> Double? {
    guard done > start, elapsed > 0, done < total else { return nil }
    return elapsed / Double(done - start) * Double(total - done)
  }

  private static func bar(share: Double, cells: Int, terminal: Terminal) -> String {
    let halves = Int((share * Double(2 * cells)).rounded(.down))
    let (full, half, empty) = terminal.speaksUnicode ? ("━", "╸", "─") : ("=", "-", ".")
    var filled = String(repeating: full, count: halves / 2)
    if !halves.isMultiple(of: 2) { filled += half }
    let rest = String(repeating: empty, count: cells - (halves + 1) / 2)
    return terminal.hasColor ? "\u{1B}[36m\(filled)\u{1B}[2m\(rest)\u{1B}[0m" : filled + rest
  }
}
