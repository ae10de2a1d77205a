/// The compression of GIF files: Lempel, Ziv and Welch, with codes of 3 to 12 bits.
///
/// - Source: T. A. Welch, "A Technique for High-Performance Data Compression", Computer 17(6), 1984,
///   doi:10.1109/MC.1984.1659158; the order of bits and the growth of codes are those of GIF89a.
struct GIFCompression {
  /// Codes below 2^`codeSize` are pixels, the next two clear the table and end the data.
  private let codeSize: Int
  private var nextCode = 0
  private var width = 0
  /// Codes of strings, found by the code of all but the last pixel and that pixel; `emptySlot`: none.
  private var keys: [UInt32]
  private var codes: [UInt16]

  private var bytes: [UInt8] = []
  private var pending: UInt32 = 0
  private var pendingBits = 0

  private static let tableSize = 4096
  private static let slotCount = 16384
  private static let emptySlot = UInt32.max

  init(codeSize: Int) {
    precondition((2...8).contains(codeSize), "pixels have 2 to 8 bits, got \(codeSize)")
    self.codeSize = codeSize
    keys = [UInt32](repeating: Self.emptySlot, count: Self.slotCount)
    codes = [UInt16](repeating: 0, count: Self.slotCount)
  }

  /// The compressed bytes of some pixels, all less than 2^`codeSize`.
  mutating func compress(_ pixels: [UInt8]) -> [UInt8] {
    bytes.removeAll()
    let clear = 1 << codeSize
    forgetStrings()
    append(clear)
    if var prefix = pixels.first.map(Int.init) {
      for pixel in pixels.dropFirst() {
        let key = UInt32(prefix) << 8 | UInt32(pixel)
        let slot = slot(of: key)
        if keys[slot] == key {
          prefix = Int(codes[slot])
          continue
        }
        append(prefix)
        // A reader makes each string one code later than we do, hence the width grows before.
        if nextCode == 1 << width, width < 12 { width += 1 }
        if nextCode < Self.tableSize {
          keys[slot] = key
          codes[slot] = UInt16(nextCode)
          nextCode += 1
        } else {
          append(clear)
          forgetStrings()
        }
        prefix = Int(pixel)
      }
      append(prefix)
      if nextCode == 1 << width, width < 12 { width += 1 }
    }
    append(clear + 1)
    if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    (pending, pendingBits) = (0, 0)
    return bytes
  }

  private mutating func forgetStrings() {
    keys.withUnsafeMutableBufferPointer { $0.update(repeating: Self.emptySlot) }
    nextCode = 1 << codeSize + 2
    width = codeSize + 1
  }

  /// Where a string is, or the empty slot where it belongs.
  private func slot(of key: UInt32) -> Int {
    var slot = Int((key &* 2_654_435_769) >> 18)
    while keys[slot] != key, keys[slot] != Self.emptySlot {
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return slot
  }

  /// Adds a code, its lowest bit first.
  private mutating func append(_ code: Int) {
    pending |= UInt32(code) << UInt32(pendingBits)
    pendingBits += width
    while pendingBits >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingBits -= 8
    }
  }
}
