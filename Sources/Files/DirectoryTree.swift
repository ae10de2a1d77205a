/// A directory and all below it, links followed, each directory once.
///
/// A directory is known by device and inode, so circles end and the work is bounded by the directories
/// there are. One that can be reached by several names has that without a link in it, or else the first.
package struct DirectoryTree: Sendable {
  /// One directory.
  package struct Node: Sendable {
    /// Its path, which begins as the tree's does.
    package let path: String
    /// Its path below the tree's directory; "." for that itself.
    package let name: String
    /// What is in it.
    package let entries: [Directory.Entry]
  }

  /// The directories, those a link leads to behind the others.
  package private(set) var nodes: [Node] = []
  /// What couldn't be listed.
  package private(set) var failures: [FileError] = []

  /// Lists a directory and all below it.
  ///
  /// - Parameter includesHidden: Whether directories are looked into whose names begin with a dot.
  /// - Throws: where the directory itself can't be listed; of others `failures` tells.
  package init(_ path: String, includesHidden: Bool = true) throws(FileError) {
    var seen: Set<FileStatus.Identity> = []
    // Last in, first out; links wait until there is nothing else.
    var waiting = [(path: path, name: ".")]
    var links: [(path: String, name: String)] = []
    var linksDone = 0
    while true {
      if waiting.isEmpty, linksDone < links.count {
        waiting.append(links[linksDone])
        linksDone += 1
      }
      guard let next = waiting.popLast() else { return }
      guard let status = FileStatus(path: next.path), seen.insert(status.identity).inserted else {
        if next.name == "." { throw FileError(path, .list, .missing) }
        continue
      }
      let entries: [Directory.Entry]
      do {
        entries = try Directory.entries(of: next.path)
      } catch {
        guard next.name != "." else { throw error }
        failures.append(error)
        continue
      }
      nodes.append(Node(path: next.path, name: next.name, entries: entries))
      let below = entries.filter { entry in
        entry.kind == .directory && (includesHidden || !entry.name.hasPrefix("."))
      }.map { entry in
        (
          path: Path.joined(next.path, entry.name),
          name: next.name == "." ? entry.name : "\(next.name)/\(entry.name)", entry.isLink
        )
      }
      waiting += below.filter { !$0.2 }.reversed().map { ($0.path, $0.name) }
      links += below.filter(\.2).map { ($0.path, $0.name) }
    }
  }
}
