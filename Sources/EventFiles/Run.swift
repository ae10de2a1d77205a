internal import Files

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
  /// - `name`: by default the directory's last name.
  /// - Throws: `EventFileError` when there are no event files in it.
  public init(directory: String, name: String? = nil) throws(EventFileError) {
    self.directory = directory
    self.name = name ?? Path.lastComponent(of: directory)
    guard try !eventFiles().isEmpty else { throw .noEventFiles(path: directory) }
  }

  private init(found directory: String, name: String) {
    self.directory = directory
    self.name = name
  }

  /// All runs in a log directory and below, by name, each directory once; symbolic links are followed.
  ///
  /// - Throws: `EventFileError` when the directory can't be listed.
  public static func all(under logdir: String) throws(EventFileError) -> [Run] {
    try find(under: logdir).runs
  }

  /// The same, and what couldn't be listed below it.
  ///
  /// - Throws: `EventFileError` when the directory itself can't be listed.
  public static func find(
    under logdir: String
  ) throws(EventFileError) -> (runs: [Run], failures: [EventFileError]) {
    let (found, failures) = try filesOfRuns(under: logdir)
    return (found.map(\.run), failures)
  }

  /// The same, with the paths of each run's event files in TensorBoard's order.
  package static func filesOfRuns(
    under logdir: String
  ) throws(EventFileError) -> (runs: [(run: Run, files: [String])], failures: [EventFileError]) {
    do {
      let tree = try DirectoryTree(logdir)
      let runs = tree.nodes.compactMap { node -> (run: Run, files: [String])? in
        let files = eventFiles(in: node.entries).map { Path.joined(node.path, $0) }
        return files.isEmpty ? nil : (Run(found: node.path, name: node.name), files)
      }.sorted { $0.run.name.utf8.lexicographicallyPrecedes($1.run.name.utf8) }
      return (runs, tree.failures.map { EventFileError($0) })
    } catch {
      throw EventFileError(error)
    }
  }

  /// The paths of the event files, in TensorBoard's order.
  public func eventFiles() throws(EventFileError) -> [String] {
    do {
      return Self.eventFiles(in: try Directory.entries(of: directory))
        .map { Path.joined(directory, $0) }
    } catch {
      throw EventFileError(error)
    }
  }

  /// The names that are event files', whatever can be read of them.
  private static func eventFiles(in entries: [Directory.Entry]) -> [String] {
    entries.filter { $0.kind != .directory && isEventFile($0.name) }.map(\.name)
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

  /// What the files hold.
  ///
  /// - Parameter tags: Which tags are asked for; nothing is kept of others.
  public func contents(
    tags: @escaping @Sendable (String) -> Bool = { _ in true }
  ) throws(EventFileError) -> RunContents {
    try RunContents(of: self, tags: tags)
  }

  /// Every point of a curve, restarts applied; empty if there is none of this tag.
  ///
  /// - Throws: `EventFileError` also where one of the files can't be opened.
  public func scalars(tag: String) throws(EventFileError) -> [ScalarPoint] {
    let contents = try contents(tags: { $0.utf8.elementsEqual(tag.utf8) })
    if let failure = contents.files.lazy.compactMap(\.failure).first { throw failure }
    return contents.series(tag: tag, kind: .scalar)?.scalars ?? []
  }
}
