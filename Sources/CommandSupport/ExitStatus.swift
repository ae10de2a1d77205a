/// How a command ends, as a number for shells and scripts; throw one to end a command with it.
package enum ExitStatus: Int32, Error, Sendable {
  /// The command did what was asked.
  case done = 0
  /// It failed; the sentence on stderr says why.
  case failed = 1
  /// The command line is wrong.
  case wrongUsage = 64
  /// It finished, but some of its input was damaged.
  case damagedInput = 65
  /// Another program is at it just now: try again later (`EX_TEMPFAIL` of sysexits.h).
  case temporaryFailure = 75
  /// Ctrl-C, or another request to stop: what was done so far is whole.
  case interrupted = 130

  /// The paragraph that every `--help` ends with.
  package static let helpText =
    """
    Exit codes: 0 done, 1 failed, 64 wrong usage, 65 finished but some input was damaged, \
    130 interrupted.
    """

  /// The same for commands that wait for no other program's work.
  package static let trainingHelpText =
    """
    Exit codes: 0 done, 1 failed, 64 wrong usage, 65 finished but some input was damaged, 75 another \
    program trains the run just now, 130 interrupted.
    """
}
