import ArgumentParser
import CommandSupport

/// How far from 0 a signal is white or black.
struct ContrastOptions: ParsableArguments {
  @Option(
    "Percentile of a signal that is white. (default: 100; 99.5 above 64x64)", "percent",
    .within(1...100),
    more: """
      Magnitudes beyond it are white or black, too, so that few strong pixels don't leave all others \
      gray.
      """)
  var percentile: Double?

  /// The percentile for a network's images.
  func percentile(for network: Network) -> Double { percentile ?? Self.percentile(for: network) }

  /// Where the flags don't say.
  static func percentile(for network: Network) -> Double {
    network.inputShape.prefix(2).reduce(1, *) > 64 * 64 ? 99.5 : 100
  }
}
