import Charts
import Images
import ModelFiles
import NeuralNetworks
import Tensors
import Visualization
import VisualizationSheets

/// A network's layers from its input to its output, as lines of text and drawn: a mark each, in lanes that
/// part and meet as the branches do.
struct NetworkPicture {
  let graph: NetworkGraph

  /// The layer's type in torch.nn's words, with what tells it from others of its kind.
  private func kind(of node: NetworkGraph.Node) -> String {
    guard let layer = node.layer else { return "" }
    let described = try? ModelDescription(
      of: Sequential([Sequential.NamedLayer("layer", layer)]), inputShape: node.shape)
    let name = described?.layers.first?.type ?? "\(type(of: layer))"
    func window(_ size: Extent, _ stride: Extent) -> String {
      let step =
        stride.height == stride.width ? "\(stride.height)" : "\(stride.height),\(stride.width)"
      return " \(size.height)x\(size.width)" + (step == "1" ? "" : " by \(step)")
    }
    return switch layer {
    case let layer as Conv2D: name + window(layer.kernel, layer.stride)
    case let layer as MaxPool2D: name + window(layer.size, layer.stride)
    case let layer as AveragePool2D: name + window(layer.size, layer.stride)
    default: name
    }
  }

  private func size(of node: NetworkGraph.Node) -> String {
    node.shape.map(String.init).joined(separator: "x")
  }

  // MARK: Text

  /// The lines: the lanes, the layer's name, its type and the shape of its output.
  func text(usesUnicode: Bool) -> String {
    let names = graph.nodes.map(\.name)
    let kinds = graph.nodes.map(kind)
    let widths = [names, kinds].map { $0.map(\.count).max() ?? 0 }
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let lanes = 2 * graph.laneCount
    var lines: [String] = []
    for (index, node) in graph.nodes.enumerated() {
      if let joint = joint(above: node) { lines.append(joint) }
      let marks = (0..<graph.laneCount).map { lane in
        lane == node.lane ? "●" : node.below[lane] != nil && node.above[lane] != nil ? "│" : " "
      }
      lines.append(
        padded(marks.joined(separator: " "), lanes) + padded(names[index], widths[0] + 2)
          + padded(kinds[index], widths[1] + 2) + size(of: node))
    }
    let text = lines.joined(separator: "\n")
    guard !usesUnicode else { return text }
    return String(
      text.map { letter in
        switch letter {
        case "●": "*"
        case "│": "|"
        case "─": "-"
        case _ where letter.isASCII: letter
        default: "+"
        }
      })
  }

  /// The line above a layer where lanes part or meet; nil where its own comes straight down.
  private func joint(above node: NetworkGraph.Node) -> String? {
    let taken = node.above.filter { node.sources.contains($0.value) }.keys
    let ends = Set(taken).union([node.lane])
    guard let first = ends.min(), let last = ends.max(), first < last else { return nil }
    // Up, down, left and right of each place.
    let letters: [[Bool]: String] = [
      [true, true, false, false]: "│", [true, false, false, true]: "└",
      [true, false, true, false]: "┘", [false, true, false, true]: "┌",
      [false, true, true, false]: "┐", [true, true, false, true]: "├",
      [true, true, true, false]: "┤", [true, true, true, true]: "┼",
      [false, true, true, true]: "┬", [true, false, true, true]: "┴",
      [false, false, true, true]: "─",
    ]
    var line = ""
    for lane in 0..<graph.laneCount {
      let isInside = (first...last).contains(lane)
      let isDown = lane == node.lane || node.below[lane] != nil && node.above[lane] != nil
      line +=
        letters[[
          node.above[lane] != nil, isDown, isInside && lane > first, isInside && lane < last,
        ]]
        ?? " "
      line += isInside && lane < last ? "─" : " "
    }
    return line
  }

  // MARK: Drawing

  /// The same drawn.
  func drawing(title: String) -> Drawing {
    let (size, rowHeight, laneWidth) = (SheetPalette.captionSize, 22, 18)
    let font = Font(size: size)
    let kinds = graph.nodes.map(kind)
    func widest(_ texts: [String]) -> Int { texts.map { font.width(of: $0) }.max() ?? 0 }
    let names = 16 + graph.laneCount * laneWidth
    let kindsAt = names + widest(graph.nodes.map(\.name)) + 24
    let shapes = kindsAt + widest(kinds) + 24
    var drawing = Drawing(
      width: shapes + widest(graph.nodes.map(self.size)) + 12,
      height: graph.nodes.count * rowHeight + 8)
    func x(_ lane: Int) -> Double { Double(12 + lane * laneWidth) }
    func y(_ node: Int) -> Double { Double(node * rowHeight + rowHeight / 2) }
    func color(_ lane: Int) -> Color { LineChart.palette[lane % LineChart.palette.count] }
    for (index, node) in graph.nodes.enumerated() {
      for source in node.sources {
        let lane = graph.nodes[source].lane
        let bend = (x(lane), y(index) - Double(rowHeight) * 0.8)
        drawing.line(
          lane == node.lane
            ? [(x(lane), y(source)), (x(lane), y(index))]
            : [(x(lane), y(source)), bend, (x(node.lane), y(index))],
          color: color(max(lane, node.lane)), thickness: 2)
      }
    }
    for (index, node) in graph.nodes.enumerated() {
      drawing.line([(x(node.lane), y(index))], color: color(node.lane), thickness: 4.5)
      let line = y(index) + Double(size) / 3
      drawing.write(node.name, x: Double(names), y: line, size: size, color: .black)
      for (text, left) in [(kinds[index], kindsAt), (self.size(of: node), shapes)] {
        drawing.write(text, x: Double(left), y: line, size: size, color: Color(gray: 90))
      }
    }
    return Drawing.stacked([SheetPalette().text(title), drawing], spacing: 8).padded(by: 12)
  }
}
