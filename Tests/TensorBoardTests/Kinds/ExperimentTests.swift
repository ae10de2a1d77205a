import EventFiles
import ProtobufWire
import TensorBoard
import Testing

@Suite struct ExperimentTests {
  private typealias Info = HyperparameterData.HyperparameterInfo

  private func experiment(_ summary: Summary) throws -> HyperparameterData.Experiment {
    let value = try #require(summary.values.first)
    #expect(value.tag == "_hparams_/experiment")
    #expect(value.metadata?.pluginName == "hparams" && value.metadata?.dataClass == .tensor)
    let data = try HyperparameterData(wireBytes: value.metadata?.pluginContent ?? [])
    guard case .experiment(let experiment) = data else { throw Unexpected(found: "\(data)") }
    return experiment
  }

  @Test func `columns have kinds, domains and descriptions`() throws {
    let experiment = try experiment(
      Summary.experiment(
        hyperparameters: [
          .values("optimizer", ["adam", "sgd"], displayName: "Optimizer", description: "*which*"),
          .values("batch", [16, 32]), .interval("rate", 1e-5...0.1), .bool("augment"),
          .number("seed"), .string("note"),
        ],
        metrics: [
          .init(tag: "a"),
          .init(tag: "b", group: "g", displayName: "B", description: "d", dataset: .validation),
        ], description: "all", user: "me", timeCreated: 3))
    #expect(
      experiment.hyperparameters.map(\.kind) == [
        .string, .number, .number, .bool, .number, .string,
      ])
    #expect(
      experiment.hyperparameters.map(\.domain) == [
        .values(["adam", "sgd"]), .values([16, 32]), .interval(1e-5, 0.1),
        .values([false, true]), nil, nil,
      ])
    #expect(experiment.hyperparameters[0].displayName == "Optimizer")
    #expect(experiment.hyperparameters[0].description == "*which*")
    #expect(experiment.metrics.map(\.tag) == ["a", "b"])
    #expect(experiment.metrics[1].group == "g" && experiment.metrics[1].displayName == "B")
    #expect(
      experiment.metrics[1].description == "d" && experiment.metrics[1].dataset == .validation)
    #expect(experiment.description == "all" && experiment.user == "me")
    #expect(experiment.timeCreated == 3)
  }

  @Test func `what is no experiment is refused`() {
    func refusal(
      _ infos: [Info], _ metrics: [HyperparameterData.MetricInfo] = []
    ) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try Summary.experiment(hyperparameters: infos, metrics: metrics)
      }
    }
    let tag = "_hparams_/experiment"
    #expect(refusal([]) == .empty(tag: tag, what: "hyperparameters and metrics"))
    #expect(
      refusal([.bool("a"), .number("a")])
        == .duplicate(tag: tag, what: "hyperparameter", name: "a"))
    #expect(
      refusal([], [.init(tag: "m"), .init(tag: "m")])
        == .duplicate(tag: tag, what: "metric", name: "m"))
    #expect(
      refusal([.values("a", [])]) == .empty(tag: tag, what: "values in the domain of a"))
    #expect(refusal([.values("a", [1, "b"])]) != nil)
    #expect(
      refusal([.interval("a", 0...Double.infinity)])
        == .notFinite(tag: tag, what: "bounds of a", index: 1, value: .infinity))
  }

  @Test func `a run without hyperparameters can start too`() throws {
    let summary = Summary.runStarted(
      group: "g", startTime: 4, modelLocation: "m", monitorLocation: "n")
    #expect(summary.values.map(\.tag) == ["_hparams_/session_start_info"])
    var start = HyperparameterData.SessionStart(
      hyperparameters: [:], groupName: "g", startTime: 4)
    (start.modelLocation, start.monitorLocation) = ("m", "n")
    #expect(
      try HyperparameterData(wireBytes: summary.values[0].metadata?.pluginContent ?? [])
        == .sessionStart(start))
  }
}
