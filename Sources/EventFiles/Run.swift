/// One run: the event files of a directory.
///
/// ```swift
/// let run = try Run(directory: "logdir/mine")
/// let best = try run.scalars(tag: "accuracy/test").max { $0.value < $1.value }
/// ```
public struct Run: Sendable, Equatable {
  /// The directory.
  public let directory: String
  /// The name that TensorBoard gives it: its path below the log directory, "." for that itself.
  public let name: String

  /// The run in a directory.
  ///
  /// - Parameter name: by default the directory's last name.
  /// - Throws: `EventFileError` when there are no event files in it.
  public init(directory: String, name: String? = nil) throws(EventFileError) {
    self.directory = directory
    self.name = name ?? directory.split(separator: "/").last.map(String.init) ?? directory
    guard try !eventFiles().isEmpty else { throw .noEventFiles(path: directory) }
  }

  private init(found directory: String, name: String) {
    self.directory = directory
    self.name = name
  }

  /// All runs in a log directory and below, by name. Symbolic links are followed, circles aren't.
  ///
  /// - Throws: `EventFileError` when the directory can't be listed.
  public static func all(under logdir: String) throws(EventFileError) -> [Run] {
    var runs: [Run] = []
    try collect(logdir, name: ".", depth: 0, into: &runs)
    return runs.sorted { $0.name < $1.name }
  }

  /// Folders in folders up to this depth are looked at: links can make circles.
  private static let depthLimit = 32

  private static func collect(
    _ directory: String, name: String, depth: Int, into runs: inout [Run]
  ) throws(EventFileError) {
    let entries: [(name: String, isDirectory: Bool)]
    do {
      entries = try Platform.entries(inDirectory: directory)
    } catch {
      // Below the top, what can't be listed is no run.
      if depth > 0 { return }
      throw .system(path: directory, action: "list the directory", reason: error.message)
    }
    if entries.contains(where: { !$0.isDirectory && isEventFile($0.name) }) {
      runs.append(Run(found: directory, name: name))
    }
    guard depth < depthLimit else { return }
    for entry in entries where entry.isDirectory {
      try collect(
        joined(directory, entry.name), name: name == "." ? entry.name : "\(name)/\(entry.name)",
        depth: depth + 1, into: &runs)
    }
  }

  /// The paths of the event files, in TensorBoard's order.
  public func eventFiles() throws(EventFileError) -> [String] {
    do {
      return try Platform.entries(inDirectory: directory)
        .filter { !$0.isDirectory && Self.isEventFile($0.name) }.map(\.name)
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        .map { Self.joined(directory, $0) }
    } catch {
      throw .system(path: directory, action: "list the directory", reason: error.message)
    }
  }

  /// Whether TensorBoard takes a file of this name for an event file.
  static func isEventFile(_ name: String) -> Bool {
    let mark = Array("tfevents".utf8)
    let bytes = Array(name.utf8)
    guard bytes.count >= mark.count else { return false }
    return (0...bytes.count - mark.count).contains {
      bytes[$0..<$0 + mark.count].elementsEqual(mark)
    }
  }

  private static func joined(_ directory: String, _ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  /// What the files hold.
  ///
  /// - Parameter tags: Which tags are asked for; nothing is kept of others.
  public func contents(
    tags: @escaping @Sendable (String) -> Bool = { _ in true }
  ) throws(EventFileError) -> RunContents {
    try RunContents(of: self, tags: tags)
  }

  /// Every point of a curve, restarts applied; empty if there is none of this tag.
  public func scalars(tag: String) throws(EventFileError) -> [ScalarPoint] {
    try contents(tags: { $0 == tag }).series(tag: tag)?.scalars ?? []
  }
}
