extension LabeledImages {
  /// Whether a mirrored image could belong to the same class: true for photographs, false for
  /// digits and letters.
  ///
  /// Compares each class's mean image with its mirror image. Their mean squared difference, less
  /// what chance makes of so few images, is set in relation to the variance within the classes: the
  /// photographs of CIFAR-10 give less than 0.001, the digits of MNIST 0.4 to 0.6; the line is drawn
  /// at 0.1.
  public var isMirrorSymmetric: Bool {
    var classes: [Int: ClassMoments] = [:]
    for (index, label) in labels.enumerated() {
      classes[label, default: ClassMoments(count: bytesPerImage)].add(self, at: index)
    }
    let large = classes.values.filter { $0.count > 1 }
    let asymmetry = large.reduce(0) { $0 + $1.asymmetry }
    return asymmetry <= 0.1 * large.reduce(0) { $0 + $1.variance }
  }
}

/// Sums over the images of a class, pixel by pixel: of values, of their squares, and of the squares
/// of their differences to the mirrored pixel.
private struct ClassMoments {
  private(set) var count = 0
  private var sums: [Double]
  private var squares = 0.0
  private var mirroredSums: [Double]
  private var mirroredSquares = 0.0

  init(count: Int) {
    sums = Array(repeating: 0, count: count)
    mirroredSums = sums
  }

  mutating func add(_ images: LabeledImages, at index: Int) {
    count += 1
    let (width, channels) = (images.width, images.channels)
    let first = index * sums.count
    for pixel in sums.indices {
      let (row, column) = (pixel / (width * channels), pixel / channels % width)
      let mirror = (row * width + width - 1 - column) * channels + pixel % channels
      let value = Double(images.pixels[first + pixel])
      let difference = value - Double(images.pixels[first + mirror])
      sums[pixel] += value
      squares += value * value
      mirroredSums[pixel] += difference
      mirroredSquares += difference * difference
    }
  }

  /// The variance of images around their mean, summed over pixels.
  var variance: Double {
    let count = Double(self.count)
    return (squares - sums.reduce(0) { $0 + $1 * $1 } / count) / (count - 1)
  }

  /// The squared difference between the mean and its mirror image, summed over pixels, less its
  /// expectation for symmetric images.
  var asymmetry: Double {
    let count = Double(self.count)
    let ofSums = mirroredSums.reduce(0) { $0 + $1 * $1 } / count
    let chance = (mirroredSquares - ofSums) / (count - 1)
    return (ofSums - chance) / count
  }
}
