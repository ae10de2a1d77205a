/// Paths, taken apart as the system does it: by the byte "/".
///
/// A `Character` may be a slash and the accent behind it, in which a search for "/" finds no separator.
package enum Path {
  private static let slash = UInt8(ascii: "/")

  /// The path of a name in a directory.
  package static func joined(_ directory: String, _ name: String) -> String {
    directory.isEmpty || directory.utf8.last == slash ? directory + name : "\(directory)/\(name)"
  }

  /// The names that a path consists of; slashes beside each other count as one.
  package static func components(of path: String) -> [String] {
    path.utf8.split(separator: slash).map { String(Substring($0)) }
  }

  /// The last name: "c.d" of "/a/b/c.d" and of "a/c.d/"; "/" of "/", "." of an empty path.
  package static func lastComponent(of path: String) -> String {
    components(of: path).last ?? (path.isEmpty ? "." : "/")
  }

  /// The last name; for "." and "..", that of the directory which they stand for.
  package static func ownName(of path: String) -> String {
    let last = lastComponent(of: path)
    return last == "." || last == ".." ? lastComponent(of: System.realPath(path) ?? path) : last
  }

  /// The directory that a path lies in: "/a/b" of "/a/b/c", "." of a lone name, "/" of "/".
  package static func directory(of path: String) -> String {
    let bytes = path.utf8
    guard let end = bytes.lastIndex(where: { $0 != slash }) else { return path.isEmpty ? "." : "/" }
    guard let cut = bytes[...end].lastIndex(of: slash) else { return "." }
    guard let last = bytes[..<cut].lastIndex(where: { $0 != slash }) else { return "/" }
    return String(Substring(bytes[...last]))
  }

  /// The letters behind the last name's last dot, lower case: "gz" of "a/B.tar.GZ"; empty for none.
  package static func fileExtension(of path: String) -> String {
    let name = lastComponent(of: path).utf8
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return "" }
    return String(Substring(name[name.index(after: dot)...])).lowercased()
  }
}
