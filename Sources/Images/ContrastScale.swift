/// Which scalars become black and white.
public enum ContrastRule: Sendable, CaseIterable {
  /// The lowest scalar is black, the highest white: `floor((p - min) / (max - min) * 255 + 0.5)`.
  case minMax
  /// 0 is the middle gray 128, and the farthest from it, on either side, black or white:
  /// `floor(128 + 127 * p / max|p| + 0.5)`.
  case symmetric
}

/// How scalars become bytes, made from the scalars of a plane or of all planes that share it.
public struct ContrastScale: Sendable, Equatable {
  /// Which scalars become black and white.
  public let rule: ContrastRule
  /// The lowest finite scalar; 0 where there is none.
  public let lowest: Float
  /// The highest finite scalar; 0 where there is none.
  public let highest: Float

  /// The scale that spreads these scalars over the bytes; NaN and infinities don't count.
  public init(_ rule: ContrastRule, of scalars: some Sequence<Float>) {
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for scalar in scalars where scalar.isFinite {
      lowest = min(lowest, scalar)
      highest = max(highest, scalar)
    }
    self.init(
      rule, lowest: lowest <= highest ? lowest : 0, highest: lowest <= highest ? highest : 0)
  }

  /// The scale that reaches as far from 0 as a percentile of the scalars' magnitudes: what lies beyond is
  /// black or white, so that a few strong pixels don't leave all others gray.
  ///
  /// - `percentile`: above 0; 100 takes all.
  package init(_ rule: ContrastRule, of scalars: [Float], percentile: Double) {
    precondition(
      percentile > 0 && percentile <= 100, "a percentile lies in 0 ... 100, got \(percentile)")
    self.init(rule, of: scalars)
    guard percentile < 100 else { return }
    let magnitudes = scalars.lazy.filter(\.isFinite).map { abs($0) }.sorted()
    guard !magnitudes.isEmpty else { return }
    let place = Int((percentile / 100 * Double(magnitudes.count)).rounded(.up)) - 1
    let limit = magnitudes[max(0, place)]
    guard limit > 0 else { return }
    self.init(rule, lowest: max(lowest, -limit), highest: min(highest, limit))
  }

  /// The scale of scalars that lie between these two.
  public init(_ rule: ContrastRule, lowest: Float, highest: Float) {
    precondition(
      lowest.isFinite && highest.isFinite && lowest <= highest,
      "a scale goes from a finite scalar to one not below it, got \(lowest) to \(highest)")
    self.rule = rule
    self.lowest = lowest
    self.highest = highest
  }

  /// Whether there is no contrast to stretch: all scalars are equal, or none is finite.
  ///
  /// Every byte of a constant plane is then 128, but with the symmetric rule and another scalar than
  /// 0, which is as far from 0 as any.
  public var isConstant: Bool { lowest == highest }

  /// The byte of a scalar; what lies outside the scale becomes the nearest byte.
  ///
  /// NaN becomes what tells least: black with the min-max rule, the middle gray with the symmetric.
  public func byte(of scalar: Float) -> UInt8 {
    let scalar = Double(scalar)
    let value: Double
    switch rule {
    case .minMax:
      guard !isConstant else { return 128 }
      value = (scalar - Double(lowest)) / (Double(highest) - Double(lowest)) * 255
    case .symmetric:
      let farthest = Double(max(abs(lowest), abs(highest)))
      guard farthest > 0, !scalar.isNaN else { return 128 }
      value = 128 + 127 * scalar / farthest
    }
    // max(0, NaN) is 0 in this order.
    return UInt8(min(max(0, value), 255) + 0.5)
  }
}

extension Image {
  /// An image of scalars `[height, width, channels]`, stretched to all bytes.
  public init(
    contrastStretching scalars: [Float], width: Int, height: Int, channels: Int = 1,
    rule: ContrastRule = .minMax
  ) {
    self.init(
      contrastStretching: scalars, width: width, height: height, channels: channels,
      scale: ContrastScale(rule, of: scalars))
  }

  /// An image of scalars `[height, width, channels]` with a scale of one's own.
  public init(
    contrastStretching scalars: [Float], width: Int, height: Int, channels: Int = 1,
    scale: ContrastScale
  ) {
    self.init(
      width: width, height: height, channels: channels, pixels: scalars.map(scale.byte(of:)))
  }

  /// Images of planes `[height, width, channels]`, and the scale of each.
  ///
  /// - `sharingScale`: One scale for all planes, so that their brightness can be compared;
  ///   otherwise each plane has its own.
  public static func contrastStretched(
    _ planes: [[Float]], width: Int, height: Int, channels: Int = 1, rule: ContrastRule = .minMax,
    sharingScale: Bool = false
  ) -> (images: [Image], scales: [ContrastScale]) {
    let scales: [ContrastScale]
    if sharingScale {
      let shared = ContrastScale(rule, of: planes.lazy.joined())
      scales = planes.map { _ in shared }
    } else {
      scales = planes.map { ContrastScale(rule, of: $0) }
    }
    let images = zip(planes, scales).map { plane, scale in
      Image(
        contrastStretching: plane, width: width, height: height, channels: channels, scale: scale)
    }
    return (images, scales)
  }
}
