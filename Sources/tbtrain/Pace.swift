/// Images a second, over the last few seconds of training alone.
struct Pace {
  private var images = 0
  private var seconds = 0.0
  private var since = ContinuousClock.now

  /// Images a second of training; 0 before there are any.
  var imagesPerSecond: Double {
    let all = seconds + (ContinuousClock.now - since) / .seconds(1)
    return all > 0 ? Double(images) / all : 0
  }

  /// So many images more.
  mutating func count(_ count: Int) {
    images += count
    let all = seconds + (ContinuousClock.now - since) / .seconds(1)
    // Old images count half and less.
    if all > 2 {
      images /= 2
      (seconds, since) = (all / 2, .now)
    }
  }

  /// What follows isn't training.
  mutating func pause() {
    seconds += (ContinuousClock.now - since) / .seconds(1)
    since = .now
  }

  /// Training goes on.
  mutating func resume() { since = .now }
}
