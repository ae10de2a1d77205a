import Images
import TensorBoard

/// What is logged in a measurement, and how often.
enum Workload: String, CaseIterable {
  case scalars, histograms, images

  /// How many values are logged.
  var count: Int {
    switch self {
    case .scalars: 100_000
    case .histograms: 100
    case .images: 100
    }
  }

  /// What the figure is called.
  var unit: String {
    switch self {
    case .scalars: "scalars/s"
    case .histograms: "histograms of 1 M floats/s"
    case .images: "images of 256x256x3/s"
    }
  }

  /// Something that logs the workload into a run; its data is made before.
  func prepared() -> (SummaryWriter) throws -> Void {
    switch self {
    case .scalars:
      return { writer in
        for step in 0..<count {
          try writer.add(.scalar("loss/train", Double(step) * 0.5), step: step)
        }
      }
    case .histograms:
      var generator = SplitMix(state: 1)
      let data = (0..<4).map { _ in (0..<1_000_000).map { _ in generator.nextNormal() } }
      return { writer in
        for step in 0..<count {
          try writer.add(.histogram("weights/layer", data[step % data.count]), step: step)
        }
      }
    case .images:
      let data = (0..<25).map(Self.image)
      return { writer in
        for step in 0..<count {
          try writer.add(.image("img", data[step % data.count]), step: step)
        }
      }
    }
  }

  /// The same ramps as in the peer's script.
  private static func image(_ index: Int) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<256 {
      for x in 0..<256 {
        for value in [x + index, y + 2 * index, (x + y) / 2 + 3 * index] {
          pixels.append(UInt8(truncatingIfNeeded: value))
        }
      }
    }
    return Image(width: 256, height: 256, channels: 3, pixels: pixels)
  }
}

/// Random numbers that are the same each time.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// About normal: the sum of twelve uniform numbers, less six.
  mutating func nextNormal() -> Float {
    (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(next() >> 40) * 0x1p-24 }
  }
}
