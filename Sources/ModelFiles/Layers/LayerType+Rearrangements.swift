import CheckedArithmetic
import NeuralNetworks
import Tensors

extension LayerType {
  /// Layers that move pixels and channels about, or make others of them by their places alone.
  static let rearrangements = [
    LayerType(
      "ZeroPad2d", "pad", "padding",
      describe: { (layer: ZeroPad2D) in
        let padding = layer.padding
        let sides = [padding.left, padding.right, padding.top, padding.bottom]
        return ["padding": .array(sides.map { JSONValue($0) })]
      },
      make: { layer in
        guard
          let sides = try layer.integers(
            "padding", count: 4, in: 0...LayerReader.windows.upperBound)
        else { throw layer.bad("no \"padding\", which a ZeroPad2d needs") }
        return ZeroPad2D(
          padding: Padding(top: sides[2], left: sides[0], bottom: sides[3], right: sides[1]))
      }),
    LayerType(
      "Slice", "slice", "axis start end step",
      describe: { (layer: Slice) in
        [
          "axis": .string(layer.axis.rawValue), "start": JSONValue(layer.start),
          "end": JSONValue(layer.end), "step": JSONValue(layer.step),
        ]
      },
      make: { layer in
        let axes = Slice.Axis.allCases.map(\.rawValue)
        guard let axis = Slice.Axis(rawValue: try layer.word("axis", "channels", of: axes)) else {
          return nil
        }
        let end = try layer.integer("end")
        return Slice(
          axis, from: try layer.integer("start", 0, in: 0...end - 1), to: end,
          by: try layer.integer("step", 1))
      }),
    LayerType(
      "ChannelShuffle", "shuffle", "groups",
      describe: { (layer: ChannelShuffle) in ["groups": JSONValue(layer.groups)] },
      make: { ChannelShuffle(groups: try $0.integer("groups")) }),
    LayerType(
      "Unflatten", "unflatten", "dim unflattened_size",
      describe: { (layer: Unflatten) in
        let sizes = [layer.shape[2], layer.shape[0], layer.shape[1]]
        return ["dim": 1, "unflattened_size": .array(sizes.map { JSONValue($0) })]
      },
      make: { layer in
        guard let sizes = try layer.integers("unflattened_size", count: 3, in: LayerReader.sizes)
        else { throw layer.bad("no \"unflattened_size\", which an Unflatten needs") }
        return Unflatten(shape: [sizes[1], sizes[2], sizes[0]])
      }),
    LayerType(
      "Permute", "permute", "dims",
      describe: { (layer: Permute) in
        // Of rows, columns and channels, by their places in [N, C, H, W] and back.
        let places = [2, 3, 1]
        let dims = [2, 0, 1].map { places[layer.order[$0]] }
        return ["dims": .array([0] + dims.map { JSONValue($0) })]
      },
      make: { layer in
        let dims = try layer.integers("dims", count: 4, in: 0...3) ?? []
        guard dims.first == 0, dims.sorted() == [0, 1, 2, 3] else {
          throw layer.bad("no \"dims\" that are 0, then 1 to 3 in some order")
        }
        let axes = [nil, 2, 0, 1]
        return Permute(order: [dims[2], dims[3], dims[1]].compactMap { axes[$0] })
      }),
    LayerType(
      "Upsample", "upsample", "size scale_factor mode align_corners coordinates rounding",
      describe: { (layer: Upsample) in
        var settings: [String: JSONValue] = [
          "size": JSONValue(layer.size), "mode": .string(layer.mode.rawValue),
          "coordinates": .string(layer.coordinates.rawValue),
          "rounding": .string(layer.rounding.rawValue),
        ]
        if let scale = layer.scale {
          settings["scale_factor"] = .array(scale.map { .number($0) })
        }
        return settings
      }, make: upsample),
  ]

  private static let upsample: @Sendable (LayerReader) throws -> (any Layer)? = { layer in
    guard layer.input.count == 3 else {
      throw ModelProblem.mismatch(
        ShapeError(layer: layer.path, takes: "images", gets: layer.input))
    }
    let scale = try layer.numbers("scale_factor", count: 2)
    guard scale?.allSatisfy({ (1e-6...1e6).contains($0) }) ?? true else {
      throw layer.bad("the scale_factor \(scale ?? [])")
    }
    let scaled = scale.map { scale in
      Extent(
        height: max(1, Int(Double(layer.input[0]) * scale[0])),
        width: max(1, Int(Double(layer.input[1]) * scale[1])))
    }
    let modes = Upsample.Mode.allCases.map(\.rawValue) + ["nearest-exact"]
    let word = try layer.word("mode", "nearest", of: modes)
    let mode = Upsample.Mode(rawValue: word) ?? .nearest
    let standard: Upsample.Coordinates =
      try layer.flag("align_corners", false)
      ? .alignCorners : word == "nearest" ? .asymmetric : .halfPixel
    let coordinates = try layer.word(
      "coordinates", standard.rawValue, of: Upsample.Coordinates.allCases.map(\.rawValue))
    let rounding = try layer.word(
      "rounding", word == "nearest-exact" ? "round_prefer_ceil" : "floor",
      of: Upsample.Rounding.allCases.map(\.rawValue))
    return Upsample(
      size: try layer.extent("size", scaled, in: 1...1 << 20), mode: mode,
      coordinates: Upsample.Coordinates(rawValue: coordinates),
      rounding: Upsample.Rounding(rawValue: rounding) ?? .floor, scale: scale)
  }
}
