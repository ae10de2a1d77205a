import Tensors

/// What is done to images before a training step learns from them.
///
/// How an image is changed is a function of (seed, epoch, image): a resumed run sees what an
/// uninterrupted one would have seen, on any number of threads. First it is cropped, then mirrored, then
/// covered.
public struct ImageAugmentation: Sendable, Equatable {
  /// Whether half of the images are mirrored left to right.
  public let flips: Bool
  /// Pixels of black that are put around an image, of which a part as large as the image is cut out
  /// anywhere: torchvision's `RandomCrop(size, padding: crop)`. 0 for none.
  public let crop: Int
  /// Rows and columns of a square that covers a part of the image with the middle between black and
  /// white, its centre being any pixel. 0 for none.
  ///
  /// - Source: DeVries & Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout",
  ///   2017, arXiv 1708.04552, §3.2. There the scalar is 0 and images have a mean of 0.
  public let cutout: Int

  /// Images as they are.
  public static let none = ImageAugmentation()

  /// What is done; by default nothing.
  public init(flips: Bool = false, crop: Int = 0, cutout: Int = 0) {
    precondition(
      crop >= 0 && cutout >= 0, "sizes are 0 or more, got a crop of \(crop), a cutout of \(cutout)")
    self.flips = flips
    self.crop = crop
    self.cutout = cutout
  }

  /// What is done to one image.
  struct Choice: Sendable, Equatable {
    /// Whether it is mirrored.
    var isMirrored = false
    /// Rows from the image's first to the first one that is shown; negative where black is.
    var down = 0
    /// Columns from the image's first to the first one that is shown.
    var right = 0
    /// The rows that are covered.
    var coveredRows = 0..<0
    /// The columns that are covered.
    var coveredColumns = 0..<0
  }

  /// What is done to the image at an index in an epoch.
  func choice(for index: Int, seed: Int, epoch: Int, height: Int, width: Int) -> Choice {
    var choice = Choice()
    if flips {
      var generator = SeededGenerator(seed: seed, Purpose.flip, epoch, index)
      choice.isMirrored = generator.next() >> 63 == 1
    }
    if crop > 0 {
      var generator = SeededGenerator(seed: seed, Purpose.crop, epoch, index)
      choice.down = generator.next(below: 2 * crop + 1) - crop
      choice.right = generator.next(below: 2 * crop + 1) - crop
    }
    if cutout > 0 {
      var generator = SeededGenerator(seed: seed, Purpose.cutout, epoch, index)
      choice.coveredRows = covered(of: height, around: generator.next(below: height))
      choice.coveredColumns = covered(of: width, around: generator.next(below: width))
    }
    return choice
  }

  /// The part of the square that lies in the image, along one side of it.
  private func covered(of length: Int, around center: Int) -> Range<Int> {
    let first = center - cutout / 2
    return max(0, first)..<min(length, first + cutout)
  }

  /// First coordinates that keep the streams of one seed apart.
  private enum Purpose {
    static let flip = 0x464C_4950
    static let crop = 0x4352_4F50
    static let cutout = 0x4355_544F
  }
}

extension SeededGenerator {
  /// A whole number from 0 up to, not including, `bound`.
  mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

extension LabeledImages {
  /// Some images as scalars, `[indices.count, height, width, channels]`, each changed as `choice` says.
  func tensor(
    at indices: [Int], pixelRange: PixelRange, choice: (Int) -> ImageAugmentation.Choice
  ) -> Tensor {
    let size = bytesPerImage
    for index in indices {
      precondition(index >= 0 && index < count, "image \(index) of \(count) doesn't exist")
    }
    return Tensor(uninitializedShape: [indices.count] + imageShape) { scalars in
      pixels.withUnsafeBufferPointer { pixels in
        pixelRange.table.withUnsafeBufferPointer { table in
          // So much work at a time pays for waking a thread up.
          Parallel.forEachRange(indices.count, chunk: max(1, (1 << 15) / size)) { rows in
            for row in rows {
              let first = indices[row] * size
              write(
                pixels.extracting(first..<first + size), through: table, choice(indices[row]),
                into: scalars.extracting(row * size..<(row + 1) * size))
            }
          }
        }
      }
    }
  }

  /// Writes the scalars of one image.
  private func write(
    _ source: UnsafeBufferPointer<UInt8>, through table: UnsafeBufferPointer<Float>,
    _ choice: ImageAugmentation.Choice, into target: UnsafeMutableBufferPointer<Float>
  ) {
    guard choice != ImageAugmentation.Choice() else {
      for at in source.indices { target[at] = table[Int(source[at])] }
      return
    }
    let run = width * channels
    // What lies in the image, of a row before it is mirrored.
    let inside =
      min(width, max(0, -choice.right))..<min(width, max(0, width - choice.right))
    for y in 0..<height {
      let row = target.extracting(y * run..<(y + 1) * run)
      guard (0..<height).contains(y + choice.down), !inside.isEmpty else {
        row.update(repeating: table[0])
        continue
      }
      if inside.count < width { row.update(repeating: table[0]) }
      let first = ((y + choice.down) * width + choice.right) * channels
      if choice.isMirrored {
        for x in inside {
          let (from, to) = (first + x * channels, (width - 1 - x) * channels)
          for channel in 0..<channels { row[to + channel] = table[Int(source[from + channel])] }
        }
      } else {
        for at in inside.lowerBound * channels..<inside.upperBound * channels {
          row[at] = table[Int(source[first + at])]
        }
      }
    }
    let middle = (table[0] + table[255]) / 2
    let columns = choice.coveredColumns
    for y in choice.coveredRows {
      target.extracting(
        y * run + columns.lowerBound * channels..<y * run + columns.upperBound * channels
      ).update(repeating: middle)
    }
  }
}
