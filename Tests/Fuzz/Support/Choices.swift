/// A grammar's choices, taken from an input's bytes one after the other: what the fuzzer changes in the
/// bytes changes what the grammar makes. Behind the end every choice is the first.
package struct Choices {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether all bytes are used up.
  package var isEmpty: Bool { position >= bytes.count }

  /// The next byte.
  package mutating func byte() -> UInt8 {
    guard position < bytes.count else { return 0 }
    defer { position += 1 }
    return bytes[position]
  }

  /// One of the first `count` whole numbers.
  package mutating func below(_ count: Int) -> Int {
    if count <= 256 { return Int(byte()) % max(1, count) }
    return (0..<4).reduce(0) { sum, _ in sum << 8 | Int(byte()) } % count
  }

  /// A number of a range.
  package mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.count)
  }

  /// True once in so many times; false behind the end.
  package mutating func once(in times: Int) -> Bool { below(times) == times - 1 && !isEmpty }

  /// One of several.
  package mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// A list of at most so many, until the bytes are used up.
  package mutating func list<Element>(
    _ most: Int, _ make: (inout Choices) throws -> Element
  ) rethrows -> [Element] {
    var list: [Element] = []
    for _ in 0..<below(most + 1) where !isEmpty || list.isEmpty { list.append(try make(&self)) }
    return list
  }

  /// So many bytes, or what is left of them.
  package mutating func take(_ count: Int) -> [UInt8] {
    let end = min(bytes.count, position + count)
    defer { position = end }
    return Array(bytes[position..<end])
  }

  /// Numbers made to do harm.
  private static let hostile = [
    0, 1, -1, 2, 3, 4, 7, 8, 16, 31, 255, 256, 1 << 31 - 1, 1 << 31, 1 << 32, 1 << 40, 1 << 61,
    1 << 62, Int.max, Int.min, -2, -(1 << 31), 1 << 53, 1 << 20,
  ]

  /// Small, or made to do harm.
  package mutating func number() -> Int {
    let index = below(2 * Self.hostile.count)
    return index < Self.hostile.count ? Self.hostile[index] : below(64)
  }

  /// A number of small size most of the time: lengths of dimensions, say.
  package mutating func length(_ most: Int = 6) -> Int {
    once(in: 24) ? number() : within(1...most)
  }

  /// A `Double`, finite most of the time.
  package mutating func double() -> Double {
    once(in: 4) ? Double(number()) : pick(Self.doubles)
  }

  private static let doubles: [Double] = [
    1, 0, -1, 0.5, 3, 1e-30, 1e30, .nan, .infinity, -.infinity, .leastNonzeroMagnitude,
    .greatestFiniteMagnitude, -0.0, 1e-300,
  ]

  /// A `Float`, finite and of small size most of the time.
  package mutating func float() -> Float {
    once(in: 16) ? Float(double()) : Float(Int(byte()) - 128) / 32
  }

  /// Bytes with a piece cut off, changed, doubled or put in, once in so many times.
  package mutating func damaged(_ whole: [UInt8], once times: Int) -> [UInt8] {
    var bytes = whole
    while once(in: times), !bytes.isEmpty {
      let at = below(bytes.count)
      switch below(5) {
      case 0: bytes.removeSubrange(at...)
      case 1: bytes[at] ^= UInt8(1 << below(8))
      case 2: bytes[at] = byte()
      case 3: bytes.removeSubrange(at..<min(bytes.count, at + within(1...16)))
      default:
        let piece = Array(bytes[at..<min(bytes.count, at + within(1...16))])
        bytes.insert(contentsOf: piece, at: at)
      }
    }
    return bytes
  }
}
