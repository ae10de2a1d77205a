import EventFiles
import TensorBoard
import Testing

@Suite struct AudioTests {
  /// The samples and the header's numbers of a WAV file.
  private func read(_ file: [UInt8]) -> (samples: [Int16], numbers: [Int]) {
    func number(_ at: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) }
    }
    let samples = stride(from: 44, to: file.count, by: 2).map {
      Int16(truncatingIfNeeded: number($0, 2))
    }
    return (
      samples, [(4, 4), (20, 2), (22, 2), (24, 4), (28, 4), (32, 2), (34, 2), (40, 4)].map(number)
    )
  }

  @Test func `a sound is a tensor of WAV files`() throws {
    let value = try #require(
      try Summary.audio("a", [0, 0.5, -0.5, 1, -1, 7, -7] as [Float], sampleRate: 8_000).values
        .first)
    #expect(
      value.metadata
        == SummaryMetadata(pluginName: "audio", dataClass: .blobSequence, pluginContent: [16, 11]))
    #expect(try tensor(value).shape == [1])
    let file = try read(strings(value)[0])
    #expect(file.samples == [0, 16_384, -16_384, 32_767, -32_768, 32_767, -32_768])
    #expect(file.numbers == [36 + 14, 1, 1, 8_000, 16_000, 2, 16, 14])
  }

  @Test func `two channels lie side by side`() throws {
    let summary = try Summary.audio("a", [0.25, -0.25, 0.5, -0.5], sampleRate: 44_100, channels: 2)
    let file = try read(strings(summary.values.first)[0])
    #expect(file.samples == [8_192, -8_192, 16_384, -16_384])
    #expect(file.numbers == [44, 1, 2, 44_100, 176_400, 4, 16, 8])
  }

  @Test func `doubles, integers, slices, pointers and spans make the same sound`() throws {
    let samples: [Float] = [0, 0.125, -1, 0.75]
    let wanted = try Summary.audio("a", samples, sampleRate: 8)
    #expect(try Summary.audio("a", samples.map(Double.init), sampleRate: 8) == wanted)
    #expect(
      try Summary.audio("a", [0, 4_096, -32_768, 24_576] as [Int16], sampleRate: 8) == wanted)
    #expect(try Summary.audio("a", ([9] + samples)[1...], sampleRate: 8) == wanted)
    #expect(try Summary.audio("a", samples.span, sampleRate: 8) == wanted)
    let pointed = try samples.withUnsafeBufferPointer {
      try Summary.audio("a", $0, sampleRate: 8)
    }
    #expect(pointed == wanted)
  }

  @Test func `several clips stand under one tag`() throws {
    let summary = try Summary.audio("a", clips: [[0], [0.5, 0.5]], sampleRate: 8)
    #expect(try tensor(summary.values.first).shape == [2])
    #expect(try strings(summary.values.first).map { read($0).samples } == [[0], [16_384, 16_384]])
  }

  @Test func `what is no sound is refused`() {
    func refusal(_ samples: [Float], rate: Int = 8, channels: Int = 1) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try Summary.audio("a", samples, sampleRate: rate, channels: channels)
      }
    }
    #expect(refusal([]) == .empty(tag: "a", what: "samples"))
    #expect(
      refusal([0, .infinity])
        == .notFinite(tag: "a", what: "samples", index: 1, value: .infinity))
    #expect(
      refusal([0, 0, 0], channels: 2)
        == .wrongCount(
          tag: "a", what: "samples", got: 3, expected: "a multiple of the 2 channels"))
    #expect(
      refusal([0], rate: 0)
        == .outOfRange(
          tag: "a", what: "the sample rate", value: "0", expected: "1 to 768000 a second"))
    #expect(
      refusal([0], channels: 0)
        == .outOfRange(
          tag: "a", what: "the number of channels", value: "0", expected: "1 to 255"))
    #expect(throws: SummaryError.empty(tag: "a", what: "clips")) {
      try Summary.audio("a", clips: [[Float]](), sampleRate: 8)
    }
  }
}
