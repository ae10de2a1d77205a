import Tensors

extension Dataset {
  /// The digits 0 to 9 as many hands would write them, with strokes of a pen, bent, slanted and
  /// distorted: 28x28 gray images, white on black, that need no file.
  ///
  /// An image is a function of (seed, part, position) alone: a smaller set is the beginning of a
  /// larger one. The classes take turns, so any ten neighbours hold each class once.
  public static func digits(training: Int = 10_000, test: Int = 1_000, seed: Int = 1) -> Dataset {
    func draw(_ count: Int, _ part: DrawnImages.Part) -> LabeledImages {
      DrawnImages.draw(count, of: 10, set: "digits", part: part, seed: seed) {
        label, generator, bytes in
        let side = DrawnImages.side
        let writing = Handwriting(digit: label, side: Float(side), using: &generator)
        var canvas = Canvas(side: side, brightness: 0)
        canvas.write(
          writing, brightness: generator.uniform(0.8, 1.05), softness: generator.uniform(1, 1.6))
        canvas.develop(noise: 0, using: &generator, into: bytes)
      }
    }
    return Dataset(
      name: "digits", classNames: (0...9).map(String.init), training: draw(training, .training),
      test: draw(test, .test))
  }
}

extension Canvas {
  /// Paints the pieces as one: where they overlap, the ink is no brighter.
  fileprivate mutating func write(_ writing: Handwriting, brightness: Float, softness: Float) {
    for piece in writing.pieces {
      let along = piece.end - piece.start
      let scale = 1 / max(along * along, 1e-6)
      let reach = (max(piece.startWidth, piece.endWidth) + softness) / 2
      brighten(
        from: Point(
          x: min(piece.start.x, piece.end.x) - reach, y: min(piece.start.y, piece.end.y) - reach),
        to: Point(
          x: max(piece.start.x, piece.end.x) + reach, y: max(piece.start.y, piece.end.y) + reach)
      ) { point in
        let from = point - piece.start
        let share = min(max(from * along * scale, 0), 1)
        let rest = from - share * along
        let width = piece.startWidth + share * (piece.endWidth - piece.startWidth)
        let coverage = 0.5 + (width / 2 - (rest * rest).squareRoot()) / softness
        return brightness * min(max(coverage, 0), 1)
      }
    }
  }
}
