import EventFiles
import TensorBoard
import Testing

/// Numbers of every type that a loop has.
@Suite struct NumberTypesTests {
  private func number(_ summary: Summary) -> Float? {
    if case .scalar(let value)? = summary.values.first?.content { value } else { nil }
  }

  @Test func `scalars are of any type`() {
    let half = UInt8(3)
    #expect(number(.scalar("a", half)) == 3)
    #expect(number(.scalar("a", Int64(-4))) == -4)
    #expect(number(.scalar("a", UInt(5))) == 5)
    #expect(number(.scalar("a", Int128(6))) == 6)
    #expect(number(.scalar("a", true)) == 1)
    #expect(number(.scalar("a", false)) == 0)
    #expect(number(.scalar("a", 1e300)) == Float.infinity)
    #expect(number(.scalar("a", 7)) == 7)
    func generic(_ value: some BinaryFloatingPoint) -> Float? { number(.scalar("a", value)) }
    #expect(generic(1.5 as Float) == 1.5)
  }

  @Test func `several scalars are written as the article shows`() {
    let wanted = Summary.scalars("t", ["a": 1, "b": 2] as [String: Float])
    #expect(Summary.scalars("t", ["a": 1, "b": 2]) == wanted)
    #expect(Summary.scalars("t", ["a": 1, "b": 2.0]) == wanted)
    #expect(Summary.scalars("t", ["a": 1, "b": 2] as [String: UInt8]) == wanted)
  }

  @Test func `distributions are of any type, of spans and of vectors`() {
    let wanted = Summary.histogram("h", [0, 1, 1, 5] as [Double])
    #expect(Summary.histogram("h", [0, 1, 1, 5]) == wanted)
    #expect(Summary.histogram("h", [0, 1, 1, 5] as [Int8]) == wanted)
    #expect(Summary.histogram("h", [0, 1, 1, 5] as ArraySlice<UInt32>) == wanted)
    #expect(Summary.histogram("h", ([0, 1, 1, 5] as [Int16]).span) == wanted)
    #expect(Summary.histogram("h", ([0, 1, 1, 5] as [Double]).span) == wanted)
    #expect(Summary.histogram("h", SIMD4<Int32>(0, 1, 1, 5)) == wanted)
    #expect(Summary.histogram("h", SIMD4<Double>(0, 1, 1, 5)) == wanted)
    #expect(
      Summary.histogram("h", [true, false, true]) == Summary.histogram("h", [1, 0, 1]))
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func `16-bit numbers are numbers`() {
      #expect(number(.scalar("a", 0.5 as Float16)) == 0.5)
      #expect(
        Summary.histogram("h", [0, 1, 1, 5] as [Float16])
          == Summary.histogram("h", [0, 1, 1, 5] as [Double]))
    }
  #endif

  @Test func `hyperparameters come from variables`() throws {
    enum Optimizer { case adam }
    let (rate, size, name, isAugmented) = (0.5 as Float, UInt16(32), "x" as Substring, true)
    let values: [String: Any] = [
      "rate": rate, "size": size, "name": name, "augment": isAugmented, "optimizer": Optimizer.adam,
      "given": HyperparameterValue.number(2), "literal": 3,
    ]
    let wanted = Summary.hyperparameters(
      [
        "rate": 0.5, "size": 32, "name": "x", "augment": true, "optimizer": "adam", "given": 2,
        "literal": 3,
      ], startTime: 1)
    #expect(Summary.hyperparameters(values, startTime: 1) == wanted)
    #expect(
      Summary.hyperparameters(["rate": rate, "n": size, "s": "t"], startTime: 1)
        == Summary.hyperparameters(["rate": 0.5, "n": 32, "s": "t"], startTime: 1))
  }

  @Test func `labels and faces are of any integer type`() throws {
    #expect(
      try Summary.prCurve("p", labels: [0, 1, 1] as [UInt8], predictions: [0.1, 0.9, 0.4])
        == (try Summary.prCurve(
          "p", labels: [false, true, true], predictions: [0.1, 0.9, 0.4] as [Float])))
    #expect(throws: SummaryError.self) {
      try Summary.prCurve("p", labels: [0, 2], predictions: [0.1, 0.9])
    }
    #expect(
      try Summary.prCurves(
        "p", classes: ["a", "b"], labels: [0, 1] as [Int32], probabilities: [0.5, 0.5, 0, 1])
        == (try Summary.prCurves(
          "p", classes: ["a", "b"], labels: [0, 1], probabilities: [0.5, 0.5, 0, 1] as [Float])))
    let vertices: [SIMD3<Double>] = [SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(0, 1, 0)]
    let mesh = try Summary.mesh("m", vertices: vertices, faces: [SIMD3<Int>(0, 1, 2)])
    #expect(
      mesh
        == (try Summary.mesh(
          "m", vertices: [0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float], faces: [0, 1, 2] as [UInt16])))
    #expect(throws: SummaryError.self) {
      try Summary.mesh("m", vertices: [0.0, 0, 0], colors: [0, 0, 256])
    }
    #expect(
      try Summary.audio("a", [0, 0.5], sampleRate: 8_000.0)
        == (try Summary.audio("a", [0, 0.5] as [Float], sampleRate: UInt32(8_000))))
  }

  @Test func `images come from floats and bytes in both layouts`() throws {
    func image(_ summary: Summary) throws -> Image {
      guard case .image(let encoded)? = summary.values.first?.content else {
        throw Unexpected(found: "\(summary)")
      }
      return try Image(pngData: encoded.encoded)
    }
    let pixels: [UInt8] = [0, 10, 20, 30, 40, 50]
    let wanted = Image(width: 2, height: 1, channels: 3, pixels: pixels)
    #expect(try image(.image("i", pixels, width: 2, height: 1)) == wanted)
    #expect(try image(.image("i", ([9] + pixels)[1...], width: 2, height: 1)) == wanted)
    let planes: [UInt8] = [0, 30, 10, 40, 20, 50]
    #expect(
      try image(.image("i", planes, width: 2, height: 1, layout: .channelsFirst)) == wanted)
    #expect(
      try image(.image("i", pixels.map { Float($0) / 255 }, width: 2, height: 1)) == wanted)
    let gray = try image(
      .image("i", [-1, 0, 1, 2, .nan, -.infinity] as [Float], width: 3, height: 2, range: -1...1))
    #expect(gray == Image(width: 3, height: 2, channels: 1, pixels: [0, 128, 255, 255, 0, 0]))
    #expect(
      try image(.image("i", [UInt8](repeating: 1, count: 8), width: 2, height: 1)).channels == 4)
    for (count, width, height) in [(5, 2, 1), (10, 2, 1), (0, 2, 1), (4, 0, 2), (4, -1, -4)] {
      #expect(
        throws: SummaryError.image(
          tag: "i", .wrongCount(width: width, height: height, count: count))
      ) {
        try Summary.image("i", [UInt8](repeating: 0, count: count), width: width, height: height)
      }
    }
  }
}
