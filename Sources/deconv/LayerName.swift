import ArgumentParser
import Visualization

/// A layer as a user writes it: its number from 1, or its name, `conv2` say.
struct LayerName: ExpressibleByArgument {
  private let text: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    text = argument
  }

  /// The layer of a network that is meant.
  ///
  /// - Throws: `DeconvnetError` when there is none.
  func layer(of deconvnet: Deconvnet) throws(DeconvnetError) -> NumberedLayer {
    if let number = Int(text) { return try deconvnet.layer(number) }
    return try deconvnet.layer(named: text)
  }
}
