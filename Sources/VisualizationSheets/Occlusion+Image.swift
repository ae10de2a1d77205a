package import Charts
public import Images
public import Visualization

extension Occlusion {
  /// Fig. 7 (b) as a map: the activity of the strongest feature map.
  var activityMap: HeatMap { HeatMap(activity, rows: rows, columns: columns) }

  /// Fig. 7 (d) as a map: the probability of the class.
  package var probabilityMap: HeatMap { HeatMap(labelProbabilities, rows: rows, columns: columns) }

  /// A sheet for people: the image, and the three maps of Fig. 7, each place at the middle of its
  /// square, so that maps and image lie one over the other.
  ///
  /// The box in the image is where the square costs the class most.
  ///
  /// - `classNames`: how classes are called in the legend; numbers where there are none.
  public func sheet(source: Image, title: String, classNames: [String]) -> Image {
    drawing(source: source, title: title, classNames: classNames).image()
  }

  /// - Parameter between: panels that stand behind the map of the activity: Fig. 7 (c).
  package func drawing(
    source: Image, title: String, classNames: [String], between: [Drawing] = []
  ) -> Drawing {
    let palette = SheetPalette()
    let worst = corner(ofPlace: labelProbabilities.indexOfSmallest)
    let image = palette.boxed(
      source, (worst.y..<worst.y + occluder.size, worst.x..<worst.x + occluder.size))
    let classes = classMap(classNames)
    return palette.sheet(
      [
        palette.topPanel(image, "the image"),
        palette.topPanel(
          activityMap, as: placed(activityMap.image(), in: source, palette),
          "\(layer.name), \(layer.filterNoun) \(filter)"),
      ] + between + [
        palette.topPanel(
          probabilityMap, as: placed(probabilityMap.image(), in: source, palette),
          "p(\(classNames.name(of: label)))"),
        palette.topPanel(
          placed(classes.image, in: source, palette), "most probable", below: classes.legend),
      ], title: title, alignment: .start)
  }

  /// A map enlarged so that each place covers the pixels at the middle of its square.
  private func placed(_ map: Image, in source: Image, _ palette: SheetPalette) -> Drawing {
    let factor = palette.factor(for: source)
    var result = Drawing(width: source.width * factor, height: source.height * factor)
    result.fill(
      x: 0, y: 0, width: Double(result.width), height: Double(result.height),
      color: palette.outside)
    let offset = (occluder.size - occluder.stride) * factor / 2
    result.place(Drawing(map, enlargedBy: factor * occluder.stride), x: offset, y: offset)
    return result
  }

  /// Fig. 7 (e) as an image, one pixel a place, and the colours' names, the most frequent first.
  private func classMap(_ classNames: [String]) -> (image: Image, legend: Drawing) {
    let palette = SheetPalette()
    let best = bestClasses
    var counts: [Int: Int] = [:]
    for label in best { counts[label, default: 0] += 1 }
    let ranked = counts.sorted { ($0.value, -$0.key) > ($1.value, -$1.key) }.map(\.key)
    let shown = ranked.prefix(Self.classColors.count)
    func color(of label: Int) -> Color {
      ranked.firstIndex(of: label).flatMap {
        $0 < shown.count ? Self.classColors[$0] : nil
      } ?? .gray
    }
    var image = Image(width: columns, height: rows, channels: 3, filledWith: .gray)
    for (index, label) in best.enumerated() {
      image[index % columns, index / columns] = color(of: label)
    }
    var lines = shown.map { label in
      palette.entry(color(of: label), "\(classNames.name(of: label)) \(counts[label] ?? 0)x")
    }
    if shown.count < ranked.count {
      lines.append(palette.entry(.gray, "\(ranked.count - shown.count) more classes"))
    }
    return (image, Drawing.stacked(lines))
  }

  /// Colours that people with colour-vision deficiencies tell apart: Okabe & Ito, "Color Universal
  /// Design", 2008.
  private static let classColors = [
    Color(red: 0, green: 114, blue: 178), Color(red: 230, green: 159, blue: 0),
    Color(red: 0, green: 158, blue: 115), Color(red: 204, green: 121, blue: 167),
    Color(red: 213, green: 94, blue: 0), Color(red: 86, green: 180, blue: 233),
    Color(red: 240, green: 228, blue: 66), Color(gray: 40),
  ]
}

extension [String] {
  /// The name of a class, its number where it has none.
  func name(of label: Int) -> String { indices.contains(label) ? self[label] : "\(label)" }
}

extension [Float] {
  /// The index of the smallest number, the first one on a tie.
  var indexOfSmallest: Int { indices.min { self[$0] < self[$1] } ?? 0 }
}
