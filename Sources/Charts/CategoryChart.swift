import TextOutput

/// Values by category, a dot each: what a metric came to with each value of a setting.
package struct CategoryChart: Sendable {
  /// A dot.
  package struct Dot: Sendable {
    /// The position of its category.
    package var category: Int
    /// Where it is along the vertical axis.
    package var value: Double
    /// What pointing at it tells.
    package var name: String
    /// Its classes in the page's style sheet.
    package var styleClass: String

    /// A dot.
    package init(category: Int, value: Double, name: String, styleClass: String) {
      self.category = category
      self.value = value
      self.name = name
      self.styleClass = styleClass
    }
  }

  /// What stands below, from left to right.
  package var categories: [String]
  /// The dots; those that aren't finite aren't drawn.
  package var dots: [Dot]

  /// A chart of these.
  package init(categories: [String], dots: [Dot]) {
    precondition(
      dots.allSatisfy { categories.indices.contains($0.category) },
      "each dot's category is one of the \(categories.count)")
    self.categories = categories
    self.dots = dots
  }

  /// The mean of a category's values; nil where there are none.
  func mean(of category: Int) -> Double? {
    let values = dots.filter { $0.category == category && $0.value.isFinite }.map(\.value)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The chart for a page, in the style sheet's colours: the class `dot` on values, `mean` on the line
  /// that marks the mean of a category of several.
  package func figure(width: Int, height: Int, label: String) -> String {
    let axis = Axis(dots.map(\.value), scale: .linear, margin: 0.06)
    let ticks = axis.ticks(about: max(2, height / 34))
    let left = Double((ticks.map(\.text.count).max() ?? 1) + 1) * 6.5 + 3
    let (right, top) = (Double(width) - 8, 8.0)
    let step = (right - left) / Double(max(1, categories.count))
    // As many letters as fit between two categories; of long names every other one stands lower.
    let fitting = max(3, Int((step - 5) / 6.4))
    let isStaggered = categories.contains { $0.count > fitting }
    let letters = isStaggered ? 2 * fitting : fitting
    let bottom = Double(height) - (isStaggered ? 36 : 22)
    func y(_ value: Double) -> Double { bottom - axis.place(of: value) * (bottom - top) }
    var svg = """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(Markup.escapedLine(label))">
      <path class="grid" d="
      """
    var texts = ""
    for tick in ticks {
      let y = SVGText.short(bottom - tick.place * (bottom - top))
      svg += "M\(SVGText.short(left)) \(y)H\(SVGText.short(right))"
      texts +=
        #"<text x="\#(SVGText.short(left - 6))" y="\#(y)" dy="4" text-anchor="end">"#
        + "\(Markup.escapedLine(tick.text))</text>"
    }
    svg += "\"/>\n"
    for (index, name) in categories.enumerated() {
      let middle = left + (Double(index) + 0.5) * step
      let lower = isStaggered && !index.isMultiple(of: 2) ? 14.0 : 0
      let text = name.count > letters ? name.prefix(letters - 1) + "…" : name[...]
      texts +=
        #"<text x="\#(SVGText.short(middle))" y="\#(SVGText.short(bottom + lower + 16))" "#
        + #"text-anchor="middle">\#(Markup.escapedLine(String(text)))</text>"#
      let members = dots.filter { $0.category == index && $0.value.isFinite }
      for (number, dot) in members.enumerated() {
        // Side by side, so that equal values don't hide each other.
        let share = (Double(number) + 0.5) / Double(members.count) - 0.5
        let x = SVGText.short(middle + share * min(step * 0.6, Double(members.count) * 7))
        svg +=
          #"<path class="dot \#(dot.styleClass)" d="M\#(x) \#(SVGText.short(y(dot.value)))h0">"#
          + "<title>\(Markup.escapedLine(dot.name))</title></path>\n"
      }
      if members.count > 1, let mean = mean(of: index) {
        let half = min(step * 0.42, 40)
        svg +=
          #"<path class="mean" d="M\#(SVGText.short(middle - half)) \#(SVGText.short(y(mean)))"#
          + "h\(SVGText.short(2 * half))\"/>\n"
      }
    }
    return svg + texts + "\n</svg>"
  }
}
