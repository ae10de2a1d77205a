/// How a report is made.
package struct ReportOptions: Sendable {
  /// The headline.
  package var title: String
  /// What it is made from, as its user calls it.
  package var source: String
  /// The program that makes it, and its version.
  package var tool: String
  /// When it is made, in seconds since 1970.
  package var time: Double
  /// How another choice of runs and tags is made, as a sentence; shown where something is left out.
  package var remedy = ""
  /// How much curves are smoothed, from 0 up to 1, as by TensorBoard's slider.
  package var smoothing = 0.6
  /// Which runs are one group of seeds, and which are in none; nil: those of the same settings.
  package var grouping:
    (@Sendable ([ReportRun]) throws -> (groups: [RunGroup], others: [ReportRun]))?

  /// Points of all curves together, about: what decides the size of the page.
  var pointBudget = 40_000
  /// Points of a curve.
  var pointsOfCurve = 20...400
  /// Runs that charts show.
  var runLimit = 40
  /// Charts of a section.
  var chartLimit = 60
  /// Histogram charts in all, and ridges of one.
  var histogramLimit = 60
  var ridgeLimit = 24
  /// Bytes of all images, and of one.
  var imageBudget = 3_000_000
  var imageLimit = 500_000
  /// Letters of all texts, and of one.
  var textBudget = 200_000
  var textLimit = 20_000
  /// Rows of the table.
  var rowLimit = 1_000

  /// Curves of fewer points aren't smoothed: each of their points is a measurement of its own.
  static let smoothedCount = 30

  /// A way to make a report.
  package init(title: String, source: String, tool: String, time: Double) {
    self.title = title
    self.source = source
    self.tool = tool
    self.time = time
  }
}
