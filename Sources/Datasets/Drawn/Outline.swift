/// The border of a flat figure: closed polygons; what lies inside an odd number of them is inside.
struct Outline {
  /// An edge from `start` along `along`.
  private struct Edge {
    var start: Point
    var along: Point
    /// One over the squared length.
    var scale: Float
  }

  private var edges: [Edge] = []

  /// Closed polygons of these corners.
  init(_ polygons: [[Point]]) {
    for polygon in polygons {
      for (index, start) in polygon.enumerated() {
        let along = polygon[(index + 1) % polygon.count] - start
        let square = along * along
        if square > 0 { edges.append(Edge(start: start, along: along, scale: 1 / square)) }
      }
    }
  }

  /// The distance to the border, in pixels: negative inside.
  func signedDistance(to point: Point) -> Float {
    var nearest = Float.greatestFiniteMagnitude
    var isInside = false
    for edge in edges {
      let from = point - edge.start
      let share = min(max(from * edge.along * edge.scale, 0), 1)
      let rest = from - share * edge.along
      nearest = min(nearest, rest * rest)
      // A ray along x crosses the edge if the edge's ends lie on both sides of it, and the point
      // on the right side of the edge.
      let startsAbove = from.y >= 0
      if startsAbove == (from.y < edge.along.y),
        startsAbove == (edge.along.x * from.y > edge.along.y * from.x)
      {
        isInside.toggle()
      }
    }
    return isInside ? -nearest.squareRoot() : nearest.squareRoot()
  }
}
