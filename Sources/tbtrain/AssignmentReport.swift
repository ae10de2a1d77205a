import CommandSupport
import Datasets
import EventFiles
import Files
import Reports
import TextOutput

/// The report of an assignment: what was measured, section by section.
struct AssignmentReport {
  private let assignment: Assignment
  private let command: String
  private let data: [NetworkKind: Dataset]
  private var logdir: String { assignment.sweep.logdir }

  init(_ assignment: Assignment, command: String, data: [NetworkKind: Dataset]) {
    (self.assignment, self.command, self.data) = (assignment, command, data)
  }

  /// How many figures it has.
  var figureCount: Int {
    assignment.sections.reduce(0) { $0 + curves(of: $1).count }
      + looks.reduce(0) { $0 + $1.figures.count }
  }

  /// The report, with figures that `make` makes.
  func document(
    of outcomes: [SweepOutcome], make: (AssignmentFigure) throws -> [Document.Part]
  ) throws -> Document {
    let results = Dictionary(grouping: outcomes, by: \.task.setting)
    func measured(_ recipes: [String]) -> [Measured] {
      recipes.compactMap { name in
        guard let recipe = Recipe.named(name), let own = assignment.trainedAs[name] else {
          return nil
        }
        return Measured(recipe, (results[own] ?? []).compactMap(\.result))
      }
    }
    var sections = [setup(outcomes)]
    for section in assignment.sections {
      sections.append(
        Document.Section(
          id: section.id, title: section.title,
          parts: [.text(text(of: section, measured))] + (try curves(of: section).flatMap(make))))
    }
    for look in looks {
      let text =
        look.id == "activation-statistics"
        ? try statistics(results)
        : "Of the run `\(Assignment.run(of: Assignment.subject, seed: 1))`."
      sections.append(
        Document.Section(
          id: look.id, title: look.title, parts: [.text(text)] + (try look.figures.flatMap(make))))
    }
    sections.append(runs(outcomes))
    return Document(
      title: "The assignment: \(names(of: data))", tool: "tbtrain \(Tool.version)",
      byline: "Made by `\(command)`, tbtrain \(Tool.version).", facts: facts(outcomes),
      sections: sections)
  }
}

extension AssignmentReport {
  // MARK: What is drawn

  /// A chart of each comparison of settings.
  private func curves(of section: Assignment.Section) -> [AssignmentFigure] {
    section.comparisons.enumerated().compactMap { index, comparison in
      let trained = comparison.recipes.compactMap { assignment.trainedAs[$0] }
      guard trained.count > 1 else { return nil }
      let isMean = assignment.seeds > 1
      return AssignmentFigure(
        name: "\(section.id)-\(index + 1)",
        caption: "\(comparison.title): test accuracy"
          + (isMean ? ", mean ± deviation over the seeds." : "."),
        words: ["tbevents", "plot", logdir] + trained.flatMap { ["--run", "\($0)-seed*"] }
          + ["--tag", "accuracy/test"] + (isMean ? ["--mean"] : []))
    }
  }

  /// What is looked at inside: of the first run of the longer training.
  private var looks: [AssignmentLook] {
    guard assignment.trainedAs[Assignment.subject] != nil else { return [] }
    return AssignmentLook.all(
      logdir: logdir, run: Assignment.run(of: Assignment.subject, seed: 1),
      other: assignment.trainedAs["relu"].map { Assignment.run(of: $0, seed: 1) })
  }

  // MARK: What is said

  private func names(of data: [NetworkKind: Dataset]) -> String {
    NetworkKind.allCases.compactMap { data[$0]?.name }.joined(separator: " and ")
  }

  private func facts(_ outcomes: [SweepOutcome]) -> [(name: String, text: String)] {
    let results = outcomes.compactMap { outcome in outcome.result.map { (outcome.task, $0) } }
    var facts = [
      ("size", assignment.size.rawValue),
      ("runs", "\(Format.count(results.count)) of \(Format.count(outcomes.count))"),
      ("updates", Format.count(results.reduce(0) { $0 + $1.1.step })),
      ("training, of all runs", Format.duration(seconds: results.reduce(0) { $0 + $1.1.seconds })),
    ]
    for (network, name) in [(NetworkKind.lenet, "best of LeNet"), (.rnn, "best of the recurrent")] {
      let best = results.filter { $0.0.settings.network == network }
        .max { $0.1.accuracy ?? -1 < $1.1.accuracy ?? -1 }
      if let (task, result) = best, let accuracy = result.accuracy {
        facts.append((name, "\(Format.percent(accuracy)), \(task.name)"))
      }
    }
    return facts.map { (name: $0.0, text: $0.1) }
  }

  private func setup(_ outcomes: [SweepOutcome]) -> Document.Section {
    var text = "| network | data | training images | test images | size | classes |\n"
    text += "|---|---|--:|--:|---|--:|\n"
    for network in NetworkKind.allCases {
      guard let data = data[network] else { continue }
      let shape = data.imageShape.map(String.init).joined(separator: "x")
      let name = SafeText.visible(data.name).replacing("|", with: "\\|")
      text += "| \(network.rawValue) | \(name) | \(Format.count(data.training.count)) "
      text += "| \(Format.count(data.test.count)) | \(shape) | \(data.classNames.count) |\n"
    }
    text += "\nAccuracies are of the last test, on all test images"
    text +=
      assignment.seeds > 1
      ? ": mean ± standard deviation of a sample of \(assignment.seeds) seeds."
      : ", of one seed each: how far chance moves them isn't known."
    text += " What others got, they got with the gray images of CIFAR-10 and the rows of MNIST, "
    text += "training as long as `tbtrain recipe <name> --show` says or longer."
    if !assignment.leftOut.isEmpty {
      text += " Left out at this size: \(Findings.list(assignment.leftOut))."
    }
    let dead = outcomes.flatMap { outcome in
      (outcome.result?.deadFilters ?? []).compactMap { layer -> (count: Int, words: String)? in
        let count = layer.split(separator: " ").last.flatMap { Int($0) } ?? 0
        return count > 0 ? (count, "\(outcome.task.name) \(layer)") : nil
      }
    }.sorted { $0.count > $1.count }
    if !dead.isEmpty {
      text += "\n\nConvolutions some of whose filters no test image excites, \(dead.count) in all"
      text += dead.count > 8 ? ", those with most: " : ": "
      text += Findings.list(dead.prefix(8).map(\.words)) + "."
    }
    return Document.Section(id: "setup", title: "What was done", parts: [.text(text)])
  }

  /// The sentences and the table of a section.
  private func text(
    of section: Assignment.Section, _ measured: ([String]) -> [Measured]
  ) -> String {
    let all = measured(Assignment.names(of: [section]))
    guard let network = all.first?.recipe.network, let data = data[network] else { return "" }
    let findings = Findings(classes: data.classNames.count, testCount: data.test.count)
    var lines = ["*\(section.question)*", ""]
    for comparison in section.comparisons {
      let sentences = findings.sentences(comparison, measured(comparison.recipes))
      if !sentences.isEmpty {
        lines.append("- \(comparison.title): \(sentences.joined(separator: " "))")
      }
    }
    if let sentence = Findings.besideOthers(all) { lines += ["", sentence] }
    return (lines + ["", Findings.table(all)]).joined(separator: "\n")
  }

  /// The recipes whose activations are set beside each other.
  private static let activated = ["relu", "tanh", "sigmoid", "tanh-dense", Assignment.subject]

  /// What an activation's statistics came to elsewhere: mean, std, variance, min, max.
  private static let references = [
    ("report 1, tanh", 1, "-0.0058 | 0.126 | 0.0159 | -0.802 | 0.733"),
    ("report 1, tanh", 2, "-0.244 | 0.363 | 0.132 | -1.000 | 1.000"),
    ("report 4, ReLU", 1, "0.0741 | 0.0844 | 0.0071 | – | –"),
    ("report 4, ReLU", 2, "0.0240 | 0.0537 | 0.0029 | – | –"),
  ]

  /// The activations of both convolutions over all test images, from what the runs logged last.
  private func statistics(_ results: [String: [SweepOutcome]]) throws -> String {
    var rows: [String] = []
    var spread: [(name: String, value: Double)] = []
    for layer in 1...2 {
      for recipe in Self.activated {
        guard let own = assignment.trainedAs[recipe] else { continue }
        let runs = try (results[own] ?? []).filter { $0.result != nil }.map { outcome in
          try Run(directory: Path.joined(logdir, outcome.task.name))
            .contents { $0.hasPrefix("activation\(layer)_SUMMARY/") }
        }
        func values(_ name: String) -> [Double] {
          runs.compactMap { run in
            run.series(tag: "activation\(layer)_SUMMARY/\(name)", kind: .scalar)?.numbers.last
          }
        }
        func text(_ name: String) -> String {
          let values = values(name)
          guard !values.isEmpty else { return "–" }
          let deviation =
            values.count > 1 ? " ± \(Format.number(Statistic.deviation(values), digits: 2))" : ""
          return Format.number(Statistic.mean(values), digits: 3) + deviation
        }
        func extreme(_ name: String, _ statistic: Statistic) -> String {
          let values = values(name)
          return values.isEmpty ? "–" : Format.number(statistic(values), digits: 3)
        }
        rows.append(
          "| \(recipe) | \(layer) | \(text("mean")) | \(text("std")) | \(text("variance")) | "
            + "\(extreme("min", .minimum)) | \(extreme("max", .maximum)) |")
        if let deviation = values("std").first.map({ _ in Statistic.mean(values("std")) }) {
          spread.append(("\(recipe) in layer \(layer)", deviation))
        }
      }
    }
    rows += Self.references.map { "| \($0.0) | \($0.1) | \($0.2) |" }
    var text = "Behind the activation functions of both convolutions, at each run's end; "
    text += "least and greatest of all seeds.\n\n"
    if let least = spread.min(by: { $0.value < $1.value }),
      let most = spread.max(by: { $0.value < $1.value }), spread.count > 1
    {
      text += "Activations lie farthest apart with \(most.name), deviation "
      text += "\(Format.number(most.value, digits: 3)), and closest with \(least.name), deviation "
      text += "\(Format.number(least.value, digits: 3)).\n\n"
    }
    return text + "| network | layer | mean | std | variance | min | max |\n"
      + "|---|--:|--:|--:|--:|--:|--:|\n" + rows.joined(separator: "\n")
  }

  /// Each run, what became of it, and its command.
  private func runs(_ outcomes: [SweepOutcome]) -> Document.Section {
    let names = assignment.trainedAs.filter { $0.key != $0.value }.sorted { $0.key < $1.key }
    var text = "Each run's result is in its directory below `\(logdir)`, which TensorBoard shows."
    if !names.isEmpty {
      let words = names.map { "\($0.key) as \($0.value)" }
      text += " The same settings, trained once: \(Findings.list(words))."
    }
    let lines = outcomes.map { outcome in
      let command = assignment.commands[outcome.task.name] ?? ""
      let state: String? =
        switch outcome.state {
        case .failed(let reason): "failed: \(reason)"
        case .done(let result, _) where result.status != .finished: result.status.rawValue
        default: nil
        }
      return command + (state.map { "  # \($0)" } ?? "")
    }
    return Document.Section(
      id: "commands", title: "Commands",
      parts: [.text(text), .code(lines.joined(separator: "\n"))])
  }
}
