import CommandSupport
import ModelFiles
import TextOutput
import Visualization

/// What `deconv occlude` says.
struct OcclusionReport {
  let occlusion: Occlusion
  let subject: Subject
  let network: Network
  /// The gray that was asked for.
  let fill: Float
  let output: String

  /// For people.
  func text() -> String {
    let square = occlusion.occluder
    let count = occlusion.activity.count
    var table = TextTable(("", .left), ("", .left))
    table.add("checkpoint", network.checkpoint.path)
    table.add("image", subject.image.name)
    table.add("class", subject.answer)
    table.add(
      "square",
      """
      \(square.size)x\(square.size), stride \(square.stride), gray \(Words.short(Double(fill))) \
      (\(inputUnits) in the input): \(Format.counted(count, "place")), \
      \(occlusion.rows)x\(occlusion.columns)
      """)
    table.add(
      "activity",
      "\(occlusion.layer.filterNoun) \(occlusion.filter) of \(occlusion.layer), the strongest, "
        + "summed: " + extremes(occlusion.activity, clear: occlusion.clearActivity))
    table.add(
      "probability",
      "of \(subject.phrase): "
        + extremes(
          occlusion.labelProbabilities, clear: occlusion.clearProbabilities[occlusion.label]))
    table.add("prediction", predictions)
    table.add("output", output)
    return table.rendered()
  }

  /// For programs: an object about the image, then one a place.
  var objects: [any Encodable] {
    let best = occlusion.bestClasses
    let probabilities = occlusion.labelProbabilities
    let whole = ImageObject(
      checkpoint: network.checkpoint.path, image: subject.image.name, class: occlusion.label,
      class_name: subject.className, layer: occlusion.layer.number, filter: occlusion.filter,
      size: occlusion.occluder.size, stride: occlusion.occluder.stride, fill: fill,
      rows: occlusion.rows, columns: occlusion.columns, activity: occlusion.clearActivity,
      probability: occlusion.clearProbabilities[occlusion.label], best_class: occlusion.clearClass,
      output: output)
    return [whole]
      + best.indices.map { place in
        let corner = occlusion.corner(ofPlace: place)
        return PlaceObject(
          y: corner.y, x: corner.x, activity: occlusion.activity[place],
          probability: probabilities[place], best_class: best[place])
      }
  }

  private struct ImageObject: Encodable {
    var checkpoint, image: String
    var `class`: Int
    var class_name: String
    var layer, filter, size, stride: Int
    var fill: Float
    var rows, columns: Int
    var activity, probability: Float
    var best_class: Int
    var output: String
  }

  private struct PlaceObject: Encodable {
    var y, x: Int
    var activity, probability: Float
    var best_class: Int
  }

  /// `0.82 uncovered, 0.25 at least, rows 3 to 9, columns 10 to 16 covered`.
  private func extremes(_ values: [Float], clear: Float) -> String {
    guard let lowest = values.min(), let highest = values.max(), lowest < highest else {
      return """
        \(Self.short(clear)) uncovered, \(Self.short(values.first ?? 0)) wherever the square is
        """
    }
    let corner = occlusion.corner(ofPlace: values.firstIndex(of: lowest) ?? 0)
    let last = occlusion.occluder.size - 1
    return """
      \(Self.short(clear)) uncovered, \(Self.short(lowest)) with rows \(corner.y) to \
      \(corner.y + last), columns \(corner.x) to \(corner.x + last) covered, at most \
      \(Self.short(highest))
      """
  }

  /// Which classes the image is taken for, and how often.
  private var predictions: String {
    var counts: [Int: Int] = [:]
    for label in occlusion.bestClasses { counts[label, default: 0] += 1 }
    let clear = occlusion.clearClass
    let all = occlusion.bestClasses.count
    let stays = counts[clear] ?? 0
    let name = Subject.phrase(subject.classNames[clear])
    if stays == all { return "\(name), wherever the square is" }
    let others = counts.filter { $0.key != clear }
      .sorted { ($0.value, -$0.key) > ($1.value, -$1.key) }
    let named = others.prefix(3).map {
      "\(Subject.phrase(subject.classNames[$0.key])) (\(Format.count($0.value)))"
    }
    let rest = others.count > 3 ? " and \(others.count - 3) more" : ""
    return """
      \(name) uncovered and at \(Format.count(stays)) of \(Format.count(all)) places; elsewhere \
      \(named.joined(separator: ", "))\(rest)
      """
  }

  /// The gray in units of the input, each channel's where they differ.
  private var inputUnits: String {
    let fill = occlusion.occluder.fill
    return Set(fill).count == 1
      ? Self.short(fill[0]) : fill.map(Self.short).joined(separator: ", ")
  }

  private static func short(_ value: Float) -> String { Format.number(Double(value), digits: 3) }
}
