/// At most 256 colours, packed as 0xRRGGBB, which stand for those of an image.
struct ColorPalette {
  /// What isn't there at all.
  static let transparent = UInt32.max

  /// The colours; the transparent one comes last.
  let colors: [UInt32]
  /// Whether every colour of the image is among them.
  private let isExact: Bool

  /// A palette of these colours, 256 at most.
  init(exactly colors: [UInt32]) {
    self.colors = colors.sorted()
    isExact = true
  }

  /// The colours of these pixels; where there are too many, those that stand best for them.
  init(of pixels: [UInt32]) {
    var collector = ColorCollector()
    isExact = collector.add(pixels)
    if isExact {
      colors = collector.colors.sorted()
      return
    }
    let hasHoles = pixels.contains(Self.transparent)
    let opaque = ColorQuantizer(pixels).palette(of: hasHoles ? 255 : 256)
    colors = opaque + (hasHoles ? [Self.transparent] : [])
  }

  /// Bits that number the colours, 1 to 8.
  var bits: Int {
    var bits = 1
    while 1 << bits < colors.count { bits += 1 }
    return bits
  }

  /// The number of the transparent colour.
  var transparentIndex: UInt8? {
    colors.last == Self.transparent ? UInt8(colors.count - 1) : nil
  }

  /// Red, green and blue of 2^`bits` colours; those that nothing has are black.
  var table: [UInt8] {
    let filled = colors.map { $0 == Self.transparent ? 0 : $0 }
    let padding = [UInt32](repeating: 0, count: 1 << bits - colors.count)
    return (filled + padding).flatMap { color in
      [UInt8(color >> 16), UInt8(color >> 8 & 255), UInt8(color & 255)]
    }
  }

  /// For each pixel, the number of its colour or of the nearest.
  func indices(of pixels: [UInt32]) -> [UInt8] {
    isExact ? exactIndices(of: pixels) : nearestIndices(of: pixels)
  }

  private func exactIndices(of pixels: [UInt32]) -> [UInt8] {
    var numbers: [UInt32: UInt8] = [:]
    for (number, color) in colors.enumerated() { numbers[color] = UInt8(number) }
    var last: (color: UInt32, number: UInt8) = (colors[0], 0)
    return pixels.map { pixel in
      if pixel != last.color { last = (pixel, numbers[pixel] ?? 0) }
      return last.number
    }
  }

  /// Colours are looked up by the upper six bits of each component: what is nearest to the middle of
  /// such a cell is as good as nearest to all in it.
  private func nearestIndices(of pixels: [UInt32]) -> [UInt8] {
    let search = NearestColor(transparentIndex == nil ? colors : colors.dropLast())
    let unknown = UInt16.max
    var cells = [UInt16](repeating: unknown, count: 1 << 18)
    return pixels.map { pixel in
      if pixel == Self.transparent { return transparentIndex ?? 0 }
      let red = Int(pixel >> 18)
      let green = Int(pixel >> 10 & 63)
      let blue = Int(pixel >> 2 & 63)
      let cell = red << 12 | green << 6 | blue
      if cells[cell] == unknown {
        cells[cell] = UInt16(search.index(of: pixel & 0xFCFCFC | 0x020202))
      }
      return UInt8(truncatingIfNeeded: cells[cell])
    }
  }
}

/// Finds the colour of a palette that is nearest to another.
struct NearestColor {
  private let components: [SIMD4<Int32>]

  init(_ colors: some Sequence<UInt32>) { components = colors.map(Self.components) }

  /// The number of the nearest colour, the first of those that are equally near.
  func index(of color: UInt32) -> Int {
    let wanted = Self.components(color)
    var best = (index: 0, distance: Int32.max)
    for (index, candidate) in components.enumerated() {
      let difference = candidate &- wanted
      let distance = (difference &* difference).wrappedSum()
      if distance < best.distance { best = (index, distance) }
    }
    return best.index
  }

  private static func components(_ color: UInt32) -> SIMD4<Int32> {
    SIMD4(Int32(color >> 16), Int32(color >> 8 & 255), Int32(color & 255), 0)
  }
}

/// Collects distinct colours, 256 at most.
struct ColorCollector {
  private(set) var colors: [UInt32] = []
  private var known: Set<UInt32> = []

  /// Adds the colours of some pixels; false: there are more than 256.
  mutating func add(_ pixels: [UInt32]) -> Bool {
    var last = colors.last
    for pixel in pixels where pixel != last {
      last = pixel
      guard known.insert(pixel).inserted else { continue }
      guard colors.count < 256 else { return false }
      colors.append(pixel)
    }
    return true
  }
}
