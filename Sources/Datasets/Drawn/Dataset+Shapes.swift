import Tensors

extension Dataset {
  /// Ten kinds of figures in many poses, textured, lit from one side, before and behind clutter, with
  /// noise: 28x28 gray images that need no file.
  ///
  /// An image is a function of (seed, part, position) alone: a smaller set is the beginning of a
  /// larger one. The classes take turns, so any ten neighbours hold each class once.
  public static func shapes(training: Int = 10_000, test: Int = 1_000, seed: Int = 1) -> Dataset {
    func draw(_ count: Int, _ part: DrawnImages.Part) -> LabeledImages {
      DrawnImages.draw(
        count, of: Figure.allCases.count, set: "shapes", part: part, seed: seed
      ) { label, generator, bytes in
        Figure.allCases[label].paint(using: &generator, into: bytes)
      }
    }
    return Dataset(
      name: "shapes", classNames: Figure.allCases.map(\.name), training: draw(training, .training),
      test: draw(test, .test))
  }
}

extension Figure {
  /// Paints one image of the figure.
  fileprivate func paint(
    using generator: inout SeededGenerator, into bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    let side = Float(DrawnImages.side)
    let background = generator.uniform(0.2, 0.8)
    var canvas = Canvas(side: DrawnImages.side, brightness: background)
    canvas.fill(
      with: Surface(
        base: background, contrast: 0.1, shading: 0.4, side: DrawnImages.side, using: &generator))
    for _ in 0..<generator.integer(below: 3) { canvas.addClutter(using: &generator) }

    let radius = generator.uniform(7.5, 11.5)
    let room = side / 2 - radius
    let center = Point(
      x: side / 2 + generator.uniform(-room, room), y: side / 2 + generator.uniform(-room, room))
    // Brighter or darker than the background, whichever leaves room for it.
    let difference = generator.uniform(0.25, 0.55)
    let isBrighter = generator.chance(1 - background)
    let surface = Surface(
      base: background + (isBrighter ? difference : -difference), contrast: 0.14, shading: 0.4,
      side: DrawnImages.side, using: &generator)
    let pose = Affine(
      figureOfRadius: radius, at: center, squeeze: 0.72, shear: 0.15, using: &generator)
    let outline = Outline(polygons(&generator).map { $0.map { pose($0) } })
    canvas.fill(
      outline, center: center, radius: radius * 1.2, softness: generator.uniform(1, 1.8),
      with: surface)

    if generator.chance(0.35) { canvas.addClutter(using: &generator) }
    canvas.develop(noise: generator.uniform(0.01, 0.06), using: &generator, into: bytes)
  }
}

extension Affine {
  /// Turns by up to 31 degrees, makes one axis shorter by up to `squeeze`, leans by up to `shear`, and
  /// mirrors half of the figures left to right.
  fileprivate init(
    figureOfRadius radius: Float, at center: Point, squeeze: Float, shear: Float,
    using generator: inout SeededGenerator
  ) {
    let direction = generator.lean(0.6)
    let shorter = generator.uniform(squeeze, 1)
    let lean = generator.uniform(-shear, shear)
    self.init(
      xAxis: generator.sign() * radius * direction,
      yAxis: shorter * radius * (direction.turned + lean * direction), origin: center)
  }
}

extension Canvas {
  /// A line or a small blob anywhere.
  fileprivate mutating func addClutter(using generator: inout SeededGenerator) {
    let side = Float(side)
    let start = Point(x: generator.uniform(0, side), y: generator.uniform(0, side))
    let isLine = generator.chance(0.6)
    let length = isLine ? generator.uniform(5, 20) : generator.uniform(0, 2)
    stroke(
      from: start, to: start + length * generator.direction(),
      width: isLine ? generator.uniform(0.6, 1.6) : generator.uniform(2, 4.5),
      brightness: generator.uniform(0, 1))
  }
}
