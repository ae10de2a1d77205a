import EventFiles
import TensorBoard
import Testing

@Suite struct MeshTests {
  private let corners: [Float] = [0, 0, 0, 1, 0, 0, 0, 1, 0]

  @Test func `a cloud is vertices alone`() throws {
    let summary = try Summary.mesh("m", vertices: corners)
    #expect(summary.values.map(\.tag) == ["m_VERTEX"])
    let value = try #require(summary.values.first)
    #expect(value.metadata?.pluginName == "mesh" && value.metadata?.dataClass == .tensor)
    let tensor = try tensor(value)
    #expect(tensor.shape == [1, 3, 3] && tensor.dataType == .float)
    #expect(tensor.numbers == corners.map(Double.init))
  }

  @Test func `faces and colours have tags and types of their own`() throws {
    let summary = try Summary.mesh(
      "m", vertices: corners, faces: [0, 1, 2], colors: [1, 2, 3, 4, 5, 6, 7, 8, 255])
    let tensors = try summary.values.map { try tensor($0) }
    #expect(tensors.map(\.dataType) == [.float, .int32, .uint8])
    #expect(tensors.map(\.shape) == [[1, 3, 3], [1, 1, 3], [1, 3, 3]])
    #expect(tensors[1].numbers == [0, 1, 2])
    #expect(tensors[2].numbers?.last == 255)
  }

  @Test func `a batch divides the counts`() throws {
    let summary = try Summary.mesh(
      "m", vertices: corners + corners, faces: [0, 1, 2, 2, 1, 0], batch: 2)
    #expect(try summary.values.map { try tensor($0).shape } == [[2, 3, 3], [2, 1, 3]])
  }

  @Test func `doubles and integers make the same mesh`() throws {
    #expect(
      try Summary.mesh("m", vertices: corners.map(Double.init), faces: [0, 1, 2] as [Int])
        == Summary.mesh("m", vertices: corners, faces: [0, 1, 2] as [Int32]))
    #expect(throws: SummaryError.self) {
      try Summary.mesh("m", vertices: corners.map(Double.init), faces: [0, 1, 1 << 32])
    }
    #expect(throws: SummaryError.self) { try Summary.mesh("m", vertices: [1e300, 0, 0]) }
  }

  @Test func `vectors make the same mesh`() throws {
    let vectors: [SIMD3<Float>] = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    let summary = try Summary.mesh(
      "m", vertices: vectors, faces: [[0, 1, 2]], colors: [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    #expect(
      try summary
        == Summary.mesh(
          "m", vertices: corners, faces: [0, 1, 2], colors: [1, 2, 3, 4, 5, 6, 7, 8, 9]))
  }

  @Test(arguments: [
    (
      MeshConfiguration(),
      #"{"camera":{"cls":"PerspectiveCamera","fov":75.0,"near":0.1,"far":1000.0}}"#
    ),
    (
      MeshConfiguration(material: .points(size: 0.5), fieldOfView: 60, near: 1, far: 2),
      #"{"camera":{"cls":"PerspectiveCamera","fov":60.0,"near":1.0,"far":2.0},"#
        + #""material":{"cls":"PointsMaterial","size":0.5}}"#
    ),
    (
      MeshConfiguration(material: .wireframe),
      #"{"camera":{"cls":"PerspectiveCamera","fov":75.0,"near":0.1,"far":1000.0},"#
        + #""material":{"cls":"MeshBasicMaterial","wireframe":true}}"#
    ),
    (
      MeshConfiguration(material: .standard(roughness: 1, metalness: 0)),
      #"{"camera":{"cls":"PerspectiveCamera","fov":75.0,"near":0.1,"far":1000.0},"#
        + #""material":{"cls":"MeshStandardMaterial","roughness":1.0,"metalness":0.0}}"#
    ),
  ])
  func `cameras and materials are those of three.js`(
    _ configuration: MeshConfiguration, _ json: String
  ) throws {
    let summary = try Summary.mesh("m", vertices: corners, configuration: configuration)
    let content = try #require(summary.values.first?.metadata?.pluginContent)
    #expect(String(decoding: content, as: UTF8.self).contains(json))
  }

  @Test func `what is no mesh is refused`() {
    func refusal(
      _ vertices: [Float], _ faces: [Int32] = [], _ colors: [UInt8] = [], batch: Int = 1,
      configuration: MeshConfiguration? = nil
    ) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try Summary.mesh(
          "m", vertices: vertices, faces: faces, colors: colors, batch: batch,
          configuration: configuration)
      }
    }
    #expect(refusal([]) == .empty(tag: "m", what: "vertices"))
    #expect(
      refusal([1, 2])
        == .wrongCount(
          tag: "m", what: "coordinates of vertices", got: 2, expected: "a multiple of 3"))
    #expect(
      refusal(corners, batch: 2)
        == .wrongCount(
          tag: "m", what: "coordinates of vertices", got: 9,
          expected: "a multiple of 6 for a batch of 2"))
    #expect(
      refusal(corners, [0, 1])
        == .wrongCount(tag: "m", what: "corners of faces", got: 2, expected: "a multiple of 3"))
    #expect(
      refusal(corners, [], [1, 2, 3])
        == .wrongCount(
          tag: "m", what: "components of colours", got: 3, expected: "9, three a vertex"))
    #expect(
      refusal([0, .infinity, 0])
        == .notFinite(tag: "m", what: "coordinates of vertices", index: 1, value: .infinity))
    for corner in [3, -1] as [Int32] {
      #expect(
        refusal(corners, [0, 1, corner])
          == .outOfRange(
            tag: "m", what: "a corner of a face", value: "\(corner)", expected: "0 to 2"))
    }
    #expect(
      refusal(corners, batch: 0)
        == .outOfRange(tag: "m", what: "the batch", value: "0", expected: "1 or more"))
    #expect(
      refusal(corners, configuration: MeshConfiguration(material: .points(size: .infinity)))
        == .notFinite(tag: "m", what: "configuration (size)", index: 0, value: .infinity))
  }
}
