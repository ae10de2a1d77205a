internal import EventFiles

/// What a part of an event file is, for commands that keep, drop or count by it.
package enum ContentKind: String, Sendable, CaseIterable {
  case scalars, histograms, images, audio, text
  /// The settings of a run, for the dashboard HParams.
  case hparams
  /// Values for other dashboards, or for none.
  case tensors
  /// Graphs, and metadata of a session's runs.
  case graphs

  init(_ kind: Series.Kind) {
    self =
      switch kind {
      case .scalar: .scalars
      case .histogram: .histograms
      case .image: .images
      case .audio: .audio
      case .text: .text
      case .tensor: .tensors
      }
  }
}

/// The series of a run, each a tag and a kind, numbered as they occur.
struct SeriesNumbers: Sendable {
  /// A tag, and what it began with.
  struct Tag: Sendable {
    var name: String
    var metadata: [UInt8]?
  }

  /// A tag's number, and the kind of its values.
  struct Key: Sendable, Hashable {
    var tag: Int
    var kind: ContentKind
  }

  /// The tags, by number.
  private(set) var tags: [Tag] = []
  /// The series, by number.
  private(set) var series: [Key] = []
  private var table = TagTable()
  /// For each tag its first series, and what kind that is.
  private var first: [(number: Int, kind: Series.Kind)] = []
  private var others: [Key: Int] = [:]

  /// A tag as it stands in the file, whether or not that is UTF-8.
  func bytes(ofTag tag: Int) -> [UInt8] { table.bytes(of: tag) }

  /// The number of a value's series.
  mutating func number(of value: PackedValue) -> Int {
    let (tag, isNew) = table.number(of: value.tag)
    if isNew {
      let kind = Series.Kind(of: value)
      tags.append(Tag(name: table.tags[tag], metadata: value.metadata.map(Array.init)))
      first.append((series.count, kind))
      series.append(
        Key(tag: tag, kind: value.pluginName == "hparams" ? .hparams : ContentKind(kind)))
      return series.count - 1
    }
    let (number, kind) = first[tag]
    if value.field == 2, kind == .scalar { return number }
    if series[number].kind == .hparams { return number }
    let own = Series.Kind(of: value, like: (kind, tags[tag].metadata))
    guard own != kind else { return number }
    let key = Key(tag: tag, kind: ContentKind(own))
    if let known = others[key] { return known }
    others[key] = series.count
    series.append(key)
    return series.count - 1
  }
}
