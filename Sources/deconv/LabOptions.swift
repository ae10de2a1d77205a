import ArgumentParser
import CommandSupport
import Datasets
import Files
import ModelFiles
import TextOutput
import Tensors
import Visualization

/// What every command takes: the network, and how results are written.
struct LabOptions: ParsableArguments {
  @OptionGroup var network: NetworkOptions
  @OptionGroup var results: ResultOptions

  /// Runs a command's body with the network, on as many threads as asked for.
  func run(pixels: PixelRange? = nil, _ body: (Network) throws -> Void) throws {
    try onThreads { try body(Network(network, pixels: pixels)) }
  }

  /// Runs a body on as many threads as asked for.
  func onThreads(_ body: () throws -> Void) throws {
    try Parallel.$workers.withValue(results.threads.count ?? Parallel.workers, operation: body)
  }

  var progress: ProgressBar.Style { results.progress }

  /// Takes the names of all that will be written; with `--logdir` the run "deconv" is begun, too.
  func outputs(
    _ image: String?, isVector: Bool = false, arrays: [String] = [], _ network: Network
  ) throws -> Outputs {
    try results.outputs(
      image: image, isVector: isVector, arrays: arrays,
      run: image == nil
        ? nil
        : self.network.logdir.map {
          (Path.joined($0, "deconv"), network.checkpoint.state?.step ?? 0)
        })
  }
}

extension CommandResult {
  /// What was found in a network.
  init(_ network: Network) {
    self.init()
    fact("checkpoint", network.checkpoint.path)
  }

  /// Names a layer and how many of its filters are looked at.
  mutating func fact(_ layer: NumberedLayer, filters: Int? = nil) {
    fact("layer", "\(layer.number) (\(layer.name))")
    if let filters {
      fact("\(layer.filterNoun)s", "\(Format.count(filters)) of \(layer.filters)")
    }
  }
}

extension Column {
  /// The layer and its name, for programs: what every row about a filter begins with.
  static func place(in layer: NumberedLayer) -> [Column] {
    [Column(nil, key: "layer") { _ in layer.number }, Column(nil, key: "name") { _ in layer.name }]
  }
}

extension JSON {
  /// An object about a filter: its layer, the layer's name and its number come first.
  init(
    _ layer: NumberedLayer, _ filter: Int, _ members: KeyValuePairs<String, any JSONRepresentable>
  ) {
    let place: KeyValuePairs<String, any JSONRepresentable> = [
      "layer": layer.number, "name": layer.name, "filter": filter,
    ]
    self = .object(JSON(place).members + JSON(members).members)
  }

  private var members: [Member] { if case .object(let members) = self { members } else { [] } }

  /// First and last row, or column, of a field.
  static func ends(_ range: Range<Int>?) -> JSON? {
    range.map { .array([.integer($0.lowerBound), .integer($0.upperBound - 1)]) }
  }
}
