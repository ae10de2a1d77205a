import CommandSupport
import Datasets
import NumPyFiles
import Tensors
import TextOutput
import Visualization

/// What `deconv evolve` found, in words, lines and arrays.
struct EvolutionResult {
  /// A filter at a step, as a line of JSON.
  struct Line: Encodable {
    var layer: Int
    var name: String
    var filter: Int
    var step: Int
    var dead: Bool
    /// Whether another image than at the step before is the strongest.
    var jump: Bool
    var image: Int?
    var source: String?
    var label: String?
    var y: Int?
    var x: Int?
    var activation: Float?
    var rows: [Int]?
    var columns: [Int]?
    /// What is white in the projection: the farthest from 0.
    var scale: Float?
  }

  let evolution: FeatureEvolution
  let lines: [Line]

  init(_ evolution: FeatureEvolution, layer: NumberedLayer, images: DataImages) {
    self.evolution = evolution
    lines = evolution.filters.indices.flatMap { filter in
      evolution.moments.enumerated().map { index, moment in
        var line = Line(
          layer: layer.number, name: layer.name, filter: evolution.filters[filter],
          step: moment.step, dead: moment.strongest[filter] == nil,
          jump: evolution.jumps(filter: filter, at: index))
        if let entry = moment.strongest[filter], let projection = moment.projections[filter] {
          line.image = entry.image
          line.source = images.images.sources[entry.image]
          line.label = images.classNames[images.images.labels[entry.image]]
          (line.y, line.x, line.activation) = (entry.unit.y, entry.unit.x, entry.unit.value)
          line.rows = projection.field.map { [$0.rows.lowerBound, $0.rows.upperBound - 1] }
          line.columns = projection.field.map {
            [$0.columns.lowerBound, $0.columns.upperBound - 1]
          }
          line.scale = projection.scale.farthest
        }
        return line
      }
    }
  }

  // MARK: Words

  /// A sentence a step.
  func sentences(_ layer: NumberedLayer) -> [String] {
    let count = evolution.filters.count
    return evolution.moments.indices.map { index in
      let moment = evolution.moments[index]
      let dead = moment.strongest.count { $0 == nil }
      let jumped = evolution.filters.indices.count { evolution.jumps(filter: $0, at: index) }
      var parts: [String] = []
      if index > 0 {
        parts.append(
          jumped == 0
            ? "all from the same image as before"
            : "\(jumped) of \(count) from another image than before")
      }
      if dead > 0 { parts.append("\(dead) of \(count) dead") }
      let largest = moment.strongest.compactMap { $0?.unit.value }.max()
      if let largest {
        parts.append("largest activation \(Format.number(Double(largest), digits: 3))")
      }
      return "\(Format.count(moment.step)): " + parts.joined(separator: ", ")
    }
  }

  /// Which filters jumped last and most.
  func jumps(_ layer: NumberedLayer) -> String {
    let jumps = evolution.filters.indices.map { evolution.jumps(filter: $0) }
    guard let last = jumps.compactMap(\.last).max(), let most = jumps.map(\.count).max() else {
      return "none: every \(layer.filterNoun) keeps its image"
    }
    func names(_ isMeant: ([Int]) -> Bool) -> String {
      Words.list(zip(evolution.filters, jumps).filter { isMeant($0.1) }.map { "\($0.0)" })
    }
    let steady = jumps.count { $0.isEmpty }
    var words = "most often \(names { $0.count == most }) (\(most)x)"
    words +=
      last == evolution.moments.count - 1
      ? ", at the last step still \(names { $0.last == last })"
      : ", none since step \(Format.count(evolution.moments[last].step))"
    if steady > 0 { words += "; \(steady) of \(jumps.count) never" }
    return words
  }

  // MARK: Arrays

  /// The names of the arrays of `--npy`.
  static let arrays = ["step", "index", "y", "x", "value", "projection"]

  /// Writes the steps, and arrays `[steps, filters]`: -1, NaN and zeros for dead filters.
  func write(to files: RawFiles) throws {
    guard files.areWanted else { return }
    let entries = evolution.moments.flatMap(\.strongest)
    let shape = [evolution.moments.count, evolution.filters.count]
    try files.write("step", evolution.moments.map { Int64($0.step) }, shape: [shape[0]])
    try files.write("index", entries.map { Int32($0?.image ?? -1) }, shape: shape)
    try files.write("y", entries.map { Int32($0?.unit.y ?? -1) }, shape: shape)
    try files.write("x", entries.map { Int32($0?.unit.x ?? -1) }, shape: shape)
    try files.write("value", entries.map { $0?.unit.value ?? .nan }, shape: shape)
    let patches = evolution.moments.flatMap { $0.projections.map { $0?.patch } }
    let patch = patches.lazy.compactMap { $0?.shape }.first ?? [0]
    let empty = [Float](repeating: 0, count: patch.reduce(1, *))
    try files.write(
      "projection", patches.flatMap { $0?.scalars ?? empty }, shape: shape + patch)
  }
}
