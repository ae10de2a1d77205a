import EventFiles
import TensorBoard
import Testing

@Suite struct NamingTests {
  @Test func `a bare scalar gets metadata that both loaders read`() {
    let value = Summary.scalar("loss", 1).named("Loss", description: "*nats*").values[0]
    #expect(
      value.metadata
        == SummaryMetadata(
          pluginName: "scalars", dataClass: .scalar, displayName: "Loss",
          summaryDescription: "*nats*"))
    #expect(value.content == .scalar(1))
  }

  @Test func `other kinds keep what they have`() throws {
    let audio = try Summary.audio("a", [0 as Float], sampleRate: 8).named("A", description: "d")
    let metadata = audio.values[0].metadata
    #expect(metadata?.pluginName == "audio" && metadata?.pluginContent == [16, 11])
    #expect(metadata?.dataClass == .blobSequence)
    #expect(metadata?.displayName == "A" && metadata?.summaryDescription == "d")
    let mesh = try Summary.mesh("m", vertices: [0.0, 0, 0], colors: [1, 2, 3]).named("M")
    #expect(mesh.values.map { $0.metadata?.displayName } == ["M", "M"])
  }

  @Test func `the scalar beside a histogram isn't meant`() {
    let summary = Summary.histogram("h", [1, .nan] as [Float]).named("H")
    #expect(summary.values.map { $0.metadata?.displayName } == ["H", nil])
  }

  @Test func `nothing named is still nothing`() {
    #expect(Summary(values: []).named("x").values.isEmpty)
  }
}
