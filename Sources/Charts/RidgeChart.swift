import TextOutput

/// Distributions over time, one ridge a step, the newest in front: TensorBoard's histogram view.
public struct RidgeChart: Sendable {
  /// How much lies between two edges.
  public struct Bin: Sendable, Equatable {
    /// The lower edge.
    public var left: Double
    /// The upper edge; the lower one again for a single value.
    public var right: Double
    /// How much.
    public var count: Double

    /// A bin.
    public init(left: Double, right: Double, count: Double) {
      (self.left, self.right, self.count) = (left, right, count)
    }
  }

  /// A distribution.
  public struct Ridge: Sendable {
    /// What it is of: "1,200", a step.
    public var name: String
    /// Its bins.
    public var bins: [Bin]

    /// A distribution.
    public init(_ name: String, _ bins: [Bin]) {
      self.name = name
      // Edges the wrong way round, and what isn't finite, say nothing.
      self.bins = bins.filter {
        $0.left.isFinite && $0.right.isFinite && $0.right >= $0.left && $0.count > 0
          && $0.count.isFinite
      }
    }

    /// How much there is in all bins.
    var total: Double { bins.reduce(0) { $0 + $1.count } }
  }

  /// The distributions, oldest first.
  public var ridges: [Ridge]

  /// A chart of these.
  public init(_ ridges: [Ridge]) { self.ridges = ridges.filter { $0.total > 0 } }

  /// Bins that a ridge is drawn with.
  static let resolution = 48

  /// The chart for a page, in the style sheet's colours: each ridge has the class `ridge` and an opacity
  /// that grows with time. Pointing at a ridge tells its step where there are no scripts, too.
  public func figure(
    width: Int, height: Int, label: String, styleClass: String
  ) -> String {
    let (low, high) = range()
    let axis = Axis([low, high], scale: .linear, margin: 0)
    let (left, right) = (10.0, Double(width) - 44)
    let bottom = Double(height) - 20
    // The ridges' feet stand below each other; the oldest ridge has room above.
    let top = Double(height) * 0.3
    let room = top - 6
    let shapes = ridges.map { densities($0, low: axis.lowest, high: axis.highest) }
    let highest = Self.height(of: shapes)
    var svg = """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(Markup.escapedLine(label))">
      <path class="grid" d="
      """
    var texts = ""
    for tick in axis.ticks(about: 5) {
      let x = left + tick.place * (right - left)
      svg += "M\(SVGText.short(x)) \(SVGText.short(top))V\(SVGText.short(bottom))"
      texts +=
        #"<text x="\#(SVGText.short(x))" y="\#(SVGText.short(bottom + 15))" "#
        + #"text-anchor="middle">\#(Markup.escapedLine(tick.text))</text>"#
    }
    svg += "\"/>\n"
    let labels = labeledRidges()
    for (index, shape) in shapes.enumerated() {
      let age = ridges.count > 1 ? Double(index) / Double(ridges.count - 1) : 1
      let foot = top + age * (bottom - top)
      let step = (right - left) / Double(shape.count)
      let outline = shape.enumerated().map { bin, density in
        (x: left + (Double(bin) + 0.5) * step, y: foot - min(1, density / highest) * room)
      }
      let path = SVGText.path([(x: left, y: foot)] + outline + [(x: right, y: foot)])
      svg +=
        #"<path class="ridge \#(styleClass)" fill-opacity="\#(Format.fixed(0.25 + 0.6 * age, decimals: 2))" "#
        + #"d="M\#(path)"><title>\#(Markup.escapedLine(ridges[index].name))</title></path>"# + "\n"
      if labels.contains(index) {
        texts +=
          #"<text x="\#(SVGText.short(right + 5))" y="\#(SVGText.short(foot + 4))">"#
          + "\(Markup.escapedLine(ridges[index].name))</text>"
      }
    }
    return svg + texts + "\n</svg>"
  }

  /// What is drawn at full height: the highest density, unless it is a spike (zeros behind a ReLU) that
  /// would press everything else flat; that is cut.
  static func height(of shapes: [[Double]]) -> Double {
    let densities = shapes.flatMap { $0.filter { $0 > 0 } }.sorted()
    guard let highest = densities.last else { return 1 }
    let common = densities[densities.count * 96 / 100]
    return min(highest, 2.5 * common)
  }

  /// First, last and what fits between.
  private func labeledRidges() -> Set<Int> {
    guard ridges.count > 8 else { return Set(ridges.indices) }
    return Set((0...4).map { $0 * (ridges.count - 1) / 4 })
  }

  /// The range that holds all but a five-hundredth of all distributions together at each end.
  private func range() -> (Double, Double) {
    let bins = ridges.flatMap { ridge in
      let total = ridge.total
      return ridge.bins.map { Bin(left: $0.left, right: $0.right, count: $0.count / total) }
    }
    guard !bins.isEmpty else { return (0, 1) }
    let share = Double(ridges.count) * 0.002
    func edge(_ sorted: [Bin], _ edge: (Bin) -> Double) -> Double {
      var passed = 0.0
      for bin in sorted {
        passed += bin.count
        if passed > share { return edge(bin) }
      }
      return sorted.last.map(edge) ?? 0
    }
    let low = edge(bins.sorted { $0.left < $1.left }, \.left)
    let high = edge(bins.sorted { $0.right > $1.right }, \.right)
    return low < high ? (low, high) : (low, low)
  }

  /// How much of a distribution lies in each of `resolution` equal bins, by the unit of the axis: a bin's
  /// count is spread evenly between its edges.
  func densities(_ ridge: Ridge, low: Double, high: Double) -> [Double] {
    var shares = [Double](repeating: 0, count: Self.resolution)
    let width = (high - low) / Double(Self.resolution)
    guard width > 0 else { return shares }
    let total = ridge.total
    for bin in ridge.bins {
      let share = bin.count / total
      let (start, end) = ((bin.left - low) / width, (bin.right - low) / width)
      guard end >= 0, start <= Double(Self.resolution) else { continue }
      let first = Int(Swift.max(0, start))
      if end - start < 1e-9 {
        shares[Swift.min(first, Self.resolution - 1)] += share
        continue
      }
      let last = Int(Swift.min(Double(Self.resolution - 1), end))
      guard first <= last else { continue }
      for index in first...last {
        let overlap = Swift.min(end, Double(index + 1)) - Swift.max(start, Double(index))
        if overlap > 0 { shares[index] += share * overlap / (end - start) }
      }
    }
    return shares
  }
}
