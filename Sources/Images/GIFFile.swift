/// The blocks of an animated GIF file.
struct GIFFile {
  private var bytes: [UInt8] = []
  private let width: Int
  /// The colours of all frames; nil: each frame has its own.
  private let palette: ColorPalette?

  init(width: Int, height: Int, palette: ColorPalette?) {
    self.width = width
    self.palette = palette
    bytes += Array("GIF89a".utf8)
    append16(width)
    append16(height)
    // A global table of 2^(n + 1) colours; its resolution of 8 bits.
    bytes.append(0x70 | (palette.map { 0x80 | UInt8($0.bits - 1) } ?? 0))
    bytes += [0, 0]
    if let palette { bytes += palette.table }
    // Repeated forever: the extension that Netscape 2.0 brought.
    bytes += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
  }

  /// Adds a frame, of which only the box is stored.
  mutating func append(
    _ colors: [UInt32], _ box: PixelBox, delay: Int, clearsAfterwards: Bool
  ) {
    var part: [UInt32] = []
    part.reserveCapacity(box.width * box.height)
    for y in box.y..<box.y + box.height {
      part += colors[y * width + box.x..<y * width + box.x + box.width]
    }
    let palette = palette ?? ColorPalette(of: part)

    let disposal: UInt8 = clearsAfterwards ? 2 : 1
    bytes += [0x21, 0xF9, 4, disposal << 2 | (palette.transparentIndex == nil ? 0 : 1)]
    append16(delay)
    bytes += [palette.transparentIndex ?? 0, 0]

    bytes.append(0x2C)
    append16(box.x)
    append16(box.y)
    append16(box.width)
    append16(box.height)
    bytes.append(self.palette == nil ? 0x80 | UInt8(palette.bits - 1) : 0)
    if self.palette == nil { bytes += palette.table }
    let codeSize = max(palette.bits, 2)
    bytes.append(UInt8(codeSize))
    var compression = GIFCompression(codeSize: codeSize)
    for block in compression.compress(palette.indices(of: part)).chunks(of: 255) {
      bytes.append(UInt8(block.count))
      bytes += block
    }
    bytes.append(0)
  }

  /// The whole file.
  func finished() -> [UInt8] { bytes + [0x3B] }

  private mutating func append16(_ value: Int) {
    bytes.append(UInt8(truncatingIfNeeded: value))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
  }
}

extension [UInt8] {
  fileprivate func chunks(of size: Int) -> [ArraySlice<UInt8>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
