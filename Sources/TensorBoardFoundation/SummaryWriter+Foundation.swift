public import Foundation
public import TensorBoard

#if canImport(System)
  public import System
#endif

extension SummaryWriter {
  /// Creates an event file in the directory of a file URL; see `init(directory:resumingAt:)`.
  public convenience init(
    directory: URL, resumingAt step: Int? = nil, rotation: FileRotation = .never
  ) throws {
    try self.init(directory: directory.path, resumingAt: step, rotation: rotation)
  }

  #if canImport(System)
    /// Creates an event file in a directory; see `init(directory:resumingAt:)`.
    public convenience init(
      directory: FilePath, resumingAt step: Int? = nil, rotation: FileRotation = .never
    ) throws {
      try self.init(directory: directory.string, resumingAt: step, rotation: rotation)
    }
  #endif

  /// Adds values under their tags, at a step and a date, as one event.
  public func add(
    _ summaries: Summary..., step: some BinaryInteger, wallTime: Date
  ) throws(SummaryWriterError) {
    try add(summaries, step: step, wallTime: wallTime.timeIntervalSince1970)
  }

  /// Adds a list of values under their tags, at a step and a date, as one event.
  public func add(
    _ summaries: some Sequence<Summary>, step: some BinaryInteger, wallTime: Date
  ) throws(SummaryWriterError) {
    try add(summaries, step: step, wallTime: wallTime.timeIntervalSince1970)
  }
}
