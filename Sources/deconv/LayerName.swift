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

/// Layers as a user writes them: names or numbers with commas between them, or `all` convolutions.
struct LayerList: ExpressibleByArgument {
  /// Empty for all.
  private let names: [LayerName]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard !parts.contains(where: \.isEmpty) else { return nil }
    names = argument == "all" ? [] : parts.compactMap { LayerName(argument: String($0)) }
  }

  /// The layers of a network that are meant, from the lowest up, each once.
  ///
  /// - Throws: `DeconvnetError` where there is none.
  func layers(of deconvnet: Deconvnet) throws(DeconvnetError) -> [NumberedLayer] {
    guard !names.isEmpty else {
      let all = deconvnet.layers.filter { $0.kind == .convolution }
      return all.isEmpty ? [try deconvnet.layer(1)] : all
    }
    var found: Set<Int> = []
    for name in names { found.insert(try name.layer(of: deconvnet).number) }
    return deconvnet.layers.filter { found.contains($0.number) }
  }
}
