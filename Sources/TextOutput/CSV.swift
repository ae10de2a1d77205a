/// Rows for spreadsheets and programs.
///
/// - Source: RFC 4180.
package enum CSV {
  /// A cell of text: quoted where it must be.
  ///
  /// A spreadsheet would compute a text that begins with `=`, `+`, `-`, `@` or a tab; an apostrophe
  /// before it keeps it a text. What reads as a number stays one.
  package static func field(_ text: String) -> String {
    var text = text
    if let first = text.utf8.first, Array("=+-@\t\r".utf8).contains(first), Double(text) == nil {
      text = "'" + text
    }
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"\(parts.joined(separator: "\"\""))\""
  }

  /// A table of objects: a head of all their members' names, in the order in which they come first, and
  /// a row an object.
  ///
  /// A member that is a list of objects makes a row of each of them, the others repeated; a list of up
  /// to four numbers makes as many cells, `rows_0` and `rows_1`, and a longer one a cell with spaces
  /// between. What isn't finite is `nan`, `inf` or `-inf`.
  package static func table(_ objects: [JSON]) -> String {
    let rows = objects.flatMap { flattened($0) }
    var keys: [String] = []
    var known: Set<String> = []
    for member in rows.joined() where known.insert(member.key).inserted {
      keys.append(member.key)
    }
    let places = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
    let lines = rows.map { row in
      var cells = keys.map { _ in "" }
      for member in row { cells[places[member.key] ?? 0] = cell(member.value) }
      return cells.joined(separator: ",")
    }
    return ([keys.map { field($0) }.joined(separator: ",")] + lines).joined(separator: "\n")
  }

  private static func flattened(_ value: JSON) -> [[JSON.Member]] {
    guard case .object(let members) = value else { return [] }
    let lists = members.indices.filter { index in
      guard case .array(let values) = members[index].value else { return false }
      return values.isEmpty
        || values.contains { if case .object = $0 { true } else { false } }
    }
    guard let list = lists.first, case .array(let values) = members[list].value else {
      return [members.flatMap { cells(of: $0) }]
    }
    let outer = (members[..<list] + members[(list + 1)...]).flatMap { cells(of: $0) }
    let inner = values.flatMap { flattened($0) }
    return inner.isEmpty ? [outer] : inner.map { outer + $0 }
  }

  private static func cells(of member: JSON.Member) -> [JSON.Member] {
    guard case .array(let values) = member.value, values.count <= 4 else { return [member] }
    return values.enumerated().map { JSON.Member(key: "\(member.key)_\($0)", value: $1) }
  }

  private static func cell(_ value: JSON) -> String {
    switch value {
    case .null: ""
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): Format.exact(value)
    case .single(let value): Format.exact(Double(value), isSingle: true)
    case .string(let text): field(text)
    case .array(let values): field(values.map(cell).joined(separator: " "))
    case .object: field(value.text)
    }
  }
}
