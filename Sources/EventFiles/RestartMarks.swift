internal import ProtobufWire

/// Finds restarts as TensorBoard's EventAccumulator does: by their marks, and in files without a version by
/// steps that go down.
package struct RestartMarks: Sendable {
  private var hasVersion = false
  private var lastStep: Int?

  package init() {}

  /// Notes an event.
  ///
  /// - Returns: whether it marks a restart of the run, and whether its own tags start again.
  package mutating func note(
    step: Int, version: UnsafeRawBufferPointer?, session: UnsafeRawBufferPointer?,
    hasSummary: Bool
  ) -> (isStart: Bool, goesBack: Bool) {
    if let version {
      let text = String(decoding: version, as: UTF8.self)
      let mark = "brain.Event:"
      if text.hasPrefix(mark) { hasVersion = (Double(text.dropFirst(mark.count)) ?? 0) >= 2 }
    }
    var goesBack = false
    if hasSummary {
      goesBack = !hasVersion && lastStep.map { step < $0 } ?? false
      lastStep = step
    }
    return (hasVersion && Self.isStart(session), goesBack)
  }

  /// Whether a session's log is the mark of a start.
  package static func isStart(_ session: UnsafeRawBufferPointer?) -> Bool {
    guard let session else { return false }
    var decoder = WireDecoder(Array(session))
    return (try? SessionLog(from: &decoder))?.status == .start
  }
}
