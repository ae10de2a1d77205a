import CommandSupport
import Files
import Foundation
import Reports
import TextOutput

/// A figure of the assignment's report: the command that makes it, and what it shows.
struct AssignmentFigure {
  /// Its file's name, without its ending.
  let name: String
  let caption: String
  /// The program and what it is given.
  let words: [String]
}

/// A section on what is inside a trained network.
struct AssignmentLook {
  let id: String
  let title: String
  let figures: [AssignmentFigure]

  /// All of them: a headline, then its figures, a name, a caption and a command each.
  ///
  /// `{net}` is the directory of the run that is looked into, `{run}` its name, `{other}` the directory of one
  /// to set beside it, `{runs}` the directory of all.
  private static let table = """
    training-and-test | Training and test
    accuracy-curves | Accuracy of training batches and of all test images, smoothed. | \
    tbevents plot {runs} --run {run} --tag accuracy/* --smoothing 0.5
    loss-curves | Loss of the same. | tbevents plot {runs} --run {run} --tag loss/* --smoothing 0.5

    first-layer | Filters of the first layer
    filters | The filters. | deconv filters --checkpoint {net}
    maps | Their maps of a test image. | deconv activations --layer 1 --index 0 --checkpoint {net}
    weights | Their weights during the training. | \
    tbevents plot {runs} --run {run} --tag W1_SUMMARY/m* --tag W1_SUMMARY/std --tag W1_SUMMARY/variance

    activation-statistics | Activations over all test images
    activations | Each filter's mean map, and how many images excite it. | \
    deconv activations --layer 1 --statistics --checkpoint {net}

    deconvnet | What the features see
    deconvnet-steps | Figure 1 of Zeiler & Fergus: one activation on its way down to the pixels. | \
    deconv project --layer 2 --filter 7 --steps --checkpoint {net}
    top-projections | Figure 2: the nine strongest activations of filters drawn by lot, projected, \
    beside the patches that cause them. | deconv top --layer all --random 6 --checkpoint {net}
    evolution | Figure 4: how features grow, epoch by epoch. | deconv evolve {net} --layer 2 --filter 0-7
    invariance | Figure 5: what shifting, scaling and turning does to features and answers. | \
    deconv invariance --checkpoint {net}
    filters-compared | Figure 6: the first layers of this network and of another, which began with \
    truncated normal weights and was trained for fewer updates. | \
    deconv filters --checkpoint {net} --beside {other}
    architecture | Section 4.1: dead and dominating filters, frequencies. | \
    deconv architecture --checkpoint {net}
    architecture-other | The same of the other network. | deconv architecture --checkpoint {other}
    occlusion | Figure 7: the answers while a gray square covers parts of an image. | \
    deconv occlude --index 4 --others 6 --checkpoint {net}
    correspondence | Table 1: whether hiding the same part, here the middle, does the same to several \
    images. | deconv correspond --checkpoint {net}

    maximization | Feature maximization
    maximized-filter | An image made for filter 0 of the first layer. | \
    deconv maximize --layer 1 --filter 0 --count 2 --checkpoint {net}
    maximized-features | Images made for features of the second layer. | \
    deconv maximize --layer 2 --filter 0-5 --count 2 --checkpoint {net}
    maximized-classes | Images made for the classes. | deconv maximize --count 2 --checkpoint {net}
    """

  /// What is looked at in a run.
  ///
  /// - Parameter other: a run to set beside it; nil leaves the comparisons out.
  static func all(logdir: String, run: String, other: String?) -> [AssignmentLook] {
    var places = ["{runs}": logdir, "{run}": run, "{net}": Path.joined(logdir, run)]
    if let other { places["{other}"] = Path.joined(logdir, other) }
    return Assignment.parts(of: table).map { lines in
      AssignmentLook(
        id: lines[0][0], title: lines[0][1],
        figures: lines.dropFirst().compactMap { line in
          let words = line[2].split(separator: " ").map { places[String($0)] ?? String($0) }
          return words.contains("{other}")
            ? nil : AssignmentFigure(name: line[0], caption: line[1], words: words)
        })
    }
  }
}

/// Makes figures with the programs beside this one, each once.
struct FigureMaker {
  /// The directory of the report.
  let output: String
  /// Whether what is there already is as good as new.
  let reuses: Bool
  /// Threads that compute; nil for one a core.
  let threads: Int?
  private let programs: [String: String]

  /// - Throws: `CommandFailure` that says how to get a program that isn't there.
  init(output: String, reuses: Bool, threads: Int?) throws {
    (self.output, self.reuses, self.threads) = (output, reuses, threads)
    let own = Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
    programs = try Dictionary(
      uniqueKeysWithValues: ["deconv", "tbevents"].map { name in
        let path = Path.joined(Path.directory(of: own), name)
        guard FileManager.default.isExecutableFile(atPath: path) else {
          throw CommandFailure(
            "\(path): isn't there, and draws figures of the report; build it with swift build -c release "
              + "--product \(name)")
        }
        return (name, path)
      })
  }

  /// The figure, or what the command said that couldn't make it.
  func make(_ figure: AssignmentFigure) throws -> [Document.Part] {
    let relative = "figures/\(figure.name).svg"
    let path = Path.joined(output, relative)
    let notes = Path.joined(output, "figures/\(figure.name).txt")
    let words = figure.words + ["--output", path, "--force"]
    let command = Assignment.typed(words)
    var said = ""
    if reuses, let known = try? OpenFile.contents(of: notes),
      let text = String(validating: known, as: UTF8.self), text.hasPrefix(command + "\n"),
      FileStatus(path: path) != nil
    {
      said = String(text.dropFirst(command.count + 1))
    } else {
      let (output, code) = try run(words)
      guard code == 0 else {
        return [
          .text("*\(figure.caption)* This figure couldn't be made:"), .code(command), .code(output),
        ]
      }
      // What it says of its output, the report shows.
      said = output.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("output ") && !$0.hasPrefix("plotted ") }.joined(separator: "\n")
        .trimmingCharacters(in: .newlines)
      try AtomicFile.write(Array("\(command)\n\(said)".utf8), to: notes)
    }
    return [
      .figure(
        Document.Figure(
          caption: figure.caption, path: relative, svg: try OpenFile.contents(of: path),
          command: command, words: said))
    ]
  }

  /// Runs a program to its end: what it wrote to stdout and stderr, and its exit code.
  private func run(_ words: [String]) throws -> (output: String, code: Int32) {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: programs[words[0]] ?? words[0])
    // Which doesn't change a figure, so the report doesn't say it.
    let own = threads.map { words[0] == "deconv" ? ["--threads", "\($0)"] : [] } ?? []
    process.arguments = words.dropFirst() + own
    (process.standardInput, process.standardOutput, process.standardError) =
      (FileHandle.nullDevice, pipe, pipe)
    do { try process.run() } catch {
      throw CommandFailure("\(words[0]) can't be started: \(error.localizedDescription)")
    }
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines),
      process.terminationStatus
    )
  }
}
