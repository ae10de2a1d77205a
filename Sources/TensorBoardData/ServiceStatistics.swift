internal import Synchronization

/// What a service did since it began, for who watches over it.
package final class ServiceStatistics: Sendable {
  /// The answers of one method.
  private struct Answers: Sendable {
    var count = 0
    var refusals = 0
    var byteCount = 0
    var seconds = 0.0
  }

  private let answers = Mutex<[String: Answers]>([:])
  private let longest = Mutex(0.0)

  /// Makes an answer, and counts it.
  func measure<Answer, Failure: Error>(
    _ method: String, size: (Answer) -> Int, _ make: () throws(Failure) -> Answer
  ) throws(Failure) -> Answer {
    let start = ContinuousClock.now
    let result: Result<Answer, Failure>
    do { result = .success(try make()) } catch { result = .failure(error) }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    longest.withLock { $0 = max($0, seconds) }
    let byteCount = try? size(result.get())
    answers.withLock { answers in
      var own = answers[method] ?? Answers()
      own.count += 1
      own.seconds += seconds
      own.byteCount += byteCount ?? 0
      own.refusals += byteCount == nil ? 1 : 0
      answers[method] = own
    }
    return try result.get()
  }

  /// A line on the answers so far: "12 answers, the longest since the last look 31.0 ms".
  package func line() -> String {
    let count = answers.withLock { $0.values.reduce(0) { $0 + $1.count } }
    let seconds = longest.withLock { longest in
      defer { longest = 0 }
      return longest
    }
    return "\(count) answers, the longest since the last look \(Self.milliseconds(seconds)) ms"
  }

  private static func milliseconds(_ seconds: Double) -> Double {
    (seconds * 10_000).rounded() / 10
  }

  /// What there is, with what was loaded, in the text that Prometheus reads.
  ///
  /// - Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
  package func text(_ contents: LogDirectory.Contents) -> String {
    var text = ""
    func add(_ name: String, _ type: String, _ values: [(dimensions: String, value: String)]) {
      text += "# TYPE tensorboard_data_server_\(name) \(type)\n"
      for (dimensions, value) in values {
        text += "tensorboard_data_server_\(name)\(dimensions) \(value)\n"
      }
    }
    add("runs", "gauge", [("", "\(contents.runCount)")])
    add("series", "gauge", [("", "\(contents.seriesCount)")])
    add("points", "gauge", [("", "\(contents.pointCount)")])
    add("events_total", "counter", [("", "\(contents.eventCount)")])
    add("loads_total", "counter", [("", "\(contents.loadCount)")])
    add("load_seconds_total", "counter", [("", "\(contents.loadSeconds)")])
    add("warnings_total", "counter", [("", "\(contents.warningCount)")])
    let methods = answers.withLock { $0 }.sorted { $0.key < $1.key }
    func addMethods(_ name: String, _ value: (Answers) -> String) {
      add(name, "counter", methods.map { ("{method=\"\($0.key)\"}", value($0.value)) })
    }
    addMethods("answers_total") { "\($0.count)" }
    addMethods("answers_refused_total") { "\($0.refusals)" }
    addMethods("answer_bytes_total") { "\($0.byteCount)" }
    addMethods("answer_seconds_total") { "\($0.seconds)" }
    return text
  }
}
