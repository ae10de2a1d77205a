import Foundation
internal import Synchronization

/// Does work in several threads while more of it comes.
///
/// Threads of their own: those of Swift's tasks have requests to answer.
final class Workers<Item: Sendable>: Sendable {
  private struct State: Sendable {
    var items: [Item] = []
    var next = 0
    var threads = 0
    var waiting = 0
    var isComplete = false
  }

  private let state = Mutex(State())
  private let more = DispatchSemaphore(value: 0)
  private let ended = DispatchGroup()
  private let limit: Int
  private let body: @Sendable (Item) -> Void

  /// No work yet.
  ///
  /// - Parameter limit: Threads at most, beside the caller's: 1 or more.
  init(limit: Int, body: @escaping @Sendable (Item) -> Void) {
    (self.limit, self.body) = (limit, body)
  }

  /// Adds work, for which a thread is started where all others are at work.
  func add(_ items: [Item]) {
    guard !items.isEmpty else { return }
    let (woken, isNew) = state.withLock { state in
      state.items += items
      let woken = min(state.waiting, items.count)
      state.waiting -= woken
      let isNew = woken == 0 && state.threads < limit
      if isNew { state.threads += 1 }
      return (woken, isNew)
    }
    for _ in 0..<woken { more.signal() }
    guard isNew else { return }
    ended.enter()
    Thread.detachNewThread { [self] in
      work()
      ended.leave()
    }
  }

  /// Says that no more will come, works along, and returns when all is done.
  func finish() {
    let waiting = state.withLock { state in
      state.isComplete = true
      defer { state.waiting = 0 }
      return state.waiting
    }
    for _ in 0..<waiting { more.signal() }
    work()
    ended.wait()
  }

  private enum Turn {
    case item(Item)
    case wait, end
  }

  private func work() {
    while true {
      let turn = state.withLock { state -> Turn in
        if state.next < state.items.count {
          defer { state.next += 1 }
          return .item(state.items[state.next])
        }
        if state.isComplete { return .end }
        state.waiting += 1
        return .wait
      }
      switch turn {
      case .item(let item): body(item)
      case .wait: more.wait()
      case .end: return
      }
    }
  }
}
