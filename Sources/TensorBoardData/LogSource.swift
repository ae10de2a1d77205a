package import EventFiles
internal import Files

/// A log directory that is served, alone or beside others.
package struct LogSource: Sendable, Equatable {
  /// What its runs' names begin with; nil where they are what TensorBoard calls them.
  package private(set) var name: String?
  /// Its path.
  package let path: String

  /// A directory that is served alone.
  package init(path: String) { self.path = path }

  /// Directories as a user gives them: paths, or `name=path`. Of several, one without a name has its own,
  /// the path's last.
  ///
  /// - Throws: `SourceError` where two have one name, or one has no path.
  package static func all(_ arguments: [String]) throws(SourceError) -> [LogSource] {
    var sources = arguments.map { LogSource(argument: $0) }
    if let (argument, _) = zip(arguments, sources).first(where: { $1.path.isEmpty }) {
      throw SourceError(description: "\"\(argument)\": there is no path in it")
    }
    guard sources.count > 1 else { return sources }
    var seen: Set<[UInt8]> = []
    for index in sources.indices {
      let name = sources[index].name ?? Path.ownName(of: sources[index].path)
      guard seen.insert(Array(name.utf8)).inserted else {
        throw SourceError(
          description: "two directories are called \(name); give one a name: "
            + "other=\(sources[index].path)")
      }
      sources[index].name = name
    }
    return sources
  }

  /// `name=path`; a path that leads somewhere is one, whatever is in it.
  private init(argument: String) {
    let bytes = argument.utf8
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > bytes.startIndex,
      !bytes[..<equals].contains(UInt8(ascii: "/")), FileStatus(path: argument) == nil
    else {
      self.init(path: argument)
      return
    }
    self.init(path: String(Substring(bytes[bytes.index(after: equals)...])))
    name = String(Substring(bytes[..<equals]))
  }

  /// A run's name among all that are served.
  package func servedName(of run: Run) -> [UInt8] {
    let own = Array(run.name.utf8)
    guard let name else { return own }
    return Array(name.utf8) + (run.name == "." ? [] : [UInt8(ascii: "/")] + own)
  }
}

/// Why directories can't be served together.
package struct SourceError: Error, Equatable, CustomStringConvertible {
  /// The sentence.
  package let description: String

  package init(description: String) { self.description = description }
}
