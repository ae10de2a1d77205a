/// A curve's colour and dashes: eight colours that people with colour-vision deficiencies tell apart, then
/// the same ones dashed, so that 32 runs differ, on paper without colours, too.
struct RunStyle {
  static let colors = 8
  static let dashes = 4
  let index: Int

  init(_ index: Int) { self.index = index }

  /// Classes of the page's style sheet.
  var classes: String {
    let dash = index / Self.colors % Self.dashes
    return "c\(index % Self.colors)" + (dash > 0 ? " d\(dash)" : "")
  }

  /// With the class by which the legend hides and shows the run.
  var runClasses: String { "r\(index) \(classes)" }
}
