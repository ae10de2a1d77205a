import CoreMetrics
import Synchronization
import TensorBoard

/// Something that is measured.
protocol Instrument: AnyObject, Sendable {
  /// What was measured since the last call.
  func take(tag: String) -> [Summary]
}

/// A total, of whole numbers or not.
final class CounterInstrument: Instrument, CounterHandler, FloatingPointCounterHandler {
  private struct State {
    var whole: Int64 = 0
    var part = 0.0
    var isNew = false
  }

  private let state = Mutex(State())

  func increment(by amount: Int64) {
    state.withLock { state in
      let (sum, overflow) = state.whole.addingReportingOverflow(amount)
      state.whole = overflow ? .max : sum
      state.isNew = true
    }
  }

  func increment(by amount: Double) {
    state.withLock { state in
      state.part += amount
      state.isNew = true
    }
  }

  func reset() { state.withLock { $0 = State(isNew: true) } }

  func take(tag: String) -> [Summary] {
    state.withLock { state in
      guard state.isNew else { return [] }
      state.isNew = false
      return [.scalar(tag, Double(state.whole) + state.part)]
    }
  }
}

/// A last value.
final class GaugeInstrument: Instrument, MeterHandler, RecorderHandler {
  private struct State {
    var value = 0.0
    var isNew = false
  }

  private let state = Mutex(State())

  private func set(to value: Double) { state.withLock { $0 = State(value: value, isNew: true) } }

  private func change(by amount: Double) {
    state.withLock { $0 = State(value: $0.value + amount, isNew: true) }
  }

  func set(_ value: Int64) { set(to: Double(value)) }
  func set(_ value: Double) { set(to: value) }
  func record(_ value: Int64) { set(to: Double(value)) }
  func record(_ value: Double) { set(to: value) }
  func increment(by amount: Double) { change(by: amount) }
  func decrement(by amount: Double) { change(by: -amount) }

  func take(tag: String) -> [Summary] {
    state.withLock { state in
      guard state.isNew else { return [] }
      state.isNew = false
      return [.scalar(tag, state.value)]
    }
  }
}

/// Many values, or durations.
final class DistributionInstrument: Instrument, RecorderHandler, TimerHandler {
  private struct State {
    var values: [Double] = []
    /// One value of so many is kept when there are too many.
    var every = 1
    var count = 0
    var sum = 0.0
  }

  /// Values that are kept for the histogram between two writes. Of more, every second one, every
  /// fourth, … is kept; count and mean are always those of all.
  static let limit = 1 << 16

  private let state = Mutex(State())

  private func add(_ value: Double) {
    state.withLock { state in
      if state.count % state.every == 0 {
        if state.values.count == Self.limit {
          state.values = stride(from: 0, to: Self.limit, by: 2).map { state.values[$0] }
          state.every *= 2
        }
        if state.count % state.every == 0 { state.values.append(value) }
      }
      state.count += 1
      state.sum += value
    }
  }

  func record(_ value: Int64) { add(Double(value)) }
  func record(_ value: Double) { add(value) }
  func recordNanoseconds(_ duration: Int64) { add(Double(duration) * 1e-9) }

  func take(tag: String) -> [Summary] {
    let state = state.withLock { state in
      defer { state = State() }
      return state
    }
    guard state.count > 0 else { return [] }
    return [
      .scalar("\(tag)/mean", state.sum / Double(state.count)),
      .scalar("\(tag)/count", state.count),
      .histogram("\(tag)/histogram", state.values),
    ]
  }
}
