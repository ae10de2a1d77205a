import Tensors

/// Images drawn by a function of (seed, part, number).
enum DrawnImages {
  static let side = 28

  /// The two parts of a data set, which never share an image.
  enum Part: Int {
    case training, test

    var name: String { self == .training ? "Train" : "Test" }
  }

  /// `count` gray images; the label of the image at position i is i modulo `classes`.
  ///
  /// No image depends on another: fewer of them are the first ones of more, and any number of
  /// threads draws the same.
  static func draw(
    _ count: Int, of classes: Int, set: String, part: Part, seed: Int,
    paint: (Int, inout SeededGenerator, UnsafeMutableBufferPointer<UInt8>) -> Void
  ) -> LabeledImages {
    let pixels = filledInParallel(count, of: side * side, chunk: 64) { index, bytes in
      var generator = SeededGenerator(seed: seed, purpose, part.rawValue, index)
      paint(index % classes, &generator, bytes)
    }
    return LabeledImages(
      height: side, width: side, channels: 1, pixels: pixels,
      labels: (0..<count).map { $0 % classes },
      sources: ImageSources((0..<count).map { "\(set)/\(part.name)/\($0)" }))
  }

  /// A first coordinate that keeps the images' random numbers apart from others of the seed.
  private static let purpose = 0x4452_4157
}
