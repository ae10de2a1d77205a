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

  fileprivate init(found directory: String, name: String) {
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
    var walk = RunWalk(logdir)
    var runs: [Run] = []
    while let (run, _) = try walk.next() { runs.append(run) }
    return (
      runs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }, walk.failures
    )
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
  fileprivate static func eventFiles(in entries: [Directory.Entry]) -> [String] {
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

/// The runs of a log directory, found one after the other.
package struct RunWalk: Sendable {
  private var walk: DirectoryWalk

  /// Before a log directory, of which nothing is read yet.
  package init(_ logdir: String) { walk = DirectoryWalk(logdir) }

  /// What couldn't be listed so far.
  package var failures: [EventFileError] { walk.failures.map { EventFileError($0) } }

  /// The next run, with the paths of its event files in TensorBoard's order; nil behind the last.
  ///
  /// - Throws: where the log directory itself can't be listed.
  package mutating func next() throws(EventFileError) -> (run: Run, files: [String])? {
    do {
      while let node = try walk.next() {
        let files = Run.eventFiles(in: node.entries).map { Path.joined(node.path, $0) }
        if !files.isEmpty { return (Run(found: node.path, name: node.name), files) }
      }
      return nil
    } catch {
      throw EventFileError(error)
    }
  }
}
