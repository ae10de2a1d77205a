import EventFiles
import ProtobufWire
import TensorBoard
import Testing

@Suite struct TensorSummaryTests {
  private func check(
    _ summary: Summary, _ type: TensorProto.DataType, _ numbers: [Double]
  ) throws {
    let value = try #require(summary.values.first)
    #expect(value.metadata == SummaryMetadata(pluginName: "mine", dataClass: .tensor))
    let written = try tensor(Summary.Value(wireBytes: value.wireBytes))
    #expect(written.dataType == type && written.shape == [numbers.count, 1])
    #expect(written.numbers == numbers)
  }

  private func check<Scalar: BinaryInteger>(
    integers values: [Scalar], _ type: TensorProto.DataType, _ numbers: [Double]
  ) throws {
    let shape = [values.count, 1]
    try check(.tensor("t", values, shape: shape, plugin: "mine"), type, numbers)
    // What doesn't lie in memory side by side makes the same bytes.
    let scattered = values.lazy.map { $0 }
    try check(.tensor("t", scattered, shape: shape, plugin: "mine"), type, numbers)
  }

  private func check<Scalar: BinaryFloatingPoint>(
    _ values: [Scalar], _ type: TensorProto.DataType, _ numbers: [Double]
  ) throws {
    let shape = [values.count, 1]
    try check(.tensor("t", values, shape: shape, plugin: "mine"), type, numbers)
    let scattered = values.lazy.map { $0 }
    try check(.tensor("t", scattered, shape: shape, plugin: "mine"), type, numbers)
  }

  @Test func `numbers of every type come back`() throws {
    try check([1.5, -2] as [Float], .float, [1.5, -2])
    try check([1e300], .double, [1e300])
    try check(integers: [Int.min, 1], .int64, [-0x1p63, 1])
    try check(integers: [-5] as [Int64], .int64, [-5])
    try check(integers: [-70_000] as [Int32], .int32, [-70_000])
    try check(integers: [-300] as [Int16], .int16, [-300])
    try check(integers: [-3] as [Int8], .int8, [-3])
    try check(integers: [UInt64.max], .uint64, [0x1p64])
    try check(integers: [UInt.max], .uint64, [0x1p64])
    try check(integers: [UInt32.max], .uint32, [0x1p32 - 1])
    try check(integers: [UInt16.max], .uint16, [65_535])
    try check(integers: [UInt8.max], .uint8, [255])
    try check(integers: [Int128.max, -1], .int64, [0x1p63, -1])
    try check(.tensor("t", [true, false], shape: [2, 1], plugin: "mine"), .bool, [1, 0])
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func `16-bit numbers come back bit for bit`() throws {
      let values: [Float16] = [
        1.5, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -.infinity,
      ]
      try check(values, .half, values.map(Double.init))
    }
  #endif

  @Test func `a list has its own shape, and a number none`() throws {
    #expect(try tensor(Summary.tensor("t", [1.0, 2]).values.first).shape == [2])
    #expect(try tensor(Summary.tensor("t", [1.0], shape: []).values.first).shape == [])
    #expect(
      try tensor(Summary.tensor("t", [Float](), shape: [3, 0]).values.first).shape == [3, 0])
  }

  @Test func `pointers and spans make the same tensor`() throws {
    let values: [Float] = [1, 2, 3, 4]
    let wanted = try Summary.tensor("t", values, shape: [2, 2])
    #expect(try Summary.tensor("t", values.span, shape: [2, 2]) == wanted)
    let pointed = try values.withUnsafeBufferPointer {
      try Summary.tensor("t", $0, shape: [2, 2])
    }
    #expect(pointed == wanted)
  }

  @Test func `vectors are lists`() throws {
    #expect(
      Summary.tensor("t", SIMD3<Float>(1, 2, 3))
        == (try Summary.tensor("t", [1, 2, 3] as [Float])))
    #expect(
      Summary.tensor("t", SIMD2<UInt8>(1, 2)) == (try Summary.tensor("t", [1, 2] as [UInt8])))
  }

  @Test func `strings come back`() throws {
    let value = try Summary.tensor("t", ["Grüße", ""], shape: [1, 2]).values.first
    #expect(try tensor(value).shape == [1, 2])
    #expect(try strings(value) == [Array("Grüße".utf8), []])
    #expect(value?.metadata == SummaryMetadata(pluginName: "tensors", dataClass: .tensor))
  }

  @Test(arguments: [[], [3], [2, 2], [-1, -2], [1 << 40, 1 << 40]])
  func `a shape of another count is refused`(_ shape: [Int]) {
    let error = #expect(throws: SummaryError.self) {
      try Summary.tensor("t", [1.0, 2], shape: shape)
    }
    #expect(error?.description.contains("got 2 values") == true)
    #expect(throws: SummaryError.self) { try Summary.tensor("t", ["a", "b"], shape: shape) }
  }
}
