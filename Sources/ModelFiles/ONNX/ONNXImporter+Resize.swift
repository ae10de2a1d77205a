import NeuralNetworks
import Tensors

extension ONNXImporter {
  /// Images at another size.
  mutating func resize(_ operation: ONNXOperation) throws {
    let input = try image(operation)
    let isOld = operation.type == "Upsample"
    var scales = try operation.floats("scales")
    var sizes: [Int]?
    let place = isOld || operatorSet < 11 ? 1 : 2
    if let given = try constant(operation, place), given.count > 0 {
      scales = try floats(given, operation)
    }
    if !isOld, let given = try constant(operation, 3), given.count > 0 {
      sizes = try integers(given, operation)
    }
    func four<Number>(_ numbers: [Number]?, _ others: [Number]) throws -> [Number]? {
      guard let numbers else { return nil }
      let axes = try operation.integers("axes") ?? Array(0..<4)
      guard numbers.count == axes.count, Set(axes).isSubset(of: 0..<4) else {
        throw operation.unsupported("has \(numbers.count) sizes for \(axes.count) dimensions")
      }
      var result = others
      for (axis, number) in zip(axes, numbers) { result[axis] = number }
      return result
    }
    sizes = try four(sizes, input.shape)
    scales = try four(scales, [1, 1, 1, 1])
    if sizes == nil, let scales, scales.allSatisfy({ (1e-6...1e6).contains($0) }) {
      sizes = zip(input.shape, scales).map { Int((Double($0) * Double($1)).rounded(.down)) }
    }
    guard let sizes, sizes[..<2] == input.shape[..<2],
      sizes[2...].allSatisfy({ (1...1 << 20).contains($0) })
    else { throw operation.unsupported("makes images of another size than rows and columns tell") }
    let word = operation.string(
      "coordinate_transformation_mode", isOld || operatorSet < 11 ? "asymmetric" : "half_pixel")
    let mode = operation.string("mode", "nearest")
    var rounding = operation.string(
      "nearest_mode", isOld || operatorSet < 11 ? "floor" : "round_prefer_floor")
    var coordinates = word
    switch word {
    // They differ where a side becomes 1 pixel long.
    case "pytorch_half_pixel" where sizes[2] > 1 && sizes[3] > 1: coordinates = "half_pixel"
    case "half_pixel", "align_corners", "asymmetric": break
    // Whole steps, from their middle, rounded down.
    case "tf_half_pixel_for_nn" where mode == "nearest":
      (coordinates, rounding) = ("half_pixel", "round_prefer_ceil")
    default: throw operation.unsupported("has the coordinate_transformation_mode \"\(word)\"")
    }
    guard ["nearest", "linear", "bilinear"].contains(mode),
      Upsample.Rounding(rawValue: rounding) != nil,
      try operation.integer("antialias", 0) == 0
        || sizes[2] >= input.shape[2] && sizes[3] >= input.shape[3],
      operation.string("keep_aspect_ratio_policy", "stretch") == "stretch"
    else {
      throw operation.unsupported("resizes by \"\(mode)\"; \"nearest\" and \"linear\" are possible")
    }
    if sizes == input.shape { return try set(operation, .activation(input)) }
    var settings: [String: JSONValue] = [
      "size": .array([JSONValue(sizes[2]), JSONValue(sizes[3])]),
      "mode": .string(mode == "nearest" ? "nearest" : "bilinear"),
      "coordinates": .string(coordinates), "rounding": .string(rounding),
    ]
    if let scales { settings["scale_factor"] = .array(scales[2...].map { .number(Double($0)) }) }
    try add("Upsample", with: settings, operation, from: input, output: sizes, named: "upsample")
  }
  /// A dimension of length 1 behind that of rows or columns, repeated.
  mutating func tile(_ operation: ONNXOperation) throws {
    var input = try activation(operation, isWhole: false)
    guard let constant = try constant(operation, 1),
      case let repeats = try integers(constant, operation), repeats.count == input.shape.count
    else { throw operation.unsupported("doesn't say how often") }
    if repeats.allSatisfy({ $0 == 1 }) { return try set(operation, .activation(input)) }
    guard let copies = input.copies, copies.count == 1,
      case let count = repeats[copies.axis + 1], (1...1 << 20).contains(count),
      repeats.enumerated().allSatisfy({ $0.offset == copies.axis + 1 || $0.element == 1 })
    else {
      throw operation.unsupported(
        "repeats \(input.shape) \(repeats.prefix(16)) times; rows and columns of images are possible"
      )
    }
    input.copies?.count = count
    input.shape[copies.axis + 1] = count
    try set(operation, .activation(input))
  }

  /// Copies of rows or columns become rows or columns of larger images.
  mutating func enlarge(
    _ operation: ONNXOperation, _ input: ONNXActivation, by copies: PixelCopies, to shape: [Int]
  ) throws {
    var wanted = copies.shape
    let (length, overflow) = wanted[copies.axis].multipliedReportingOverflow(by: copies.count)
    wanted[copies.axis] = length
    guard !overflow, length <= 1 << 20, shape == wanted else {
      throw operation.unsupported(
        "makes shape \(shape) of the copied rows or columns of \(copies.shape)")
    }
    var result = input
    result.copies = nil
    result.shape = copies.shape
    if copies.count == 1 { return try set(operation, .activation(result)) }
    let isRows = result.order[copies.axis] == 2
    let sizes = isRows ? [length, result.length(3)] : [result.length(2), length]
    let factors = isRows ? [copies.count, 1] : [1, copies.count]
    try add(
      "Upsample",
      with: [
        "size": .array(sizes.map { JSONValue($0) }), "mode": .string("nearest"),
        "coordinates": .string("asymmetric"), "rounding": .string("floor"),
        "scale_factor": .array(factors.map { .number(Double($0)) }),
      ], operation, from: result, output: shape, named: "upsample")
  }
}

extension PixelCopies {
  /// The same after the graph's dimensions were exchanged, and the order of the images' own; nil where rows or
  /// columns and their copies part.
  func transposed(_ order: [Int]) -> (copies: PixelCopies, own: [Int])? {
    guard let place = order.firstIndex(of: axis + 1), place > 0, order[place - 1] == axis else {
      return nil
    }
    let own = order.filter { $0 != axis + 1 }.map { $0 > axis ? $0 - 1 : $0 }
    return (PixelCopies(axis: place - 1, shape: own.map { shape[$0] }, count: count), own)
  }

  /// Images that are seen with a dimension of length 1 behind that of their rows or columns.
  init?(of input: ONNXActivation, seenAs shape: [Int]) {
    guard input.isWhole, input.shape.count == 4, shape.count == 5,
      let axis = input.shape.indices.first(where: { axis in
        [2, 3].contains(input.order[axis]) && shape[axis + 1] == 1
          && shape[...axis] + shape[(axis + 2)...] == input.shape[...]
      })
    else { return nil }
    self.init(axis: axis, shape: input.shape)
  }
}
