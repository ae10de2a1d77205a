import EventFiles
import Foundation
import TensorBoard
import Testing

@testable import Reports

@Suite struct RunTableTests {
  /// Two runs that torch wrote, each with hyperparameters in a folder below.
  static func torchRuns() throws -> [RunContents] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/torch").path
    return try Run.all(under: folder).map { try $0.contents() }
  }

  @Test func `torch's hyperparameters become a part of the run above them`() throws {
    let runs = ReportRun.all(in: try Self.torchRuns())
    #expect(runs.map(\.name) == ["adam", "sgd"])
    #expect(
      runs[1].hyperparameters == ["optimizer": "sgd", "lr": .number(0.1), "batch": .number(64)])
    #expect(runs[0].scalars("hparam/accuracy")?.numbers == [0.75])
    #expect(runs[0].sessionEnd?.status == .success)
    #expect(runs[0].lastStep == 3)
  }

  @Test func `Keras's folders have the hyperparameters of the folder above`() throws {
    try withTemporaryFolder { folder in
      for (name, hasValues) in [
        ("a", true), ("a/train", false), ("a/x/validation", false), ("b", false),
      ] {
        let writer = try SummaryWriter(directory: "\(folder)/\(name)")
        if hasValues { try writer.add(.hyperparameters(["units": 16]), step: 0) }
        if name != "a" { try writer.add(.scalar("epoch_loss", 1), step: 1) }
        try writer.close()
      }
      let runs = ReportRun.all(in: try Run.all(under: folder).map { try $0.contents() })
      #expect(runs.map(\.name) == ["a", "a/train", "a/x/validation", "b"])
      #expect(
        runs.map(\.hyperparameters) == [["units": 16], ["units": 16], ["units": 16], [:]])
    }
  }

  @Test func `best and last are of all steps, with the step of the best`() throws {
    let runs = ReportRun.all(in: try Self.torchRuns())
    let metrics = RunTable.metrics(of: runs)
    #expect(metrics.map(\.tag) == ["Accuracy/val", "hparam/accuracy", "Loss/train"])
    #expect(
      RunTable.outcome(of: metrics[0], in: runs[0])
        == RunTable.Outcome(best: 0.75, bestStep: 1, last: 0.5, count: 4))
    #expect(
      RunTable.outcome(of: metrics[2], in: runs[1])
        == RunTable.Outcome(best: 1.5, bestStep: 3, last: 1.5, count: 4))
    #expect(RunTable.order(of: runs, by: metrics) == [0, 1])
    #expect(RunTable.order(of: runs.reversed(), by: metrics) == [1, 0])
  }

  @Test func `values that aren't finite are never the best`() throws {
    try withTemporaryFolder { folder in
      for (name, losses) in [
        ("all", [Double.nan, .nan]), ("end", [2, .nan, -.infinity]), ("none", []),
        ("whole", [1, 3]),
      ] as [(String, [Double])] {
        let writer = try SummaryWriter(directory: "\(folder)/\(name)")
        for (step, loss) in losses.enumerated() {
          try writer.add(.scalar("loss", loss), step: step)
        }
        try writer.add(.scalar("other", 1), step: 0)
        try writer.close()
      }
      let runs = ReportRun.all(in: try Run.all(under: folder).map { try $0.contents() })
      let metrics = RunTable.metrics(of: runs)
      #expect(RunTable.outcome(of: metrics[0], in: runs[0])?.best.isNaN == true)
      #expect(RunTable.outcome(of: metrics[0], in: runs[1])?.best == 2)
      #expect(RunTable.outcome(of: metrics[0], in: runs[2]) == nil)
      #expect(
        RunTable.order(of: runs, by: metrics).map { runs[$0].name } == [
          "whole", "end", "all", "none",
        ])
      let table = RunTable(
        runs: runs, metrics: metrics, labels: RunLabels(runs.map(\.name)), styleClass: { "c\($0)" },
        order: [0, 1, 2, 3])
      let html = table.html(rowLimit: 10)
      // One best, and the last values that aren't finite are marked.
      #expect(html.components(separatedBy: "★").count == 2)
      #expect(html.contains("★\u{A0}1.000</b>"))
      #expect(html.components(separatedBy: "class=\"n bad\"").count == 3)
      #expect(table.html(rowLimit: 3).contains("1 run more, not as good"))
    }
  }

  @Test func `columns are the hyperparameters that differ`() throws {
    let runs = ReportRun.all(in: try Self.torchRuns())
    let table = RunTable(
      runs: runs, metrics: [], labels: RunLabels(runs.map(\.name)), styleClass: { _ in nil },
      order: [0, 1])
    let names = RunTable.hyperparameterNames(of: runs)
    #expect(names.differing == ["lr", "optimizer"])
    #expect(names.same.map { "\($0.name) \($0.text)" } == ["batch 64"])
    let html = table.html(rowLimit: 10)
    #expect(html.contains("<td class=\"n\" data-v=\"0.1\">0.1</td><td>sgd</td>"))
    #expect(
      html.contains("The same in all runs: <span class=\"setting\">batch <code>64</code></span>"))
  }

  @Test func `a hyperparameter that repeats others is no column`() throws {
    try withTemporaryFolder { folder in
      for seed in [1, 2] {
        let writer = try SummaryWriter(directory: "\(folder)/\(seed)")
        try writer.add(
          .hyperparameters([
            "seed": .number(Double(seed)), "other": .string("seed \(seed), seed 1"),
            "note": .string("a text \(seed)"),
          ]), step: 0)
        try writer.close()
      }
      let runs = ReportRun.all(in: try Run.all(under: folder).map { try $0.contents() })
      #expect(RunTable.hyperparameterNames(of: runs).differing == ["note", "seed"])
    }
  }
}
