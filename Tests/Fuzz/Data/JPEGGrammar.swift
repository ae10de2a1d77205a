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
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittle ? bytes : bytes.reversed()
    }
    let tags = list(3) { ($0.pick([274, 271, 274, 296]), $0.pick([3, 4, 3]), $0.within(0...9)) }
    let entries = tags.flatMap { tag, type, value in
      number(tag, 2) + number(type, 2) + number(1, 4)
        + (type == 3 ? number(value, 2) + [0, 0] : number(value, 4))
    }
    return Array("Exif\0\0".utf8) + (isLittle ? [0x49, 0x49, 42, 0] : [0x4D, 0x4D, 0, 42])
      + number(once(in: 24) ? self.number() : 8, 4) + number(tags.count, 2) + entries
      + number(0, 4)
  }

  /// The bits of a scan: the fuzzer's, then zeros enough, which are blocks without anything new.
  private mutating func codes() -> [UInt8] {
    let bytes = take(below(24)) + [UInt8](repeating: 0, count: once(in: 16) ? 0 : 400)
    return bytes.flatMap { $0 == 0xFF ? [0xFF, 0] : [$0] }
  }

  /// A JPEG file of any coding, subsampling and number of components.
  mutating func jpeg() -> [UInt8] {
    let frame: UInt8 =
      once(in: 48) ? 0xC0 + UInt8(below(16)) : pick([0xC0, 0xC0, 0xC1, 0xC2, 0xC9, 0xCA])
    let isProgressive = frame & 3 == 2
    let count = once(in: 32) ? below(6) : pick([1, 3, 3, 4])
    let components = (0..<count).map { UInt8($0 + 1) }
    var file: [UInt8] = [0xFF, 0xD8]
    if once(in: 2) { file += segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]) }
    if once(in: 2) { file += segment(0xE1, exif()) }
    if once(in: 3) {
      file += segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, pick([0, 1, 2])])
    }
    if once(in: 8) { file += segment(0xFE, take(4)) }
    let steps = take(8) + [1]
    for table: UInt8 in 0...1 {
      file += segment(0xDB, [table] + (0..<64).map { max(1, steps[$0 % steps.count] & 31) })
    }
    let (width, height) = (length(20), length(20))
    let samplings: [UInt8] = [0x11, 0x11, 0x22, 0x21, 0x12, 0x41]
    file += segment(
      frame,
      [once(in: 48) ? byte() : 8] + short(height) + short(width) + [UInt8(count)]
        + components.flatMap { id -> [UInt8] in
          [id, id == 1 ? pick(samplings) : once(in: 8) ? pick(samplings) : 0x11, id == 1 ? 0 : 1]
        })
    // Codes of one length for all symbols: 4 bits for a difference, 8 for a run and a size.
    for table: UInt8 in 0...1 {
      file += segment(
        0xC4, [table, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + (0..<12).map { UInt8($0) })
      file += segment(
        0xC4,
        [0x10 | table] + [UInt8](repeating: 0, count: 7) + [176] + [UInt8](repeating: 0, count: 8)
          + (0..<16).flatMap { run in (0..<11).map { UInt8(run << 4 | $0) } })
    }
    if once(in: 24) { file += segment(0xDD, short(within(0...3))) }
    func selected(_ ids: [UInt8]) -> [UInt8] {
      [UInt8(ids.count)] + ids.flatMap { [$0, $0 == 1 ? 0 : 0x11] }
    }
    let isInterleaved = !once(in: 4)
    for ids in isInterleaved ? [components] : components.map({ [$0] }) {
      let low: UInt8 = isProgressive ? UInt8(below(2)) : 0
      file += segment(0xDA, selected(ids) + [0, isProgressive ? 0 : 63, low]) + codes()
    }
    if isProgressive {
      file += list(4) { choices in
        let band = choices.pick([[1, 63], [1, 5], [6, 63], [0, 0]]) as [UInt8]
        let bits = choices.pick([0x00, 0x01, 0x10]) as UInt8
        let id = components.isEmpty ? 1 : choices.pick(components)
        return choices.segment(0xDA, selected([id]) + band + [bits]) + choices.codes()
      }.flatMap { $0 }
    }
    return damaged(file + [0xFF, 0xD9], once: 64)
  }
}
