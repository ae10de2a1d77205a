public import EventFiles

/// A view of a run: tags with a prefix, and a step for what is added without one.
///
/// ```swift
/// let train = writer.scoped("train", step: step)
/// try train.add(.scalar("loss", loss), .scalar("accuracy", accuracy))
/// ```
public struct SummaryScope: Sendable {
  /// The writer of the run.
  public let writer: SummaryWriter
  /// What stands before each tag, without the slash.
  public let prefix: String
  /// The step of what is added without one.
  public var step: Int?

  /// A scope within this one, `<prefix>/<name>`; at the same step if no other is given.
  public func scoped(
    _ name: String, step: (some BinaryInteger)? = nil as Int?
  ) -> SummaryScope {
    SummaryScope(
      writer: writer, prefix: "\(prefix)/\(name)", step: step.map { Int($0) } ?? self.step)
  }

  /// Adds values under their tags behind the prefix, as one event.
  ///
  /// - `step`: By default the scope's, which must then have one.
  /// - Throws: `SummaryWriterError` when the writer is closed; never for an error of the file.
  public func add(
    _ summaries: Summary..., step: (some BinaryInteger)? = nil as Int?, wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try add(summaries, step: step, wallTime: wallTime)
  }

  /// Adds a list of values under their tags behind the prefix, as one event.
  public func add(
    _ summaries: some Sequence<Summary>, step: (some BinaryInteger)? = nil as Int?,
    wallTime: Double? = nil
  ) throws(SummaryWriterError) {
    try writer.add(
      summaries.map { $0.prefixed(by: prefix) }, step: resolved(step.map { Int($0) }),
      wallTime: wallTime)
  }

  /// Adds values where they are due; see `SummaryWriter.add(_:step:every:)`.
  public func add(
    _ summary: @autoclosure () throws -> Summary, step: (some BinaryInteger)? = nil as Int?,
    every interval: LogInterval, fileID: String = #fileID, line: Int = #line, column: Int = #column
  ) throws {
    let step = resolved(step.map { Int($0) })
    let site = CallSite(fileID: "\(prefix) \(fileID)", line: line, column: column)
    if writer.isDue(interval, step: step, at: site) { try add(summary(), step: step) }
  }

  private func resolved(_ step: Int?) -> Int {
    guard let step = step ?? self.step else {
      preconditionFailure("the scope \(prefix) has no step: give one to scoped(_:step:) or add")
    }
    return step
  }
}

extension Summary {
  /// The same values under tags behind a prefix. Those that TensorBoard looks for under a tag of its own
  /// stay.
  fileprivate func prefixed(by prefix: String) -> Summary {
    var summary = self
    for index in values.indices {
      let plugin = values[index].metadata?.pluginName
      if plugin == "hparams" || plugin == "custom_scalars" { continue }
      if plugin == "mesh" {
        summary.values[index].metadata?.prefixMesh(values[index].tag, by: prefix)
      }
      summary.values[index].tag = "\(prefix)/\(values[index].tag)"
    }
    return summary
  }
}
