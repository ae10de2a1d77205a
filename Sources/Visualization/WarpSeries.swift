/// Warps of one kind, step by step: a horizontal axis of the paper's figure 5.
package struct WarpSeries: Sendable {
  /// What is done to the image.
  package enum Kind: String, Sendable, CaseIterable {
    /// Moved up and down.
    case translation
    /// Enlarged.
    case scale
    /// Turned.
    case rotation
  }

  /// What is done to the image.
  package let kind: Kind
  /// Pixels downwards, factors, or degrees.
  package let amounts: [Double]

  /// The warps, one an amount.
  package var warps: [Warp] {
    amounts.map { amount in
      switch kind {
      case .translation: .moved(down: amount)
      case .scale: .scaled(by: amount)
      case .rotation: .rotated(by: amount)
      }
    }
  }

  /// The place of the amount that leaves an image as it is.
  package var clearIndex: Int { amounts.firstIndex(of: kind == .scale ? 1 : 0) ?? 0 }

  /// From so many pixels up to so many down.
  package static func translations(farthest: Int, step: Int = 1) -> WarpSeries {
    precondition(
      farthest >= 0 && step > 0, "shifts of 0 to \(farthest) pixels in steps of \(step)")
    let steps = farthest / step
    return WarpSeries(
      kind: .translation, amounts: (-steps...steps).map { Double($0 * step) })
  }

  /// From the image's own size to the largest, in so many even steps.
  package static func scales(largest: Double, steps: Int = 8) -> WarpSeries {
    precondition(largest > 0 && steps > 0, "scales up to \(largest) in \(steps) steps")
    return WarpSeries(
      kind: .scale,
      amounts: (0...steps).map { 1 + (largest - 1) * Double($0) / Double(steps) })
  }

  /// From 0 degrees around.
  package static func rotations(step: Double) -> WarpSeries {
    precondition(step > 0 && step <= 360, "turns in steps of \(step) degrees")
    var amounts: [Double] = []
    while Double(amounts.count) * step < 360 { amounts.append(Double(amounts.count) * step) }
    return WarpSeries(kind: .rotation, amounts: amounts)
  }
}
