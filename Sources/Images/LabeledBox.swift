/// A box around something in an image, with a label that says what it is.
public struct LabeledBox: Sendable, Equatable {
  /// The left edge, in pixels from the image's left.
  public var x: Double
  /// The upper edge, in pixels from the image's top.
  public var y: Double
  /// The width, in pixels.
  public var width: Double
  /// The height, in pixels.
  public var height: Double
  /// What is written above the box; empty: nothing.
  public var label: String
  /// The colour; nil: one for each distinct label.
  public var color: Color?

  /// A box.
  public init(
    x: Double, y: Double, width: Double, height: Double, label: String = "", color: Color? = nil
  ) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.label = label
    self.color = color
  }
}

extension Image {
  /// The colours of boxes that have none: as different as they can be, on dark and light images.
  private static let boxColors = [
    Color(red: 230, green: 25, blue: 75), Color(red: 0, green: 130, blue: 200),
    Color(red: 60, green: 180, blue: 75), Color(red: 245, green: 130, blue: 48),
    Color(red: 145, green: 30, blue: 180), Color(red: 255, green: 225, blue: 25),
    Color(red: 0, green: 128, blue: 128), Color(red: 240, green: 50, blue: 230),
    Color(red: 170, green: 110, blue: 40), Color(red: 70, green: 240, blue: 240),
  ]

  /// The image in colour, with boxes and their labels drawn into it.
  ///
  /// A label stands on the box, or in it where the image has no room above, and is moved so that
  /// it begins in the image. What lies outside the image is left out; a box without area, or
  /// with a number that isn't finite, isn't drawn.
  ///
  /// - `scale`: How often each pixel is repeated in both directions before boxes are drawn.
  public func drawing(_ boxes: [LabeledBox], scale: Int = 1) -> Image {
    var result = converted(toChannels: channels.isMultiple(of: 2) ? 4 : 3).enlarged(by: scale)
    let letterScale = max(1, min(result.width, result.height) / 400)
    let thickness = max(1, min(result.width, result.height) / 100)
    var labels: [String] = []
    for box in boxes {
      let isFinite = [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite)
      guard isFinite, box.width > 0, box.height > 0 else { continue }
      let limit = Double(max(result.width, result.height)) * 2
      func pixel(_ position: Double) -> Int {
        Int((min(max(position * Double(scale), -limit), limit)).rounded())
      }
      let (left, top) = (pixel(box.x), pixel(box.y))
      let (right, bottom) = (pixel(box.x + box.width), pixel(box.y + box.height))
      if !labels.contains(box.label) { labels.append(box.label) }
      let number = labels.firstIndex(of: box.label) ?? 0
      let color = box.color ?? Self.boxColors[number % Self.boxColors.count]
      // A box thinner than a pixel is still seen.
      let (width, height) = (max(right - left, 1), max(bottom - top, 1))
      result.drawBox(
        x: left, y: top, width: width, height: height, color: color, thickness: thickness)
      guard !box.label.isEmpty else { continue }
      let text = Image.text(
        box.label, size: 11 * letterScale, color: color.luma > 140 ? .black : .white,
        background: color)
      let isOutside = right <= 0 || bottom <= 0 || left >= result.width || top >= result.height
      guard !isOutside else { continue }
      result.paste(
        text, x: max(0, min(left, result.width - text.width)),
        y: top >= text.height ? top - text.height : max(top, 0))
    }
    return result
  }
}
