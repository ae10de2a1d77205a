/// Random numbers that are a function of a seed and of coordinates: (seed, epoch), (seed, step, layer).
///
/// The stream of given coordinates never depends on what else was drawn, so a resumed run draws what
/// an uninterrupted one would have drawn, and so does every thread.
///
/// - Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014,
///   DOI 10.1145/2660193.2660195 (SplitMix64 and its mixing function).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The stream of these coordinates; the same ones give the same numbers on every machine.
  public init(seed: Int, _ coordinates: Int...) {
    state = Self.mix(UInt64(bitPattern: Int64(seed)) &+ Self.increment)
    for coordinate in coordinates {
      state = Self.mix(state ^ (UInt64(bitPattern: Int64(coordinate)) &* Self.increment &+ 1))
    }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// A number from 0 up to, not including, 1, with 24 random bits.
  public mutating func nextUniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number of the standard normal distribution (Box and Muller's transform).
  public mutating func nextNormal() -> Float {
    let radius = (-2 * Double.logarithm(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * Double.cosine(2 * .pi * Double(next() >> 11) * 0x1p-53))
  }

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
