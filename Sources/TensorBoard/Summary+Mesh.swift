public import EventFiles
internal import ProtobufWire

extension Summary {
  /// A mesh, or without faces a cloud of points, for the dashboard Mesh.
  ///
  /// - `vertices`: `[batch, N, 3]` in row-major order: x, y, z of each; kept in 32 bits.
  /// - `faces`: `[batch, M, 3]`: numbers of three vertices each; empty: a cloud of points.
  /// - `colors`: `[batch, N, 3]`: red, green and blue of each vertex, 0 to 255; empty: gray.
  /// - `batch`: How many meshes of equal counts there are. The dashboard shows the first.
  /// - `configuration`: Camera and material.
  /// - Throws: `SummaryError` where there is no vertex, counts don't fit, a vertex isn't finite, a face has
  ///   a vertex that isn't there, or a colour isn't 0 to 255.
  public static func mesh(
    _ tag: String, vertices: some Collection<some BinaryFloatingPoint>,
    faces: [some BinaryInteger] = [Int32](),
    colors: [some BinaryInteger] = [UInt8](), batch: Int = 1,
    configuration: MeshConfiguration? = nil
  ) throws(SummaryError) -> Summary {
    guard !vertices.isEmpty else { throw .empty(tag: tag, what: "vertices") }
    guard batch > 0 else {
      throw .outOfRange(tag: tag, what: "the batch", value: "\(batch)", expected: "1 or more")
    }
    for (what, count) in [
      ("coordinates of vertices", vertices.count), ("corners of faces", faces.count),
    ] where !count.isMultiple(of: 3 * batch) {
      throw .wrongCount(
        tag: tag, what: what, got: count,
        expected: "a multiple of \(3 * batch)" + (batch > 1 ? " for a batch of \(batch)" : ""))
    }
    guard colors.isEmpty || colors.count == vertices.count else {
      throw .wrongCount(
        tag: tag, what: "components of colours", got: colors.count,
        expected: "\(vertices.count), three a vertex")
    }
    let vertices = vertices.map { Float($0) }
    try SummaryError.checkFinite(vertices, tag: tag, what: "coordinates of vertices")
    let count = vertices.count / 3 / batch
    if let wrong = faces.first(where: { !(0..<count).contains(Int(clamping: $0)) }) {
      throw .outOfRange(
        tag: tag, what: "a corner of a face", value: "\(wrong)", expected: "0 to \(count - 1)")
    }
    if let wrong = colors.first(where: { UInt8(exactly: $0) == nil }) {
      throw .outOfRange(
        tag: tag, what: "a component of a colour", value: "\(wrong)", expected: "0 to 255")
    }
    if let configuration {
      for (name, value) in configuration.numbers where !value.isFinite {
        throw .notFinite(tag: tag, what: "configuration (\(name))", index: 0, value: value)
      }
    }

    let parts = [
      MeshPart(
        kind: .vertex, tensor: TensorProto(shape: [batch, count, 3], scalars: vertices)),
      faces.isEmpty
        ? nil
        : MeshPart(
          kind: .face,
          tensor: TensorProto(
            shape: [batch, faces.count / 3 / batch, 3], scalars: faces.map { Int32(clamping: $0) })),
      colors.isEmpty
        ? nil
        : MeshPart(
          kind: .color,
          tensor: TensorProto(
            shape: [batch, count, 3], scalars: colors.map { UInt8(clamping: $0) })),
    ].compactMap(\.self)
    let components = parts.reduce(0) { $0 | 1 << $1.kind.rawValue }
    return Summary(
      values: parts.map { part in
        part.value(
          tag: tag, components: components, configuration: configuration?.json ?? "{}")
      })
  }

  /// A mesh, or without faces a cloud of points, for the dashboard Mesh.
  ///
  /// - `vertices`: x, y, z of each.
  /// - `faces`: Numbers of three vertices each; empty: a cloud of points.
  /// - `colors`: Red, green and blue of each vertex; empty: gray.
  public static func mesh<Vertex: BinaryFloatingPoint, Corner: BinaryInteger>(
    _ tag: String, vertices: [SIMD3<Vertex>], faces: [SIMD3<Corner>] = [SIMD3<Int32>](),
    colors: [SIMD3<UInt8>] = [], configuration: MeshConfiguration? = nil
  ) throws(SummaryError) -> Summary {
    try mesh(
      tag, vertices: vertices.flatMap { [$0.x, $0.y, $0.z] },
      faces: faces.flatMap { [$0.x, $0.y, $0.z] }, colors: colors.flatMap { [$0.x, $0.y, $0.z] },
      configuration: configuration)
  }
}

extension SummaryMetadata {
  /// Puts a prefix before the name in a mesh's metadata, by which the dashboard finds its parts.
  mutating func prefixMesh(_ tag: String, by prefix: String) {
    func field(_ name: String) -> [UInt8] {
      var encoder = WireEncoder()
      encoder.encode(name, field: 2)
      return encoder.bytes
    }
    let name = String(tag[..<(tag.lastIndex(of: "_") ?? tag.endIndex)])
    guard pluginContent.starts(with: field(name)) else { return }
    pluginContent = field("\(prefix)/\(name)") + pluginContent.dropFirst(field(name).count)
  }
}

/// One of the tensors of a mesh, under a tag of its own.
private struct MeshPart {
  /// By TensorBoard's numbers.
  enum Kind: Int {
    case vertex = 1
    case face = 2
    case color = 3

    var suffix: String {
      switch self {
      case .vertex: "VERTEX"
      case .face: "FACE"
      case .color: "COLOR"
      }
    }
  }

  let kind: Kind
  let tensor: TensorProto

  func value(tag: String, components: Int, configuration: String) -> Summary.Value {
    var content = WireEncoder()
    // The version, field 1, is 0.
    content.encode(tag, field: 2)
    content.encode(kind.rawValue, field: 3)
    content.encode(configuration, field: 5)
    content.encode(packed: tensor.shape.map(Int64.init), field: 6)
    content.encode(components, field: 7)
    let metadata = SummaryMetadata(
      pluginName: "mesh", dataClass: .tensor, pluginContent: content.bytes)
    return Summary.Value(
      tag: "\(tag)_\(kind.suffix)", metadata: metadata, content: .tensor(tensor))
  }
}
