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
  package var failures: [FileError] { walk.failures }
  private var walk: DirectoryWalk

  /// Lists a directory and all below it.
  ///
  /// - Parameter includesHidden: Whether directories are looked into whose names begin with a dot.
  /// - Throws: where the directory itself can't be listed; of others `failures` tells.
  package init(_ path: String, includesHidden: Bool = true) throws(FileError) {
    walk = DirectoryWalk(path, includesHidden: includesHidden)
    while let node = try walk.next() { nodes.append(node) }
  }
}

/// The directories of a tree, listed one after the other.
package struct DirectoryWalk: Sendable {
  /// What couldn't be listed so far.
  package private(set) var failures: [FileError] = []
  private let includesHidden: Bool
  private var seen: Set<FileStatus.Identity> = []
  /// Last in, first out; links wait until there is nothing else.
  private var waiting: [(path: String, name: String)]
  private var links: [(path: String, name: String)] = []
  private var linksDone = 0

  /// Before a directory, of which nothing is read yet.
  ///
  /// - Parameter includesHidden: Whether directories are looked into whose names begin with a dot.
  package init(_ path: String, includesHidden: Bool = true) {
    self.includesHidden = includesHidden
    waiting = [(path: path, name: ".")]
  }

  /// The next directory; nil behind the last.
  ///
  /// - Throws: where the first directory can't be listed; of others `failures` tells.
  package mutating func next() throws(FileError) -> DirectoryTree.Node? {
    while true {
      if waiting.isEmpty, linksDone < links.count {
        waiting.append(links[linksDone])
        linksDone += 1
      }
      guard let next = waiting.popLast() else { return nil }
      guard let status = FileStatus(path: next.path), seen.insert(status.identity).inserted else {
        if next.name == "." { throw FileError(next.path, .list, .missing) }
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
      let below = entries.filter { entry in
        entry.kind == .directory && (includesHidden || !entry.name.hasPrefix("."))
      }
      waiting += below.reversed().filter { !$0.isLink }.map { place(of: $0, in: next) }
      links += below.filter(\.isLink).map { place(of: $0, in: next) }
      return DirectoryTree.Node(path: next.path, name: next.name, entries: entries)
    }
  }

  private func place(
    of entry: Directory.Entry, in directory: (path: String, name: String)
  ) -> (path: String, name: String) {
    (
      path: Path.joined(directory.path, entry.name),
      name: directory.name == "." ? entry.name : "\(directory.name)/\(entry.name)"
    )
  }
}
