public import Images

/// Curves over common axes, as an image, as SVG, or as text for a terminal.
public struct LineChart: Sendable {
  /// A point of a curve; one that isn't finite is a gap.
  public struct Point: Sendable, Equatable {
    /// Along the horizontal axis.
    public var x: Double
    /// Along the vertical axis.
    public var y: Double

    /// A point.
    public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// A stretch between two curves: mean ± deviation, say.
  public struct BandPoint: Sendable, Equatable {
    /// Along the horizontal axis.
    public var x: Double
    /// The lower edge.
    public var low: Double
    /// The upper edge.
    public var high: Double

    /// A point of a band.
    public init(x: Double, low: Double, high: Double) {
      (self.x, self.low, self.high) = (x, low, high)
    }
  }

  /// A curve.
  public struct Series: Sendable {
    /// What the legend says.
    public var name: String
    /// The points, by ascending x.
    public var points: [Point]
    /// A faint curve behind it: the unsmoothed one.
    public var faint: [Point]
    /// A band around it.
    public var band: [BandPoint]
    /// Its colour; nil for the palette's next one.
    public var color: Color?
    /// Its classes in a page's style sheet, which `figure` writes instead of a colour.
    public var styleClass = ""

    /// A curve.
    public init(
      _ name: String, _ points: [Point], faint: [Point] = [], band: [BandPoint] = [],
      color: Color? = nil
    ) {
      self.name = name
      self.points = points
      self.faint = faint
      self.band = band
      self.color = color
    }
  }

  /// How numbers lie along an axis.
  public enum Scale: Sendable {
    /// Evenly.
    case linear
    /// Powers of ten evenly; numbers that aren't positive are gaps.
    case logarithmic
  }

  /// The headline; empty for none.
  public var title: String
  /// What the horizontal axis shows.
  public var xName: String
  /// What the vertical axis shows; empty for none.
  public var yName: String
  /// The horizontal axis.
  public var xScale = Scale.linear
  /// The vertical axis.
  public var yScale = Scale.linear
  /// The curves.
  public var series: [Series]

  /// A chart of these curves.
  public init(title: String = "", xName: String = "step", yName: String = "", series: [Series]) {
    self.title = title
    self.xName = xName
    self.yName = yName
    self.series = series
  }

  /// Colours that people with colour-vision deficiencies tell apart: Okabe & Ito, "Color Universal
  /// Design", 2008, darkest first, without yellow.
  public static let palette = [
    Color(red: 0, green: 114, blue: 178), Color(red: 213, green: 94, blue: 0),
    Color(red: 0, green: 158, blue: 115), Color(red: 204, green: 121, blue: 167),
    Color(red: 230, green: 159, blue: 0), Color(red: 86, green: 180, blue: 233),
    Color(red: 90, green: 90, blue: 90),
  ]

  func color(of index: Int) -> Color {
    series[index].color ?? Self.palette[index % Self.palette.count]
  }

  /// Lengths of lines and gaps in turn, in thicknesses of the curve; empty for a whole line. Curves that
  /// have the colour of an earlier one differ from it by these.
  func dashes(of index: Int) -> [Double] {
    guard series[index].color == nil else { return [] }
    let patterns = [[], [5, 2.5], [1.5, 2], [7, 2, 1.5, 2]]
    return patterns[index / Self.palette.count % patterns.count]
  }
}
