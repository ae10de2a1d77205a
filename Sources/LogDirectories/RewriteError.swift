/// Why a rewrite can't be made. What is wrong with a file is an `EventFileError`.
package enum RewriteError: Error, Sendable, Equatable {
  /// Two tags of a run would have one name.
  case sameTag(run: String, tag: String, other: String, new: String)
  /// Two runs would be one.
  case sameRun(run: String, other: String, new: String)
  /// A run's name leads elsewhere than below its log directory.
  case badRunName(String)
  /// A step would leave the range of 64 bits.
  case stepOutOfRange(run: String, step: Int, shift: Int)
  /// What was written for a file or a directory isn't what should have been.
  case rewrittenOtherwise(path: String)
  /// A file that isn't the rewrite's has the name that it would give.
  case nameTaken(path: String)
  /// A file became another while it was rewritten.
  case changedMeanwhile(path: String)
}

extension RewriteError: CustomStringConvertible {
  /// The error as a sentence.
  package var description: String {
    switch self {
    case .sameTag(let run, let tag, let other, let new):
      "\(run): the tags \(tag) and \(other) would both be called \(new)"
    case .sameRun(let run, let other, let new):
      "the runs \(run) and \(other) would both be called \(new)"
    case .badRunName(let name):
      "a run can't be called \"\(name)\": its name is a path below the log directory"
    case .stepOutOfRange(let run, let step, let shift):
      "\(run): step \(step) can't be shifted by \(shift): it would have more than 64 bits"
    case .rewrittenOtherwise(let path):
      "\(path): what was written isn't what was read; nothing was replaced"
    case .nameTaken(let path): "\(path): another file has this name already"
    case .changedMeanwhile(let path):
      "\(path): was changed meanwhile, so it stays as it is; is its training still running?"
    }
  }
}
