import ArgumentParser
import EventFiles
import Foundation
import Testing

@testable import tbtrain

@Suite struct TBTrainAssignmentTests {
  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  private func plan(_ flags: String) throws -> Assignment {
    try AssignmentCommand.parse(words(flags)).plan()
  }

  // MARK: The plan

  @Test func `each run is what its command trains`() throws {
    let plan = try plan("--data pictures --rows-data rows --output out")
    let tasks = plan.sweep.tasks
    #expect(tasks.count > 60 && Set(tasks.map(\.name)).count == tasks.count)
    // One of each sort: to read a command line takes long in a debug build.
    let sorts = ["adam-beta1-0.3-seed1", "samples-8000-seed2", "augmented-seed2", "gru-256-seed2"]
    #expect(Set(sorts).isSubset(of: Set(tasks.map(\.name))))
    for task in tasks where sorts.contains(task.name) {
      let typed = words(try #require(plan.commands[task.name]))
      #expect(typed.prefix(2) == ["tbtrain", "recipe"])
      let command = try RecipeCommand.parse(Array(typed.dropFirst(2)))
      let training = try #require(try command.training)
      #expect(try TrainingSettings(training.network, training.changes) == task.settings)
      #expect(command.place.logdir == "out/runs" && command.place.name == task.name)
      #expect(task.settings.data == (training.network == .rnn ? "rows" : "pictures"))
    }
  }

  @Test func `each setting is trained once a seed, under a name of its own`() throws {
    let plan = try plan("--size minutes")
    let tasks = plan.sweep.tasks
    for (index, task) in tasks.enumerated() {
      #expect(!tasks[..<index].contains { $0.settings == task.settings }, "\(task.name)")
    }
    #expect(plan.trainedAs["relu"] == "adam-1e-3")
    #expect(tasks.map(\.settings.seed) == tasks.map(\.settings.seed).sorted())
    #expect(Set(tasks.map(\.settings.seed)) == [1, 2])
    #expect(plan.leftOut.contains("gru-512") && plan.trainedAs["gru-512"] == nil)
    let names = Assignment.names(of: Assignment.sections)
    #expect(Set(names) == Set(plan.trainedAs.keys).union(plan.leftOut))
    let full = try self.plan("--size full")
    #expect(full.leftOut == [] && Set(full.sweep.tasks.map(\.settings.seed)) == [1, 2, 3])
    // Of the numbers of images one says itself how many it takes.
    let few = try self.plan("--train-per-class 20 --section samples,momenta --steps 7")
    #expect(Set(few.sweep.tasks.map(\.settings.trainPerClass)) == [20, 100, 400, 800, 1000])
    #expect(few.sweep.tasks.allSatisfy { $0.settings.steps == 7 })
  }

  @Test(arguments: [
    ("--section sleep", "there is no section sleep: they are optimizers, momenta,"),
    ("--seeds 0", "The value '0' is invalid for '--seeds <count>': it must lie in 1"),
    ("--steps 0", "The value '0' is invalid for '--steps <updates>': it must lie in 1"),
    ("--size tiny", "The value 'tiny' is invalid for '--size <size>'"),
  ])
  func `wrong usage ends with 64`(flags: String, sentence: String) throws {
    let result = try #require(Tool.tbtrain.answer("assignment \(flags)"))
    #expect(result.code == 64)
    #expect(result.errors.hasPrefix("tbtrain: \(sentence)"), "\(result.errors)")
  }

  @Test func `words are typed so that a shell reads them back`() {
    #expect(
      Assignment.typed(["a-1", "--tag", "loss/*", "it's", "", "0-7"])
        == "a-1 --tag 'loss/*' 'it'\\''s' '' 0-7")
  }

  // MARK: Sentences

  private func measured(_ name: String, _ accuracies: [Double]) throws -> Measured {
    Measured(
      try #require(Recipe.named(name)),
      accuracies.map { accuracy in
        var result = RunResult(status: .finished, step: 10, totalSteps: 10)
        result.accuracy = accuracy
        return result
      })
  }

  private let findings = Findings(classes: 10, testCount: 1_000)

  @Test func `a sentence follows from the numbers`() throws {
    let rates = Assignment.Comparison(title: "Adam", axis: "rate", recipes: [])
    let slow = try measured("adam-1e-4", [0.30, 0.32])
    let good = try measured("adam-1e-3", [0.50, 0.52])
    let fast = try measured("adam-1e-2", [0.10, 0.11])
    #expect(
      findings.sentences(rates, [slow, good, fast]) == [
        "**adam-1e-3** is best with 51.0 ± 1.4 %; adam-1e-4 follows with 31.0 ± 1.4 %, 20.0 points less, "
          + "more than both deviations together.",
        "With a rising rate the mean rises up to adam-1e-3 and falls behind it.",
        "adam-1e-2 (10.5 ± 0.7 %) is no better than guessing, which gets 10.0 ± 2.8 %.",
      ])
    let near = try measured("adam-1e-4", [0.49, 0.52])
    #expect(
      findings.sentences(rates, [near, good]) == [
        "**adam-1e-3** is best with 51.0 ± 1.4 %; adam-1e-4 follows with 50.5 ± 2.1 %, 0.5 points less, "
          + "not more than both deviations together."
      ])
    #expect(
      findings.sentences(rates, [fast, slow, good])[1]
        == "With a rising rate the mean rises all the way from adam-1e-2 to adam-1e-3.")
    #expect(
      findings.sentences(rates, [good, slow, fast])[1]
        == "With a rising rate the mean falls all the way from adam-1e-3 to adam-1e-2.")
    // Neither: nothing is said of it, nor of deviations that one seed hasn't.
    let single = try measured("adam-1e-2", [0.4])
    #expect(
      findings.sentences(rates, [good, slow, single])
        == [
          "**adam-1e-3** is best with 51.0 ± 1.4 %; adam-1e-2 follows with 40.0 %, 11.0 points less."
        ])
    #expect(
      findings.sentences(rates, [slow, try measured("adam-1e-2", [0.31])])
        == ["**adam-1e-4** and adam-1e-2 are best with 31.0 ± 1.4 % and 31.0 %."])
    #expect(findings.sentences(rates, []) == [])
    #expect(findings.sentences(rates, [single]) == ["adam-1e-2 reached 40.0 %."])
  }

  @Test func `what others got stands beside ours`() throws {
    #expect(Measured.figures("56.5, 53.1") == [56.5, 53.1])
    #expect(Measured.figures("49.0; the first steps kill filters") == [49])
    #expect(Measured.figures("46.1 with 50,000 images") == [46.1])
    #expect(Measured.figures("slow: 22 at 600 steps") == [])
    #expect(
      Findings.besideOthers([
        try measured("adam-1e-3", [0.6]), try measured("adam-1e-4", [0.5]),
        try measured("adagrad-1e-2", [0.5]),
      ]) == "Points from the nearest of the other reports' figures: adam-1e-3 +3.5, adam-1e-4 -1.4."
    )
    #expect(try measured("adam-1e-3", [0.55]).difference == 0)
    #expect(Findings.besideOthers([try measured("adagrad-1e-2", [0.5])]) == nil)
  }

  // MARK: The whole

  /// Four settings of two seeds, of four updates each.
  private let tiny =
    "assignment --section activations --train-per-class 10 --test-per-class 5 --steps 4"

  private func tbtrain(_ arguments: String, in folder: String) throws -> Tool.Result {
    try Tool.tbtrain.run(words(arguments), in: folder)
  }

  private func text(_ path: String, in folder: String) throws -> String {
    try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
  }

  /// The accuracies of a setting in its runs' own files, in percent.
  private func accuracies(_ setting: String, in folder: String) throws -> [Double] {
    try (1...2).map { seed in
      let file = try text("report/runs/\(setting)-seed\(seed)/result.json", in: folder)
      let object = try JSONSerialization.jsonObject(with: Data(file.utf8)) as? [String: Any]
      return 100 * (try #require(object?["accuracy"] as? Double))
    }
  }

  @Test func `killed and started again, it goes on, and its report tells what the runs have`()
    throws
  {
    try withTemporaryFolder { folder in
      let runs = folder + "/report/runs/"
      func finished() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: runs)) ?? []
        return names.filter {
          FileManager.default.fileExists(atPath: runs + "\($0)/result.json")
        }.sorted()
      }
      let process = try Tool.tbtrain.start(words(tiny + " --quiet"), in: folder)
      process.end(by: SIGKILL) { finished().count >= 2 }
      let done = finished()
      #expect(done.count >= 2)
      let before = try done.map { try LoggedRun(folder: runs + $0) }

      let result = try tbtrain(tiny, in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(finished().count == 8)
      for (name, before) in zip(done, before) {
        let after = try LoggedRun(folder: runs + name)
        #expect(after.fileCount == 1 && after.differences(from: before) == [], "\(name)")
      }
      for name in finished() {
        #expect(
          try LoggedRun(folder: runs + name).repeated.filter { !$0.contains("_hparams_") } == [])
      }

      // What was trained isn't trained again, what was drawn isn't drawn again, and the report is the same.
      let report = try text("report/report.md", in: folder)
      let page = try text("report/report.html", in: folder)
      let drawn = try LoggedFiles(folder + "/report/figures")
      let again = try tbtrain(tiny, in: folder)
      #expect(again.code == 0 && again.lines.count == 2, "\(again.errors)")
      #expect(try text("report/report.md", in: folder) == report)
      #expect(try text("report/report.html", in: folder) == page)
      #expect(try LoggedFiles(folder + "/report/figures") == drawn)
      #expect(
        drawn.names == [
          "activations-1.svg", "activations-1.txt", "activations-2.svg", "activations-2.txt",
        ])

      try check(report, in: folder)
      check(page)
      // Another report has another place.
      let other = try tbtrain(tiny + " --seeds 3", in: folder)
      #expect(other.code == 1)
      #expect(other.errors.contains("report: holds the report of tbtrain assignment --data shapes"))
      #expect(other.errors.hasSuffix("; give another --output\n"))
    }
  }

  /// Each number of a section's table and sentences is that of the runs' own files.
  private func check(_ report: String, in folder: String) throws {
    var shown: [String: String] = [:]
    for setting in ["relu", "tanh", "sigmoid", "tanh-dense"] {
      let values = try accuracies(setting, in: folder)
      let mean = (values[0] + values[1]) / 2
      let deviation = abs(values[0] - values[1]) / 2.0.squareRoot()
      shown[setting] = String(format: "%.1f ± %.1f", mean, deviation)
      let row = report.split(separator: "\n").first { $0.hasPrefix("| \(setting) | ") }
      let cells = try #require(row).split(separator: "|").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      #expect(cells[1] == shown[setting] && cells[3] == "2", "\(setting)")
    }
    let sentences = report.split(separator: "\n").filter { $0.contains(" best with ") }
    #expect(sentences.count == 2)
    for sentence in sentences {
      let names = sentence.matches(of: #/\*\*([a-z-]+)\*\*(?: and | is best.*; )([a-z-]+) /#)
      let numbers = sentence.matches(of: /(?:with|and) ([0-9.]+ ± [0-9.]+) %/).map { $0.1 }
      let match = try #require(names.first)
      #expect(names.count == 1 && numbers.count >= 2)
      #expect(shown[String(match.1)] == String(numbers[0]), "\(sentence)")
      #expect(shown[String(match.2)] == String(numbers[1]), "\(sentence)")
    }
  }

  /// The page refers to nothing outside, and has every figure in it.
  private func check(_ page: String) {
    #expect(page.matches(of: /<img [^>]*src="data:image\/svg\+xml;base64,/).count == 2)
    #expect(page.matches(of: /(?:src|href)="(?!data:|#)/).isEmpty)
    #expect(!page.contains("://") && !page.contains("@import") && !page.contains("url("))
    #expect(page.contains("<h2>Activation functions</h2>"))
  }

  @Test func `a network is looked into, and each figure has its command`() throws {
    try withTemporaryFolder { folder in
      let result = try tbtrain(
        "assignment --section inside --train-per-class 10 --test-per-class 5 --steps 4 --seeds 1 --quiet",
        in: folder)
      #expect(result.code == 0, "\(result.errors)")
      let report = try text("report/report.md", in: folder)
      #expect(!report.contains("couldn't be made"), "\(report)")
      let figures = report.matches(of: /!\[[^\]]*\]\((figures\/[a-z0-9-]+\.svg)\)/).map {
        String($0.1)
      }
      #expect(figures.count == 19)
      for figure in figures {
        let svg = try text("report/" + figure, in: folder)
        #expect(svg.hasPrefix("<svg ") && svg.contains("</svg>"), "\(figure)")
        let command = report.split(separator: "\n").first {
          $0.contains("--output report/\(figure) --force")
        }
        // The command in the report makes this very figure.
        let typed = words(String(try #require(command)).replacing("'", with: ""))
        try FileManager.default.removeItem(atPath: folder + "/report/" + figure)
        guard ["filters", "loss-curves"].contains(where: { figure.contains("/\($0).") }) else {
          continue
        }
        let tool = typed[0] == "deconv" ? Tool.deconv : Tool.tbevents
        #expect(try tool.run(Array(typed.dropFirst()), in: folder).code == 0)
        #expect(try text("report/" + figure, in: folder) == svg, "\(figure)")
      }
    }
  }

  @Test func `data that don't fit are told before anything is trained`() throws {
    try withTemporaryFolder { folder in
      let missing = try tbtrain(
        "assignment --section recurrent-optimizers --rows-data nowhere", in: folder)
      #expect(missing.code == 1)
      #expect(missing.errors.hasPrefix("tbtrain: nowhere: not found, expected a directory"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
    }
  }
}

/// The names and times of a folder's files.
private struct LoggedFiles: Equatable {
  let names: [String]
  let times: [Date]

  init(_ folder: String) throws {
    names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    times = try names.map { name in
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
      return try #require(attributes[.modificationDate] as? Date)
    }
  }
}
