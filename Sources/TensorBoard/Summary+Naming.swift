public import EventFiles

extension Summary {
  /// The same values with a name to show instead of the tag, and a description.
  ///
  /// ```swift
  /// try writer.add(.scalar("loss", loss).named("Loss", description: "Cross entropy, *nats*"), step: step)
  /// ```
  ///
  /// Readers take both from the first value of a tag in a run.
  ///
  /// - Parameters:
  ///   - displayName: What dashboards show instead of the tag; empty: the tag.
  ///   - description: In Markdown, shown behind the sign of information.
  public func named(_ displayName: String = "", description: String = "") -> Summary {
    var summary = self
    let kind = values.first?.kind
    // A histogram may bring a scalar of its own, which isn't meant.
    for index in values.indices where values[index].kind == kind {
      var metadata = values[index].metadata ?? values[index].metadataOfField
      metadata.displayName = displayName
      metadata.summaryDescription = description
      summary.values[index].metadata = metadata
    }
    return summary
  }
}

extension Summary.Value {
  /// The dashboard that shows it.
  fileprivate var kind: String { metadata?.pluginName ?? metadataOfField.pluginName }

  /// What readers take a value without metadata for: an image, or else a number.
  fileprivate var metadataOfField: SummaryMetadata {
    if case .image? = content {
      SummaryMetadata(pluginName: "images", dataClass: .blobSequence)
    } else {
      SummaryMetadata(pluginName: "scalars", dataClass: .scalar)
    }
  }
}
