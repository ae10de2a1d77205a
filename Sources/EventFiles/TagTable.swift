/// Tags as numbers, found by their bytes without making strings of them.
///
/// Programs log the same tags in the same order at every step, so the tag that followed last time is
/// tried first; then one with the same ends and length; a dictionary settles the rest.
package struct TagTable: Sendable {
  /// The tags, by number.
  package private(set) var tags: [String] = []
  /// By their bytes: as strings, "é" composed and decomposed are one.
  private var numbers: [[UInt8]: Int] = [:]
  private var bytes: [UInt8] = []
  private var ranges: [Range<Int>] = []
  private var followers: [Int32] = []
  /// Several places a tag: small where there are few.
  private var cache = [Int32](repeating: -1, count: 16)
  private var last = 0

  /// No tags.
  package init() {}

  /// The bytes of a tag.
  package func bytes(of number: Int) -> [UInt8] { Array(bytes[ranges[number]]) }

  /// Whether a tag has a number.
  package func contains(_ tag: UnsafeRawBufferPointer) -> Bool { numbers[Array(tag)] != nil }

  /// The number of a tag, and whether it is new.
  package mutating func number(of tag: UnsafeRawBufferPointer) -> (number: Int, isNew: Bool) {
    if last < followers.count {
      let guess = Int(followers[last])
      if guess >= 0, equals(guess, tag) {
        last = guess
        return (guess, false)
      }
    }
    var slot = slot(of: tag)
    var found = Int(cache[slot])
    var isNew = false
    if found < 0 || !equals(found, tag) {
      let key = Array(tag)
      if let number = numbers[key] {
        found = number
      } else {
        found = tags.count
        isNew = true
        numbers[key] = found
        tags.append(String(decoding: tag, as: UTF8.self))
        ranges.append(bytes.count..<bytes.count + tag.count)
        bytes.append(contentsOf: tag)
        followers.append(-1)
        if 4 * tags.count > cache.count, cache.count < 1024 {
          cache = [Int32](repeating: -1, count: 4 * cache.count)
          slot = self.slot(of: tag)
        }
      }
      cache[slot] = Int32(truncatingIfNeeded: found)
    }
    if last < followers.count { followers[last] = Int32(truncatingIfNeeded: found) }
    last = found
    return (found, isNew)
  }

  @inline(__always)
  private func equals(_ number: Int, _ tag: UnsafeRawBufferPointer) -> Bool {
    let range = ranges[number]
    let count = range.count
    guard count == tag.count else { return false }
    return bytes.withUnsafeBytes { all in
      var at = 0
      while at + 8 <= count {
        let known = all.loadUnaligned(fromByteOffset: range.lowerBound + at, as: UInt64.self)
        guard known == tag.loadUnaligned(fromByteOffset: at, as: UInt64.self) else { return false }
        at += 8
      }
      while at < count {
        guard all[range.lowerBound + at] == tag[at] else { return false }
        at += 1
      }
      return true
    }
  }

  /// A hash of the length and the last eight bytes.
  private func slot(of tag: UnsafeRawBufferPointer) -> Int {
    var hash = UInt64(tag.count)
    for byte in tag.suffix(8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: (hash ^ hash >> 29) & UInt64(cache.count - 1))
  }
}
