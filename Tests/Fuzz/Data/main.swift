@testable import DatasetFetching
@testable import Datasets
import Files
import FuzzSupport
import Images

// Images and data sets: PNG, JPEG, IDX with gzip, CIFAR, tar.

/// Decodes a PNG file; encoded again it must be the same image.
func readPNG(_ bytes: [UInt8]) throws {
  let image = try Image(pngData: bytes)
  expect(
    image.pixels.count == image.width * image.height * image.channels, "pixels and size disagree")
  guard image.pixels.count < 1 << 16 else { return }
  do {
    expect(try Image(pngData: image.pngData()) == image, "a PNG file of it is another image")
  } catch { expect(false, "a PNG file of it can't be read: \(error)") }
}

@Sendable func png(_ input: [UInt8]) throws { try readPNG(input) }

extension Choices {
  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  private func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private mutating func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let content = damaged(content, once: 96)
    let body = Array(type.utf8) + content
    return bigEndian(once(in: 96) ? number() : content.count) + body
      + bigEndian(Int(checksum(body)))
  }

  /// A zlib stream of stored blocks, which need no compression.
  private mutating func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var (a, b) = (1, 0)
    for byte in bytes { (a, b) = ((a + Int(byte)) % 65521, (a + Int(byte) + b) % 65521) }
    let count = bytes.count
    return [
      0x78, 1, 1, UInt8(count & 255), UInt8(count >> 8), ~UInt8(count & 255), ~UInt8(count >> 8),
    ]
      + bytes + bigEndian(b << 16 | a)
  }

  /// A PNG file of any colour type and depth, palette, transparency and interlacing.
  mutating func png() -> [UInt8] {
    let (width, height) = (length(9), length(9))
    let (color, depths) = pick([
      (0, [8, 1, 2, 4, 16]), (2, [8, 16]), (3, [8, 1, 2, 4]), (4, [8, 16]), (6, [8, 16]),
    ])
    let depth = once(in: 48) ? within(0...32) : pick(depths)
    let isInterlaced = once(in: 4)
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
    file += chunk(
      "IHDR",
      bigEndian(width) + bigEndian(height)
        + [UInt8(depth), UInt8(color), 0, 0, once(in: 64) ? byte() : isInterlaced ? 1 : 0])
    let hasPalette = color == 3 ? !once(in: 32) : once(in: 16)
    if hasPalette { file += chunk("PLTE", take(3 * within(1...8))) }
    if once(in: 4) { file += chunk("tRNS", take(color == 0 ? 2 : color == 2 ? 6 : within(1...8))) }
    if once(in: 8) {
      file += chunk(pick(["gAMA", "tEXt", "bKGD", "sBIT", "abCD", "ABCD"]), take(4))
    }
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][color] ?? 1
    func rows(_ width: Int, _ height: Int) -> Int {
      guard (1...64).contains(width), (1...64).contains(height) else { return 0 }
      return height * (1 + (width * channels * min(depth, 16) + 7) / 8)
    }
    var count = rows(width, height)
    if isInterlaced, (1...64).contains(width), (1...64).contains(height) {
      count = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ]
      .reduce(0) { sum, pass in
        let (x, y, stepX, stepY) = pass
        return sum + rows((width - x + stepX - 1) / stepX, (height - y + stepY - 1) / stepY)
      }
    }
    // Each row begins with its filter.
    let seed = take(16)
    let data = (0..<count).map { seed.isEmpty ? 0 : (seed[$0 % seed.count] &+ UInt8($0 & 3)) % 5 }
    let packed = damaged(zlib(data), once: 48)
    let cut = below(packed.count + 1)
    file += chunk("IDAT", Array(packed[..<cut])) + chunk("IDAT", Array(packed[cut...]))
    return damaged(file + chunk("IEND", []), once: 64)
  }
}

@Sendable func pngGrammar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let bytes = choices.png()
  Dump.begin()
  Dump.keep(bytes, "png")
  do {
    let image = try Image(pngData: bytes)
    Dump.keep([UInt8(image.channels)] + image.pixels, "pixels")
  } catch {
    Dump.keep(Array("\(error)".utf8), "refused")
  }
  try readPNG(bytes)
}

let images = ScratchFile("mnist/t10k-images-idx3-ubyte")
let labels = ScratchFile("mnist/t10k-labels-idx1-ubyte")
let packedImages = ScratchFile("packed/t10k-images-idx3-ubyte.gz")
let packedLabels = ScratchFile("packed/t10k-labels-idx1-ubyte")

/// Any bytes as images, plain or packed, beside labels that fit them if they can.
@Sendable func idx(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let isPacked = choices.once(in: 2)
  let count = choices.below(8)
  let bytes = Array(input.dropFirst(2))
  (isPacked ? packedImages : images).write(bytes)
  (isPacked ? packedLabels : labels).write(
    [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + [UInt8](repeating: 9, count: count))
  let data = try Dataset.mnist(
    directory: Path.directory(of: isPacked ? packedImages.path : images.path), readsTraining: false)
  expect(data.test.count == count, "images were lost count of")
}

@Sendable func gzip(_ input: [UInt8]) throws {
  let unpacked = try Inflate.decode(input, format: .gzip, maximumByteCount: 1 << 20)
  expect(unpacked.count <= 1 << 20, "more was unpacked than allowed")
}

let cifarFile = ScratchFile("cifar/test_batch.bin")

/// Records of few bytes, each repeated to fill one.
@Sendable func cifar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let size = choices.once(in: 8) ? choices.below(4000) : 3073
  let records = (0..<choices.below(4)).flatMap { _ in
    let label = choices.once(in: 8) ? choices.byte() : UInt8(choices.below(10))
    let bytes = choices.take(8) + [0]
    return [label] + (1..<max(1, size)).map { bytes[$0 % bytes.count] }
  }
  cifarFile.write(choices.damaged(records, once: 16))
  let data = try Dataset.cifar10(
    directory: Path.directory(of: cifarFile.path), channels: choices.pick([1, 3]),
    side: choices.within(1...32), readsTraining: false)
  expect(
    data.test.count * 3073 == records.count || !records.count.isMultiple(of: 3073), "lost images")
}

func readTar(_ bytes: [UInt8]) throws {
  for entry in try TarArchive.entries(of: bytes, below: "set") {
    expect(entry.range.upperBound <= bytes.count, "an entry beyond the archive")
    expect(!Path.components(of: entry.path).contains(".."), "an entry that leads out of its folder")
  }
}

@Sendable func tar(_ input: [UInt8]) throws { try readTar(input) }

extension Choices {
  /// A header with a true checksum, and the bytes it claims.
  mutating func tarEntry() -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: some Sequence<UInt8>, _ at: Int) {
      for (index, byte) in text.enumerated() where at + index < 512 { header[at + index] = byte }
    }
    put(pick(["set/a", "set/b/c", "set/../x", "/set", "set", "other/a", "set/\u{301}/a"]).utf8, 0)
    let size = once(in: 8) ? number() : below(1024)
    let octal = String(abs(max(size, -Int.max)), radix: 8)
    put((size < 0 ? "-\(octal)" : octal).utf8, 124)
    put(once(in: 8) ? [byte()] : Array(pick(["0", "0", "5", "x", "g", "1", "2"]).utf8), 156)
    if once(in: 2) { put("ustar".utf8, 257) }
    if once(in: 4) { put(pick(["set", "..", "set/x"]).utf8, 345) }
    if once(in: 8) { put(take(within(1...12)), below(512)) }
    put(Array(repeating: 32, count: 8), 148)
    let sum = header.reduce(0) { $0 + Int($1) }
    put("\(String(sum, radix: 8))\0 ".utf8, 148)
    return header + [UInt8](repeating: 1, count: min(max(0, size), 4096).roundedUp(to: 512))
  }
}

extension Int {
  fileprivate func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}

@Sendable func tarGrammar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let entries = choices.list(4) { $0.tarEntry() }.flatMap { $0 }
  try readTar(choices.damaged(entries + [UInt8](repeating: 0, count: 1024), once: 16))
}

runFuzzer([
  "png": png, "png-grammar": pngGrammar, "jpeg": jpeg, "jpeg-grammar": jpegGrammar, "idx": idx,
  "gzip": gzip, "cifar": cifar, "tar": tar, "tar-grammar": tarGrammar,
])
