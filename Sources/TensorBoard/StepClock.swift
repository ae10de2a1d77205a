internal import Synchronization

/// The step at which a program is, for loggers that aren't told it at each call.
///
/// The training loop moves it; metrics and log lines are shown at the step they fell into. Any number
/// of threads may use it.
public final class StepClock: Sendable {
  private let current: Atomic<Int>
  private let observers = Monitor<[@Sendable (Int) -> Void]>([])

  /// A clock that stands at a step.
  public init(step: Int = 0) { current = Atomic(step) }

  /// The step.
  public var step: Int { current.load(ordering: .relaxed) }

  /// Goes to another step. Those who collect values write them first, at the step that ends.
  public func advance(to step: Int) {
    let ended = self.step
    guard step != ended else { return }
    for observer in observers.withLock({ $0 }) { observer(ended) }
    current.store(step, ordering: .relaxed)
  }

  /// Goes one step on.
  public func advance() { advance(to: step + 1) }

  /// Has a function called with each step that ends.
  package func onEnd(_ observer: @escaping @Sendable (Int) -> Void) {
    observers.withLock { $0.append(observer) }
  }
}
