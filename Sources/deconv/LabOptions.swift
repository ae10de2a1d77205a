import ArgumentParser
import CommandSupport
import Files
import ModelFiles
import Tensors
import TextOutput
import Visualization

/// A command that looks into a network and describes what it found.
protocol LabCommand: ParsableCommand {
  var lab: LabOptions { get }

  /// Looks into the network that the flags name, and writes what they ask for.
  func look(into network: Network) throws
}

extension LabCommand {
  func run() throws { try lab.onThreads { try look(into: Network(lab.network)) } }
}

/// What every command takes: the network, and how results are written.
struct LabOptions: ParsableArguments {
  @OptionGroup var network: NetworkOptions
  @OptionGroup var results: ResultOptions

  /// Runs a body on as many threads as asked for.
  func onThreads(_ body: () throws -> Void) throws {
    try Parallel.$workers.withValue(results.threads.count ?? Parallel.workers, operation: body)
  }

  var progress: ProgressBar.Style { results.progress }

  /// Takes the names of all that will be written; with `--logdir` the run "deconv" is begun, too.
  func outputs(
    _ image: String?, isVector: Bool = false, arrays: [String] = [], _ network: Network
  ) throws -> Outputs {
    let logdir = image == nil ? nil : self.network.logdir
    return try results.outputs(
      image: image, isVector: isVector, arrays: arrays,
      run: logdir.map { (Path.joined($0, "deconv"), network.checkpoint.state?.step ?? 0) })
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

  /// Adds the arrays of the strongest units and what they project to: -1, NaN and zeros where there is
  /// none.
  mutating func units(
    _ entries: [StrongestImages.Entry?], _ patches: @escaping @autoclosure () -> [Tensor?],
    shape: [Int]
  ) {
    array("index", shape: shape, entries.map { Int32($0?.image ?? -1) })
    array("y", shape: shape, entries.map { Int32($0?.unit.y ?? -1) })
    array("x", shape: shape, entries.map { Int32($0?.unit.x ?? -1) })
    array("value", shape: shape, entries.map { $0?.unit.value ?? .nan })
    array("projection", shape: shape, of: patches())
  }

  /// Adds an array of tensors of one shape, zeros where there is none.
  ///
  /// - Parameter shape: of the list of tensors.
  mutating func array(
    _ name: String, shape: [Int], of tensors: @escaping @autoclosure () -> [Tensor?]
  ) {
    array(name) {
      let tensors = tensors()
      let inner = tensors.lazy.compactMap { $0?.shape }.first ?? [0]
      let empty = [Float](repeating: 0, count: inner.reduce(1, *))
      return (shape + inner, tensors.flatMap { $0?.scalars ?? empty })
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
    self = JSON(["layer": layer.number, "name": layer.name, "filter": filter]) + JSON(members)
  }

  /// The members of two objects.
  static func + (first: JSON, second: JSON) -> JSON {
    guard case .object(let first) = first, case .object(let second) = second else { return first }
    return .object(first + second)
  }

  /// First and last row, or column, of a field.
  static func ends(_ range: Range<Int>?) -> JSON? {
    range.map { .array([.integer($0.lowerBound), .integer($0.upperBound - 1)]) }
  }
}
