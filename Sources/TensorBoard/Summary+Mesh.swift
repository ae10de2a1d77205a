public import EventFiles
internal import ProtobufWire

extension Summary {
  /// A mesh, or without faces a cloud of points, for the dashboard Mesh.
  ///
  /// - Parameters:
  ///   - vertices: `[batch, N, 3]` in row-major order: x, y, z of each.
  ///   - faces: `[batch, M, 3]`: numbers of three vertices each; empty: a cloud of points.
  ///   - colors: `[batch, N, 3]`: red, green and blue of each vertex; empty: gray.
  ///   - batch: How many meshes of equal counts there are. The dashboard shows the first.
  ///   - configuration: Camera and material.
  /// - Throws: `SummaryError` where there is no vertex, counts don't fit, a vertex isn't finite, or a face
  ///   has a vertex that isn't there.
  public static func mesh(
    _ tag: String, vertices: some Collection<Float>, faces: some Collection<Int32> = [Int32](),
    colors: some Collection<UInt8> = [UInt8](), batch: Int = 1,
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
    try SummaryError.checkFinite(vertices, tag: tag, what: "coordinates of vertices")
    let count = vertices.count / 3 / batch
    if let wrong = faces.first(where: { !(0..<count).contains(Int($0)) }) {
      throw .outOfRange(
        tag: tag, what: "a corner of a face", value: "\(wrong)", expected: "0 to \(count - 1)")
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
          tensor: TensorProto(shape: [batch, faces.count / 3 / batch, 3], scalars: faces)),
      colors.isEmpty
        ? nil
        : MeshPart(kind: .color, tensor: TensorProto(shape: [batch, count, 3], scalars: colors)),
    ].compactMap(\.self)
    let components = parts.reduce(0) { $0 | 1 << $1.kind.rawValue }
    return Summary(
      values: parts.map { part in
        part.value(
          tag: tag, components: components, configuration: configuration?.json ?? "{}")
      })
  }

  /// A mesh, or without faces a cloud of points, for the dashboard Mesh; kept in 32 bits.
  public static func mesh(
    _ tag: String, vertices: some Collection<Double>, faces: some Collection<Int> = [Int](),
    colors: some Collection<UInt8> = [UInt8](), batch: Int = 1,
    configuration: MeshConfiguration? = nil
  ) throws(SummaryError) -> Summary {
    try mesh(
      tag, vertices: vertices.map(Float.init), faces: faces.map(Int32.init(clamping:)),
      colors: colors, batch: batch, configuration: configuration)
  }

  /// A mesh, or without faces a cloud of points, for the dashboard Mesh.
  ///
  /// - Parameters:
  ///   - vertices: x, y, z of each.
  ///   - faces: Numbers of three vertices each; empty: a cloud of points.
  ///   - colors: Red, green and blue of each vertex; empty: gray.
  public static func mesh(
    _ tag: String, vertices: [SIMD3<Float>], faces: [SIMD3<Int32>] = [],
    colors: [SIMD3<UInt8>] = [], configuration: MeshConfiguration? = nil
  ) throws(SummaryError) -> Summary {
    try mesh(
      tag, vertices: vertices.flatMap { [$0.x, $0.y, $0.z] },
      faces: faces.flatMap { [$0.x, $0.y, $0.z] }, colors: colors.flatMap { [$0.x, $0.y, $0.z] },
      configuration: configuration)
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
