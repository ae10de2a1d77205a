extension String {
  /// What tells names apart: as strings, "é" composed and decomposed are one.
  package var key: [UInt8] { Array(utf8) }
}

extension Sequence {
  /// The elements by name, in the order in which the names first occurred.
  package func grouped(
    by name: (Element) throws -> String
  ) rethrows -> [(name: String, elements: [Element])] {
    var groups: [(name: String, elements: [Element])] = []
    var positions: [[UInt8]: Int] = [:]
    for element in self {
      let name = try name(element)
      let position = positions[name.key, default: groups.count]
      if position == groups.count {
        positions[name.key] = position
        groups.append((name, []))
      }
      groups[position].elements.append(element)
    }
    return groups
  }
}
