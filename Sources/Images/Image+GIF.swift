extension Image {
  /// The bytes of an animated GIF file that repeats forever.
  ///
  /// Gray images, and frames that hold at most 256 colours, stay as they are; frames with more get
  /// the 256 colours that keep the squared error least, each frame its own. Where an image has an
  /// alpha channel, what is less than half opaque becomes transparent. Only what changed from frame to
  /// frame is stored.
  ///
  /// - Parameters:
  ///   - frames: One image or more of one size.
  ///   - delay: The time from a frame to the next. The format counts hundredths of a second, so single
  ///     delays are rounded such that the whole takes the right time; browsers show none of less than
  ///     two hundredths.
  /// - Throws: `ImageError` where there is no frame, where sizes differ, or where a side is longer than
  ///   65 535 pixels.
  /// - Source: CompuServe, "Graphics Interchange Format, Version 89a", 1990.
  public static func gifData(
    _ frames: [Image], delay: Duration = .milliseconds(100)
  ) throws(ImageError) -> [UInt8] {
    guard let first = frames.first else { throw .noFrames }
    guard max(first.width, first.height) <= Int(UInt16.max) else {
      throw .tooLargeForGIF(width: first.width, height: first.height)
    }
    if let index = frames.firstIndex(where: {
      $0.width != first.width || $0.height != first.height
    }) {
      let (width, height) = (frames[index].width, frames[index].height)
      throw .unequalFrames(
        index: index, width: width, height: height, expectedWidth: first.width,
        expectedHeight: first.height)
    }
    var file = GIFFile(width: first.width, height: first.height, palette: sharedPalette(frames))
    let delays = hundredths(delay, count: frames.count)
    // Once a frame has holes, what lies below must be cleared first: every frame is then whole.
    let isTransparent = frames.contains { $0.channels.isMultiple(of: 2) }
    var before: [UInt32]?
    for (frame, delay) in zip(frames, delays) {
      let colors = frame.packedColors()
      let box = isTransparent ? nil : before.map { first.changedBox($0, colors) }
      file.append(
        colors, box ?? PixelBox(x: 0, y: 0, width: first.width, height: first.height),
        delay: delay, clearsAfterwards: isTransparent)
      before = colors
    }
    return file.finished()
  }

  /// The colours of all frames, if one palette holds them.
  private static func sharedPalette(_ frames: [Image]) -> ColorPalette? {
    var collector = ColorCollector()
    for frame in frames {
      guard collector.add(frame.packedColors()) else { return nil }
    }
    return ColorPalette(exactly: collector.colors)
  }

  /// When each frame ends, rounded, less when it begins.
  private static func hundredths(_ delay: Duration, count: Int) -> [Int] {
    let exact = delay / .milliseconds(10)
    func end(_ frame: Int) -> Double { (Double(frame) * exact).rounded() }
    return (0..<count).map { frame in
      let hundredths = end(frame + 1) - end(frame)
      return Int(min(max(hundredths, 2), Double(UInt16.max)))
    }
  }

  /// The pixels as 0xRRGGBB, or `ColorPalette.transparent`.
  private func packedColors() -> [UInt32] {
    let hasAlpha = channels.isMultiple(of: 2)
    return [UInt32](unsafeUninitializedCapacity: width * height) { colors, count in
      pixels.withUnsafeBufferPointer { pixels in
        for pixel in 0..<width * height {
          let at = pixel * channels
          let red = UInt32(pixels[at])
          let green = channels < 3 ? red : UInt32(pixels[at + 1])
          let blue = channels < 3 ? red : UInt32(pixels[at + 2])
          colors[pixel] =
            hasAlpha && pixels[at + channels - 1] < 128
            ? ColorPalette.transparent : red << 16 | green << 8 | blue
        }
      }
      count = width * height
    }
  }

  /// The smallest box that holds every pixel that changed, at least one.
  private func changedBox(_ before: [UInt32], _ after: [UInt32]) -> PixelBox {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      let row = y * width
      guard let from = (0..<width).first(where: { before[row + $0] != after[row + $0] }),
        let to = (0..<width).last(where: { before[row + $0] != after[row + $0] })
      else { continue }
      (left, right) = (min(left, from), max(right, to))
      (top, bottom) = (min(top, y), y)
    }
    guard right >= 0 else { return PixelBox(x: 0, y: 0, width: 1, height: 1) }
    return PixelBox(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }
}

/// A part of an image.
struct PixelBox: Sendable, Equatable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int
}
