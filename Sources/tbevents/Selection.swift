import ArgumentParser
import CommandSupport
import EventFiles

/// The log directory, and which of its runs and tags are meant.
struct Selection: ParsableArguments {
  @Argument(help: "A log directory, or one run's.")
  var logdir: String

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

  /// The runs that are meant.
  ///
  /// - Throws: `CommandFailure` when there are none.
  func runs() throws -> [Run] {
    let all = try Run.all(under: logdir)
    guard !all.isEmpty else {
      throw CommandFailure("\(logdir): has no event files in it or below")
    }
    let patterns = runPatterns.map(Pattern.init)
    let chosen = all.filter { run in
      patterns.isEmpty || patterns.contains { $0.matches(run.name) }
    }
    guard !chosen.isEmpty else {
      let names = all.prefix(5).map(\.name).joined(separator: ", ")
      throw CommandFailure(
        """
        \(logdir): no run is called \(runPatterns.joined(separator: " or ")); there \
        \(all.count == 1 ? "is" : "are") \(names)\(all.count > 5 ? ", …" : "")
        """)
    }
    return chosen
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

/// A name with `*` for any letters and `?` for one.
struct Pattern: Sendable {
  private let letters: [Character]

  init(_ text: String) { letters = Array(text) }

  /// Whether the whole name fits.
  func matches(_ name: String) -> Bool {
    let name = Array(name)
    var (at, pattern) = (0, 0)
    var star: (pattern: Int, at: Int)?
    while at < name.count {
      if pattern < letters.count, letters[pattern] == "*" {
        star = (pattern, at)
        pattern += 1
      } else if pattern < letters.count, letters[pattern] == "?" || letters[pattern] == name[at] {
        (at, pattern) = (at + 1, pattern + 1)
      } else if let last = star {
        // The last star takes one letter more.
        star = (last.pattern, last.at + 1)
        (at, pattern) = (last.at + 1, last.pattern + 1)
      } else {
        return false
      }
    }
    return letters[pattern...].allSatisfy { $0 == "*" }
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

/// Tells damage on stderr, once a file, and returns whether there is any.
@discardableResult
func tellDamage(in contents: [RunContents]) -> Bool {
  var found = false
  for file in contents.flatMap(\.files) where file.damageCount > 0 {
    found = true
    let first = file.damage.first.map { "\($0)" } ?? ""
    let more = file.damageCount > 1 ? ", and \(file.damageCount - 1) more" : ""
    Console.tell("\(file.path): \(first)\(more); what is whole was read")
  }
  return found
}
