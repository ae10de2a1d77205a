import FuzzSupport
import Images
import JPEGImages

// JPEG files: segments that are mostly true, and scans whose codes are the fuzzer's.

/// Decodes a JPEG file: its pixels and its size agree, and the header promised them.
func readJPEG(_ bytes: [UInt8]) throws -> Image {
  let image = try Image(jpegData: bytes)
  expect(
    image.pixels.count == image.width * image.height * image.channels, "pixels and size disagree")
  do {
    let size = try Image.size(ofJPEG: bytes, name: "JPEG data")
    expect(size == (image.width, image.height, image.channels), "the header promised another size")
  } catch { expect(false, "the header of a whole file can't be read: \(error)") }
  return image
}

@Sendable func jpeg(_ input: [UInt8]) throws { _ = try readJPEG(input) }

@Sendable func jpegGrammar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let bytes = choices.jpeg()
  Dump.begin()
  Dump.keep(bytes, "jpg")
  do {
    let image = try readJPEG(bytes)
    Dump.keep([UInt8(image.channels)] + image.pixels, "pixels")
  } catch {
    Dump.keep(Array("\(error)".utf8), "refused")
  }
}

extension Choices {
  private func short(_ number: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
  }

  private mutating func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    let content = damaged(content, once: 96)
    let length = once(in: 96) ? number() : content.count + 2
    let fill = [UInt8](repeating: 0xFF, count: once(in: 32) ? below(4) : 0)
    return fill + [0xFF, marker] + short(length) + content
  }

  /// EXIF data with a few tags, one of which may say how the camera was held.
  private mutating func exif() -> [UInt8] {
    let isLittle = once(in: 2)
    var bytes = Array("Exif\0\0".utf8) + (isLittle ? [0x49, 0x49, 42, 0] : [0x4D, 0x4D, 0, 42])
    func add(_ value: Int, _ count: Int) {
      let digits = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      bytes += isLittle ? digits : digits.reversed()
    }
    add(once(in: 24) ? number() : 8, 4)
    let count = within(0...3)
    add(count, 2)
    for _ in 0..<count {
      let type = pick([3, 4, 3])
      add(pick([274, 271, 274, 296]), 2)
      add(type, 2)
      add(1, 4)
      add(within(0...9), type == 3 ? 2 : 4)
      if type == 3 { add(0, 2) }
    }
    add(0, 4)
    return bytes
  }

  /// The bits of a scan: the fuzzer's, then zeros enough, which are blocks without anything new.
  private mutating func codes() -> [UInt8] {
    var bytes: [UInt8] = []
    for byte in take(below(24)) { bytes += byte == 0xFF ? [0xFF, 0] : [byte] }
    return once(in: 16) ? bytes : bytes + [UInt8](repeating: 0, count: 400)
  }

  /// Tables of codes of one length for all symbols: 4 bits for a difference, 8 for a run and a size.
  private mutating func codeTables(_ table: UInt8) -> [UInt8] {
    var counts = [UInt8](repeating: 0, count: 16)
    counts[3] = 12
    var differences: [UInt8] = [table]
    differences += counts
    differences += UInt8(0)..<12
    (counts[3], counts[7]) = (0, 176)
    var runs: [UInt8] = [0x10 | table]
    runs += counts
    for run in UInt8(0)..<16 { for size in UInt8(0)..<11 { runs.append(run << 4 | size) } }
    let first = segment(0xC4, differences)
    return first + segment(0xC4, runs)
  }

  /// A frame's header.
  private mutating func frame(_ marker: UInt8, components: [UInt8]) -> [UInt8] {
    var content: [UInt8] = [once(in: 48) ? byte() : 8]
    content += short(length(20))
    content += short(length(20))
    content.append(UInt8(components.count))
    let samplings: [UInt8] = [0x11, 0x11, 0x22, 0x21, 0x12, 0x41]
    for id in components {
      let isPlain = id != 1 && !once(in: 8)
      content += [id, isPlain ? 0x11 : pick(samplings), id == 1 ? 0 : 1]
    }
    return segment(marker, content)
  }

  /// A scan of some components: a band of coefficients, their bits, and the codes.
  private mutating func scan(_ ids: [UInt8], _ band: [UInt8], bits: UInt8) -> [UInt8] {
    var content: [UInt8] = [UInt8(ids.count)]
    for id in ids { content += [id, id == 1 ? 0 : 0x11] }
    content += band
    content.append(bits)
    let head = segment(0xDA, content)
    return head + codes()
  }

  /// A JPEG file of any coding, subsampling and number of components.
  mutating func jpeg() -> [UInt8] {
    let markers: [UInt8] = [0xC0, 0xC0, 0xC1, 0xC2, 0xC9, 0xCA]
    let marker = once(in: 48) ? 0xC0 + UInt8(below(16)) : pick(markers)
    let isProgressive = marker & 3 == 2
    let count = once(in: 32) ? below(6) : pick([1, 3, 3, 4])
    let components = (0..<count).map { UInt8($0 + 1) }
    var file: [UInt8] = [0xFF, 0xD8]
    if once(in: 2) { file += segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]) }
    if once(in: 2) {
      let content = exif()
      file += segment(0xE1, content)
    }
    if once(in: 3) {
      let transform: UInt8 = pick([0, 1, 2])
      file += segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform])
    }
    if once(in: 8) {
      let comment = take(4)
      file += segment(0xFE, comment)
    }
    let steps = take(8) + [1]
    for table in UInt8(0)...1 {
      file += segment(0xDB, [table] + (0..<64).map { max(1, steps[$0 % steps.count] & 31) })
      file += codeTables(table)
    }
    file += frame(marker, components: components)
    if once(in: 24) {
      let interval = short(within(0...3))
      file += segment(0xDD, interval)
    }
    let first: [UInt8] = isProgressive ? [0, 0] : [0, 63]
    for ids in once(in: 4) ? components.map({ [$0] }) : [components] {
      let bits: UInt8 = isProgressive ? UInt8(below(2)) : 0
      file += scan(ids, first, bits: bits)
    }
    // All coefficients come, in one of several orders: what is missing, versions of libjpeg guess each in
    // their own way.
    for id in isProgressive ? components : [] {
      let orders: [[([UInt8], UInt8)]] = [
        [([1, 63], 0x00)], [([1, 5], 0x00), ([6, 63], 0x00)], [([1, 63], 0x01), ([1, 63], 0x10)],
      ]
      for (band, bits) in pick(orders) { file += scan([id], band, bits: bits) }
    }
    return damaged(file + [0xFF, 0xD9], once: 64)
  }
}
