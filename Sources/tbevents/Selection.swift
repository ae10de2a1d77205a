import ArgumentParser
import CommandSupport
import EventFiles
import TextOutput

/// The log directory, and which of its runs and tags are meant.
struct Selection: ParsableArguments {
  @Argument(help: "A log directory, or one run's.") var logdir: String

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Only runs of this name; may be repeated. (default: all)",
      discussion: "* stands for any letters, ? for one.", valueName: "pattern"))
  var runPatterns: [String] = []

  @Option(
    name: .customLong("tag"),
    help: ArgumentHelp(
      "Only tags of this name; may be repeated. (default: all)",
      discussion: "* stands for any letters, ? for one.", valueName: "pattern"))
  var tagPatterns: [String] = []

  /// The runs that are meant, and what couldn't be listed.
  ///
  /// - Throws: `CommandFailure` or `EventFileError` when there are none.
  func find() throws -> (runs: [Run], failures: [EventFileError]) {
    let found = try Run.find(under: logdir)
    guard !found.runs.isEmpty else {
      throw found.failures.first ?? CommandFailure("\(logdir): has no event files in it or below")
    }
    let patterns = runPatterns.map(Pattern.init)
    let chosen = found.runs.filter { run in
      patterns.isEmpty || patterns.contains { $0.matches(run.name) }
    }
    guard !chosen.isEmpty else {
      let names = found.runs.prefix(5).map(\.name).joined(separator: ", ")
      throw CommandFailure(
        """
        \(logdir): no run is called \(runPatterns.joined(separator: " or ")); there \
        \(found.runs.count == 1 ? "is" : "are") \(names)\(found.runs.count > 5 ? ", …" : "")
        """)
    }
    return (chosen, found.failures)
  }

  /// Whether a tag is meant.
  var wantsTag: @Sendable (String) -> Bool {
    let patterns = tagPatterns.map(Pattern.init)
    return { tag in patterns.isEmpty || patterns.contains { $0.matches(tag) } }
  }

  /// Why nothing was found under these tags.
  func noTag(in contents: [RunContents]) -> CommandFailure {
    CommandFailure(
      tagPatterns.isEmpty
        ? "\(logdir): holds no values"
        : "\(logdir): no tag is called \(tagPatterns.joined(separator: " or ")); "
          + "tbevents inspect lists them")
  }
}

/// A name with `*` for any letters and `?` for one. Letters are alike when their bytes are.
struct Pattern: Sendable {
  private typealias Letter = [UInt8]
  private static let any = Letter("*".utf8)
  private static let one = Letter("?".utf8)
  private let letters: [Letter]

  init(_ text: String) { letters = text.map { Letter(String($0).utf8) } }

  /// Whether the whole name fits.
  func matches(_ name: String) -> Bool {
    let name = name.map { Letter(String($0).utf8) }
    var (at, pattern) = (0, 0)
    var star: (pattern: Int, at: Int)?
    while at < name.count {
      if pattern < letters.count, letters[pattern] == Self.any {
        star = (pattern, at)
        pattern += 1
      } else if pattern < letters.count,
        letters[pattern] == Self.one || letters[pattern] == name[at]
      {
        (at, pattern) = (at + 1, pattern + 1)
      } else if let last = star {
        // The last star takes one letter more.
        star = (last.pattern, last.at + 1)
        (at, pattern) = (last.at + 1, last.pattern + 1)
      } else {
        return false
      }
    }
    return letters[pattern...].allSatisfy { $0 == Self.any }
  }
}

/// Reads several runs, each core one at a time, and keeps their order.
func readAll(
  _ runs: [Run], appliesRestarts: Bool = true, tags: @escaping @Sendable (String) -> Bool
) throws -> [RunContents] {
  try inParallel(runs) { run in
    try RunContents(of: run, appliesRestarts: appliesRestarts, tags: tags)
  }
}

/// Sentences on what couldn't be read, whole or at all.
func damage(in contents: [RunContents], _ failures: [EventFileError] = []) -> [String] {
  failures.map(\.description)
    + contents.flatMap(\.files).flatMap { $0.sentences(onUnfinished: false) }
}

/// Sentences on what was read, but may surprise.
func oddities(in contents: [RunContents]) -> [String] {
  contents.flatMap { contents in
    contents.files.compactMap(\.timelessEvents)
      + contents.tagsOfSeveralKinds.map {
        "\(contents.run.name): the tag \(Shown.tag($0)) has values of several kinds, each a series of its own"
      }
  }
}

/// Tells damage and oddities on stderr, once a file, and returns whether there is any damage.
@discardableResult
func tellDamage(in contents: [RunContents], _ failures: [EventFileError] = []) -> Bool {
  let damage = damage(in: contents, failures)
  for sentence in damage + oddities(in: contents) { Console.tell(sentence) }
  return !damage.isEmpty
}

extension FileReport {
  /// A sentence on events whose time is no number, if there are any.
  var timelessEvents: String? {
    firstTimelessEvent.map {
      "\(path): \(Format.counted(timelessEventCount, "event")) without a finite time, the first at byte \($0)"
    }
  }
}

/// Names from files, for lines and tables.
enum Shown {
  private static let limit = 100

  /// A tag on one line, its middle left out where it is long.
  static func tag(_ tag: String) -> String {
    let text = SafeText.visible(tag)
    guard text.count > limit else { return text }
    return "\(text.prefix(limit * 2 / 3))…\(text.suffix(limit / 3 - 1))"
  }
}
