package import EventFiles
internal import Files

/// Rewrites the runs of a log directory by a plan, into another or in place.
///
/// All of it is written and checked before the first file takes its place: what fails, for want of room say,
/// changes nothing.
package struct LogDirectoryRewriter {
  /// The runs, in the order of their new names.
  package private(set) var runs: [(name: String, rewriter: RunRewriter)] = []
  private let inPlace: Bool

  /// Reads runs, and writes what becomes of them beside where it belongs.
  ///
  /// - Parameters:
  ///   - directory: The new log directory; in place, the one they are in.
  ///   - newName: What a run becomes; several may become one only where the plan merges files.
  ///   - isDry: Nothing is written.
  package init(
    _ runs: [Run], to directory: String, inPlace: Bool, plan: RewritePlan, isDry: Bool = false,
    newName: (String) -> String = { $0 }
  ) throws {
    self.inPlace = inPlace
    var groups: [(name: String, runs: [(run: Run, files: [String])])] = []
    // By bytes: as strings, "é" composed and decomposed are one.
    var numbers: [[UInt8]: Int] = [:]
    for run in runs {
      let (name, files) = (newName(run.name), try run.eventFiles())
      guard name == "." || Self.isName(name) else { throw RewriteError.badRunName(name) }
      if let known = numbers[Array(name.utf8)] {
        guard plan.merge != nil else {
          throw RewriteError.sameRun(
            run: groups[known].runs[0].run.name, other: run.name, new: name)
        }
        groups[known].runs.append((run, files))
      } else {
        numbers[Array(name.utf8)] = groups.count
        groups.append((name, [(run, files)]))
      }
    }
    // Which of the groups writes a tag of a run.
    var owners: [[[UInt8]]: String] = [:]
    for (name, members) in groups {
      let rewriter = try RunRewriter(
        members, to: name == "." ? directory : Path.joined(directory, name), plan: plan,
        isDry: isDry)
      for (run, tag) in rewriter.targets {
        let path = Path.components(of: "\(name)/\(run)").filter { $0 != "." }
        let key = [Array(path.joined(separator: "/").utf8), tag]
        if let owner = owners.updateValue(name, forKey: key), !owner.utf8.elementsEqual(name.utf8) {
          throw RewriteError.sameRun(run: owner, other: name, new: path.joined(separator: "/"))
        }
      }
      self.runs.append((name, rewriter))
    }
  }

  /// What is wrong with the files that were read.
  package var reports: [FileReport] { runs.flatMap(\.rewriter.reports) }

  /// Puts everything in its place. In place, runs stay as they are whose files are damaged, unfinished or
  /// can't be read: what can't be read can't be kept.
  ///
  /// - Returns: The names of the runs that stayed.
  package func put() throws -> [String] {
    let left = runs.filter { inPlace && !$0.rewriter.reports.allSatisfy(\.isReadable) }.map(\.name)
    let ready = runs.filter { !inPlace || $0.rewriter.reports.allSatisfy(\.isReadable) }
    var steps: [(rewriter: RunRewriter, steps: [RunRewriter.Step])] = []
    for (_, rewriter) in ready { steps.append((rewriter, try rewriter.steps(inPlace: inPlace))) }
    for (rewriter, steps) in steps { for step in steps { try rewriter.take(step) } }
    return left
  }

  /// Whether a run's name is a path that stays below its log directory, of names that a disk takes.
  static func isName(_ name: String) -> Bool {
    let parts = Path.components(of: name)
    return !parts.isEmpty && name.utf8.first != UInt8(ascii: "/")
      && parts.allSatisfy { part in
        part != "." && part != ".." && part.utf8.count <= 255 && !part.utf8.contains(0)
      }
  }
}

extension FileReport {
  /// Whether all of it was read.
  fileprivate var isReadable: Bool {
    failure == nil && damageCount == 0 && unfinishedByteCount == 0
  }
}
