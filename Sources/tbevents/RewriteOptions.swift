import ArgumentParser
import CommandSupport
import EventFiles
import LogDirectories

extension ContentKind: ExpressibleByArgument {}
extension RewritePlan.Restarts: ExpressibleByArgument {}
extension RewritePlan.Merge: ExpressibleByArgument {}

/// What of a log directory is kept besides `Selection`: for commands that write it anew.
struct KeepOptions: ParsableArguments {
  @Option(
    name: .customLong("drop-tag"),
    help: ArgumentHelp(
      "Drop tags of this name; may be repeated.",
      discussion: "* stands for any letters, ? for one.", valueName: "pattern"))
  var droppedTags: [String] = []

  @Option(
    name: .customLong("kind"),
    help: ArgumentHelp(
      "Only contents of this kind; may be repeated. (default: all)",
      discussion: "tensors: all other values.", valueName: "kind"))
  var kinds: [ContentKind] = []

  @Option(
    name: .customLong("drop-kind"),
    help: ArgumentHelp("Drop contents of this kind; may be repeated.", valueName: "kind"))
  var droppedKinds: [ContentKind] = []

  /// Whether anything is asked for.
  var isEmpty: Bool { droppedTags.isEmpty && kinds.isEmpty && droppedKinds.isEmpty }

  /// Which contents are kept. Settings and graphs belong to the run: `--tag` doesn't choose among them.
  func keeps(_ selection: Selection) -> @Sendable (String, ContentKind) -> Bool {
    let wantsTag = selection.wantsTag
    let dropped = droppedTags.map(Pattern.init)
    let kinds = Set(kinds.isEmpty ? ContentKind.allCases : kinds).subtracting(droppedKinds)
    return { tag, kind in
      kinds.contains(kind)
        && (kind == .graphs || !dropped.contains { $0.matches(tag) })
        && (kind == .hparams || kind == .graphs || wantsTag(tag))
    }
  }
}

/// How often values are kept.
struct ThinOptions: ParsableArguments {
  @Option("Keep each n-th value of a tag, and the last.", "n", .atLeast(1))
  var every: Int?

  @Option(
    "Keep so many values of a tag at most, evenly spread.", "count", .atLeast(1),
    more: "The first and the last are among them.")
  var atMost: Int?

  @Option("Keep the last so many values of a tag.", "count", .atLeast(1))
  var last: Int?

  @Option(
    name: .customLong("thin"),
    help: ArgumentHelp(
      "Thin only this kind; may be repeated. (default: all)", valueName: "kind"))
  var kinds: [ContentKind] = []

  var thinning: RewritePlan.Thinning? {
    every.map { .every($0) } ?? atMost.map { .atMost($0) } ?? last.map { .last($0) }
  }

  func validate() throws {
    let given = [("--every", every), ("--at-most", atMost), ("--last", last)].filter { $0.1 != nil }
    if given.count > 1 {
      throw ValidationError("\(given[0].0) and \(given[1].0) exclude each other")
    }
    if !kinds.isEmpty, thinning == nil {
      throw ValidationError("--thin says which kinds --every, --at-most or --last thins")
    }
  }
}

/// A renaming by a regular expression: `old=new`.
struct Renaming: ExpressibleByArgument {
  private let pattern: String
  private let template: [Part]

  private enum Part {
    case text(String)
    case group(Int)
  }

  /// Nil where it isn't a regular expression, an equals sign and what stands for what it finds.
  init?(argument: String) {
    var isEscaped = false
    guard
      let cut = argument.firstIndex(where: { letter in
        defer { isEscaped = letter == "\\" && !isEscaped }
        return letter == "=" && !isEscaped
      })
    else { return nil }
    pattern = String(argument[..<cut])
    // What may be left out matches nothing, and so tells how many groups there are.
    guard !pattern.isEmpty, (try? Regex(pattern)) != nil,
      let groupCount = try? Regex("(?:\(pattern))?").prefixMatch(in: "")?.count
    else { return nil }
    var (template, digits) = ([Part](), Substring(argument[argument.index(after: cut)...]))
    while let dollar = digits.firstIndex(of: "$") {
      template.append(.text(String(digits[..<dollar])))
      digits = digits[dollar...].dropFirst()
      guard let group = digits.first?.wholeNumberValue, digits.first?.isASCII == true else {
        guard digits.first == "$" else { return nil }
        template.append(.text("$"))
        digits = digits.dropFirst()
        continue
      }
      guard group < groupCount else { return nil }
      template.append(.group(group))
      digits = digits.dropFirst()
    }
    self.template = template + [.text(String(digits))]
  }

  /// A function that renames: every match is replaced.
  func callAsFunction(_ name: String) -> String {
    // Compiled by the initializer already.
    guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return name }
    return name.replacing(regex) { match in
      template.map { part in
        switch part {
        case .text(let text): text
        case .group(let number):
          number < match.count ? match[number].substring.map(String.init) ?? "" : ""
        }
      }.joined()
    }
  }

  /// The name that all of the renamings make of one, each of what the one before made.
  static func renamed(_ name: String, by renamings: [Renaming]) -> String {
    renamings.reduce(name) { $1($0) }
  }
}
