public import Tensors

/// What each filter of a layer responds to most at moments of a training.
///
/// At each moment the image that excites a filter most is found anew and its unit projected; where
/// another image becomes the strongest, the feature jumps.
/// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
///   arXiv 1311.2901, §4 "Feature Evolution during Training", Fig. 4.
public struct FeatureEvolution: Sendable {
  /// A moment of the training.
  public struct Moment: Sendable {
    /// The step of the training.
    public let step: Int
    /// What each filter responds to most, in the order of `filters`; nil for a dead filter.
    public let strongest: [StrongestImages.Entry?]
    /// Its projections; nil for a dead filter.
    public let projections: [UnitProjection?]
  }

  /// The filters, by number.
  public let filters: [Int]
  /// The moments, in the order they were added.
  public private(set) var moments: [Moment] = []

  /// No moment yet.
  public init(filters: [Int]) { self.filters = filters }

  /// Adds a moment: a search over all images with the network of that moment.
  ///
  /// - `strongest`: the search, for these filters.
  /// - `deconvnet`: the network's.
  /// - `images`: gives images by their numbers, `[N, H, W, C]`.
  /// - Throws: `DeconvnetError`, or what `images` throws.
  public mutating func add(
    step: Int, _ strongest: StrongestImages, of deconvnet: Deconvnet,
    rule: ProjectionRule = .deconvnet, images: (_ numbers: [Int]) throws -> Tensor
  ) throws {
    precondition(
      strongest.filters == filters,
      "a search of \(strongest.filters.count) filters for an evolution of \(filters.count)")
    var entries: [StrongestImages.Entry?] = []
    var projections: [UnitProjection?] = []
    try deconvnet.project(strongest, rule: rule, images: images) { _, found, projected in
      entries.append(found.first)
      projections.append(projected.first)
    }
    moments.append(Moment(step: step, strongest: entries, projections: projections))
  }

  /// Whether a filter's strongest image at a moment is another one than at the moment before.
  ///
  /// - Parameters:
  ///   - filter: a place in `filters`.
  ///   - moment: a place in `moments`.
  public func jumps(filter: Int, at moment: Int) -> Bool {
    guard moment > 0, let now = moments[moment].strongest[filter],
      let before = moments[moment - 1].strongest[filter]
    else { return false }
    return now.image != before.image
  }

  /// The places in `moments` at which a filter's strongest image is another one than before.
  public func jumps(filter: Int) -> [Int] {
    moments.indices.filter { jumps(filter: filter, at: $0) }
  }
}
