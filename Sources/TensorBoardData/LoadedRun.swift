/// What is known of a run at one time.
package struct LoadedRun: Sendable {
  /// The run's path below the log directory, "." for that itself: bytes that are UTF-8.
  let name: [UInt8]
  /// When the first of its events happened, in seconds since 1970; nil while there is none.
  package internal(set) var startTime: Double?
  /// What is served, by the order in which the tags first occurred.
  var series: [TimeSeries] = []
  /// The paths of the event files.
  var files: [String] = []

  init(name: [UInt8]) { self.name = name }

  /// How many series there are.
  package var seriesCount: Int { series.count }
}
