package import Images

extension Drawing {
  /// The drawing as pixels, RGB, its lines and letters without jags.
  package func image() -> Image {
    var image = Image(width: width, height: height, channels: 3, filledWith: .white)
    for mark in marks {
      switch mark {
      case .image(let part, let box): image.paste(part.stretched(to: box), box)
      case .words(let words, let x, let y, let size, let color, let anchor, _):
        let font = Font(size: size)
        let left = x - Double(font.width(of: words)) * anchor.rawValue
        image.draw(
          words, x: Int(left.rounded()), baseline: Int(y.rounded()), color: color, font)
      case .area(let box, let color):
        let (x, y) = (Int(box.x.rounded()), Int(box.y.rounded()))
        image.fill(
          x: x, y: y, width: Int((box.x + box.width).rounded()) - x,
          height: Int((box.y + box.height).rounded()) - y, color: color)
      case .line(let points, let color, let thickness, let opacity, let dashes, let box):
        for part in Coverage.dashed(points, dashes, thickness: thickness) {
          var coverage = Coverage(of: part, reach: thickness + 1, of: image, within: box)
          coverage.line(part, thickness: thickness)
          coverage.paint(onto: &image, color: color, opacity: opacity)
        }
      case .shape(let points, let color, let opacity, let box):
        var coverage = Coverage(of: points, reach: 0, of: image, within: box)
        coverage.fill(points)
        coverage.paint(onto: &image, color: color, opacity: opacity)
      }
    }
    return image
  }
}

extension Image {
  /// The image with its pixels repeated, or some left out, so that it fills a box.
  func stretched(to box: Drawing.Box) -> Image {
    let (wide, high) = (max(1, Int(box.width.rounded())), max(1, Int(box.height.rounded())))
    guard wide != width || high != height else { return self }
    if wide % width == 0, wide / width * height == high { return enlarged(by: wide / width) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(wide * high * channels)
    for y in 0..<high {
      let row = (2 * y + 1) * height / (2 * high) * width
      for x in 0..<wide {
        let at = (row + (2 * x + 1) * width / (2 * wide)) * channels
        bytes += pixels[at..<at + channels]
      }
    }
    return Image(width: wide, height: high, channels: channels, pixels: bytes)
  }

  fileprivate mutating func paste(_ image: Image, _ box: Drawing.Box) {
    paste(image, x: Int(box.x.rounded()), y: Int(box.y.rounded()))
  }
}

/// How much of each pixel lines or areas cover: the most of all pieces, so that joints aren't darker.
struct Coverage {
  /// The pixels that may be covered.
  private let columns: Range<Int>
  private let rows: Range<Int>
  private var shares: [Float]

  /// Nothing yet.
  ///
  /// - Parameters:
  ///   - points: what will be covered lies no farther from these than `reach`.
  ///   - box: what lies outside isn't covered.
  init(of points: [Drawing.Point], reach: Double, of image: Image, within box: Drawing.Box?) {
    func range(_ places: [Double], _ limit: Int, _ edges: (Double, Double)?) -> Range<Int> {
      guard let low = places.min(), let high = places.max(), low.isFinite, high.isFinite else {
        return 0..<0
      }
      let bound = Double(limit) + 1
      let first = Int(max(-1, min(bound, low - reach)).rounded(.down))
      let end = Int(max(-1, min(bound, high + reach)).rounded(.up)) + 1
      var all = max(0, first)..<max(max(0, first), min(limit, end))
      if let edges {
        let (start, end) = (Int(edges.0), Int(edges.1) + 1)
        all = all.clamped(to: min(start, end)..<end)
      }
      return all
    }
    columns = range(points.map(\.x), image.width, box.map { ($0.x, $0.x + $0.width) })
    rows = range(points.map(\.y), image.height, box.map { ($0.y, $0.y + $0.height) })
    shares = Array(repeating: 0, count: columns.count * rows.count)
  }

  /// Straight lines from point to point; a single point becomes a dot.
  mutating func line(_ points: [Drawing.Point], thickness: Double) {
    if points.count == 1 { segment(points[0], points[0], radius: thickness) }
    for (from, to) in zip(points, points.dropFirst()) { segment(from, to, radius: thickness / 2) }
  }

  /// The parts of a line that are drawn where it is dashed.
  static func dashed(
    _ points: [Drawing.Point], _ dashes: [Double], thickness: Double
  ) -> [[Drawing.Point]] {
    guard !dashes.isEmpty, points.count > 1 else { return [points] }
    var parts: [[Drawing.Point]] = [[points[0]]]
    var (number, left) = (0, dashes[0] * thickness)
    for (from, to) in zip(points, points.dropFirst()) {
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      let length = (dx * dx + dy * dy).squareRoot()
      var along = 0.0
      while length - along > left {
        along += left
        let point = (x: from.x + dx * along / length, y: from.y + dy * along / length)
        if number.isMultiple(of: 2) {
          parts[parts.count - 1].append(point)
        } else {
          parts.append([point])
        }
        number = (number + 1) % dashes.count
        left = dashes[number] * thickness
      }
      left -= length - along
      if number.isMultiple(of: 2) { parts[parts.count - 1].append(to) }
    }
    return parts
  }

  private mutating func segment(_ a: Drawing.Point, _ b: Drawing.Point, radius: Double) {
    let reach = radius + 1
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let lengthSquared = dx * dx + dy * dy
    func range(_ a: Double, _ b: Double, _ all: Range<Int>) -> Range<Int> {
      let first = max(Double(all.lowerBound), min(a, b) - reach)
      let end = min(Double(all.upperBound), max(a, b) + reach + 1)
      return first < end ? Int(first)..<Int(end) : 0..<0
    }
    for y in range(a.y, b.y, rows) {
      for x in range(a.x, b.x, columns) {
        let (px, py) = (Double(x) + 0.5 - a.x, Double(y) + 0.5 - a.y)
        let along = lengthSquared > 0 ? max(0, min(1, (px * dx + py * dy) / lengthSquared)) : 0
        let (ox, oy) = (px - along * dx, py - along * dy)
        let share = Float(radius + 0.5 - (ox * ox + oy * oy).squareRoot())
        guard share > 0 else { continue }
        let at = (y - rows.lowerBound) * columns.count + x - columns.lowerBound
        shares[at] = max(shares[at], min(1, share))
      }
    }
  }

  /// What lines enclose, crossed an odd number of times; four lines a row.
  mutating func fill(_ points: [Drawing.Point]) {
    let edges = Array(zip(points, points.dropFirst() + points.prefix(1)))
    for (index, y) in rows.enumerated() {
      for part in 0..<4 {
        let height = Double(y) + (Double(part) + 0.5) / 4
        let crossings = edges.compactMap { from, to -> Double? in
          guard (from.y <= height) != (to.y <= height) else { return nil }
          return from.x + (height - from.y) / (to.y - from.y) * (to.x - from.x)
        }.sorted()
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          let first = max(Double(columns.lowerBound), crossings[pair])
          let end = min(Double(columns.upperBound), crossings[pair + 1])
          guard first < end else { continue }
          for x in Int(first)..<min(columns.upperBound, Int(end.rounded(.up))) {
            let share = min(end, Double(x + 1)) - max(first, Double(x))
            shares[index * columns.count + x - columns.lowerBound] += Float(share) / 4
          }
        }
      }
    }
  }

  /// Lays a colour over an image.
  func paint(onto image: inout Image, color: Color, opacity: Double) {
    for (index, share) in shares.enumerated() where share > 0 {
      let (x, y) = (index % columns.count, index / columns.count)
      let at = ((rows.lowerBound + y) * image.width + columns.lowerBound + x) * image.channels
      image.blend(color, share: Int((min(1, share) * Float(opacity) * 255).rounded()), at: at)
    }
  }
}
