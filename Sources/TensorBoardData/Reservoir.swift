/// A uniform sample of a stream of points, the newest always among them.
///
/// Steps grow. A point of a step that was there already, or lies before it, drops the points from that step
/// on: a training that was resumed writes them again. Which points are kept depends on nothing but their
/// number, so that curves of one length show the same steps.
///
/// - Source: TensorBoard, `data/server/reservoir.rs`.
struct Reservoir<Value: Sendable>: Sendable {
  /// A value with its step, and when it was logged, in seconds since 1970.
  struct Point: Sendable {
    var step: Int
    var wallTime: Double
    var value: Value
  }

  /// The newest is the last; the others have their order after `sort()`.
  private(set) var points: [Point] = []
  /// How many points are kept at most; nil: all.
  let capacity: Int?
  /// Points so far, without those that were dropped; estimated once some were dropped behind the capacity.
  private var seen = 0
  private var isSorted = true
  private var random = SeededRandom()

  init(capacity: Int?) { self.capacity = capacity }

  mutating func append(_ value: Value, step: Int, wallTime: Double) {
    guard capacity != 0 else { return }
    if let newest = points.last, newest.step >= step { drop(from: step) }
    let point = Point(step: step, wallTime: wallTime, value: value)
    seen += 1
    guard let capacity, seen > capacity, let newest = points.indices.last else {
      return points.append(point)
    }
    // Also where there is room, after points were dropped: the sample stays a uniform one.
    let place = random.next(below: seen)
    if place < capacity, points.count < capacity { return points.append(point) }
    // The newest so far takes a place in the sample, or goes.
    if place < newest {
      points[place] = points[newest]
      isSorted = false
    }
    points[newest] = point
  }

  /// Brings the points into the order of their steps.
  mutating func sort() {
    guard !isSorted else { return }
    points.sort { $0.step < $1.step }
    isSorted = true
  }

  private mutating func drop(from step: Int) {
    sort()
    let before = points.count
    let first = points.reversed().prefix { $0.step >= step }.count
    points.removeLast(first)
    seen = Int(Double(seen) * Double(points.count) / Double(before))
  }
}

/// SplitMix64, always of the same seed.
///
/// - Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64 = 0

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A number from 0 up to `count`.
  mutating func next(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }
}

extension Array {
  /// At most `count` elements in their order: the last, and a uniform sample of the others.
  func downsampled(to count: Int) -> [Element] {
    guard count < self.count else { return self }
    guard count > 0, let last else { return [] }
    var random = SeededRandom()
    var wanted = count - 1
    var left = self.count - 1
    var sample: [Element] = []
    for element in self.dropLast() where wanted > 0 {
      if random.next(below: left) < wanted {
        sample.append(element)
        wanted -= 1
      }
      left -= 1
    }
    return sample + [last]
  }
}
