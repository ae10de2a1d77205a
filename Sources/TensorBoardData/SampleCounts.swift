internal import EventFiles

/// How many points of a series are kept.
package struct SampleCounts: Sendable, Equatable {
  /// What is asked for by plugin; nil: all points.
  private var byPlugin: [String: Int?]

  /// TensorBoard's own numbers, but for the plugins named.
  ///
  /// - Parameter text: "scalars=500,images=all"; empty for none.
  /// - Returns: nil where it isn't of this form.
  package init?(_ text: String) {
    byPlugin = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: true) {
      guard let equals = part.lastIndex(of: "="), equals > part.startIndex else { return nil }
      let count = part[part.index(after: equals)...]
      guard count == "all" || Int(count).map({ $0 >= 0 }) ?? false else { return nil }
      byPlugin[String(part[..<equals])] = .some(Int(count))
    }
  }

  /// How many points are kept of a series of this kind; nil: all.
  func capacity(of metadata: SummaryMetadata) -> Int? {
    let ordinary =
      switch metadata.dataClass {
      case .unknown: 0
      case .scalar: 1_000
      case .tensor: 100
      case .blobSequence: 10
      }
    guard metadata.dataClass != .unknown, let asked = byPlugin[metadata.pluginName] else {
      return ordinary
    }
    return asked
  }
}
