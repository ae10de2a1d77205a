import EventFiles
import ProtobufWire
import Testing

@Suite struct RunHyperparametersTests {
  private func event(_ tag: String, _ data: HyperparameterData, step: Int = 0) -> Event {
    let metadata = SummaryMetadata(
      pluginName: "hparams", dataClass: .unknown, pluginContent: data.wireBytes)
    return Event(
      wallTime: 1, step: step,
      content: .summary(Summary(values: [.init(tag: tag, metadata: metadata, content: nil)])))
  }

  private func start(_ rate: Double) -> HyperparameterData {
    .sessionStart(.init(hyperparameters: ["rate": .number(rate)], startTime: 5))
  }

  private func contents(_ events: [Event]) throws -> RunContents {
    var records = RecordBuffer()
    for event in events { records.append(event) }
    return try withTemporaryFolder { folder in
      try write(records.bytes, to: "\(folder)/tfevents")
      return try Run(directory: folder).contents()
    }
  }

  @Test func `what a run tells the dashboard HParams is kept`() throws {
    let experiment = HyperparameterData.Experiment(
      hyperparameters: [.init(name: "rate", kind: .number)], metrics: [.init(tag: "loss")])
    let contents = try contents([
      event("_hparams_/experiment", .experiment(experiment)),
      event("_hparams_/session_start_info", start(0.5)),
      event("_hparams_/session_end_info", .sessionEnd(.init(status: .success, endTime: 7))),
    ])
    #expect(contents.experiment == experiment)
    #expect(contents.sessionStart?.hyperparameters == ["rate": 0.5])
    #expect(contents.sessionEnd?.status == .success)
    // Values without content are no points.
    #expect(contents.series.isEmpty)
  }

  @Test func `of several sessions the last one counts, and it hasn't ended yet`() throws {
    let contents = try contents([
      event("_hparams_/session_start_info", start(0.5)),
      event("_hparams_/session_end_info", .sessionEnd(.init(status: .failure, endTime: 7))),
      event("_hparams_/session_start_info", start(0.25), step: 9),
    ])
    #expect(contents.sessionStart?.hyperparameters == ["rate": 0.25])
    #expect(contents.sessionEnd == nil)
  }

  @Test func `a plugin's content that isn't its message is passed over`() throws {
    let metadata = SummaryMetadata(
      pluginName: "hparams", dataClass: .unknown, pluginContent: [0x1A, 0xFF])
    let contents = try contents([
      Event(
        wallTime: 1,
        content: .summary(
          Summary(values: [.init(tag: "h", metadata: metadata, content: .scalar(1))]))),
      Event(
        wallTime: 1,
        content: .summary(Summary(values: [.init(tag: "i", metadata: metadata, content: nil)]))),
    ])
    #expect(contents.sessionStart == nil && contents.files[0].damageCount == 0)
    #expect(contents.series.map(\.tag) == ["h"])
  }
}
