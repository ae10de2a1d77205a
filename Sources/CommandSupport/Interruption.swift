/// Ctrl-C, seen: the first one asks the loop to stop and save, the second ends the program at once.
///
/// SIGTERM, which `kill` and job schedulers send, and SIGUSR1, which `mpirun` passes on at once, count like
/// Ctrl-C; SIGHUP, of a terminal that was closed, asks once. All have their ordinary effect again when the value is gone. Signals belong to the whole process: one value at a time.
///
/// ```
/// let interruption = Interruption()
/// for step in 1...steps where !interruption.isRequested { … }
/// if interruption.isRequested { save(); throw ExitStatus.interrupted }
/// ```
package final class Interruption: Sendable {
  /// Begins to watch.
  package init() { Platform.countStopRequests() }

  /// From now on a request to stop ends the program at once, with the exit code for it: for commands that
  /// only read.
  package static func endsAtOnce() { Platform.endAtStopRequests() }

  deinit { Platform.stopCountingStopRequests() }

  /// Whether the user asked to stop; cheap enough to ask at every step.
  package var isRequested: Bool { Platform.stopRequests > 0 }
}
