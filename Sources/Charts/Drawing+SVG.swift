package import Images
import TextOutput

extension Drawing {
  /// The drawing as SVG, its images inside as PNG; nothing comes from outside.
  ///
  /// - Throws: what libpng throws.
  package func svg() throws(ImageError) -> String {
    try svg { image throws(ImageError) in try image.pngData() }
  }

  /// - Parameter png: makes a PNG file of an image.
  func svg<Failure: Error>(png: (Image) throws(Failure) -> [UInt8]) throws(Failure) -> String {
    var body = ""
    var boxes: [Box] = []
    func clip(_ box: Box?) -> String {
      guard let box else { return "" }
      if !boxes.contains(box) { boxes.append(box) }
      return #" clip-path="url(#box\#(boxes.firstIndex(of: box) ?? 0))""#
    }
    for mark in marks {
      switch mark {
      case .image(let image, let box):
        // As large as they are shown: many readers smooth what they enlarge.
        let bytes = Base64.text(of: try png(image.stretched(to: box)))
        body += """
          <image \(Self.place(box)) preserveAspectRatio="none" image-rendering="optimizeSpeed" \
          style="image-rendering:pixelated" xlink:href="data:image/png;base64,\(bytes)"/>

          """
      case .words(let words, let x, let y, let size, let color, let anchor, let isBold):
        let weight = isBold ? #" font-weight="bold""# : ""
        body += """
          <text x="\(SVGText.short(x))" y="\(SVGText.short(y))" font-size="\(size)" \
          text-anchor="\(anchor)" fill="\(SVGText.hex(color))"\(weight)>\
          \(Markup.escapedLine(words))</text>

          """
      case .area(let box, let color):
        body += "<rect \(Self.place(box)) fill=\"\(SVGText.hex(color))\"/>\n"
      case .line(let points, let color, let thickness, let opacity, let dashes, let box):
        body += Self.line(points, color, thickness, opacity, dashes, clip(box))
      case .shape(let points, let color, let opacity, let box):
        body += """
          <path d="M\(SVGText.path(points))Z" fill="\(SVGText.hex(color))" \
          fill-opacity="\(Self.share(opacity))"\(clip(box))/>

          """
      }
    }
    let clips = boxes.enumerated().map { index, box in
      #"<clipPath id="box\#(index)"><rect \#(Self.place(box))/></clipPath>"# + "\n"
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \
      \(hasImages ? #"xmlns:xlink="http://www.w3.org/1999/xlink" "# : "")\
      viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      font-family="'DejaVu Sans', Verdana, sans-serif" role="img">
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>
      \(clips.isEmpty ? "" : "<defs>\n\(clips.joined())</defs>\n")\(body)</svg>

      """
  }

  private var hasImages: Bool {
    marks.contains { if case .image = $0 { true } else { false } }
  }

  private static func line(
    _ points: [Point], _ color: Color, _ thickness: Double, _ opacity: Double, _ dashes: [Double],
    _ clip: String
  ) -> String {
    let color = SVGText.hex(color)
    let faint = opacity < 1 ? #" stroke-opacity="\#(share(opacity))""# : ""
    guard points.count > 1 else {
      guard let point = points.first else { return "" }
      return """
        <circle cx="\(SVGText.short(point.x))" cy="\(SVGText.short(point.y))" \
        r="\(SVGText.short(thickness))" fill="\(color)" fill-opacity="\(share(opacity))"\(clip)/>

        """
    }
    let lengths = dashes.map { SVGText.short($0 * thickness) }.joined(separator: " ")
    let dashing = lengths.isEmpty ? "" : #" stroke-dasharray="\#(lengths)""#
    return """
      <path d="M\(SVGText.path(points))" fill="none" stroke-linejoin="round" \
      stroke="\(color)" stroke-width="\(SVGText.short(thickness))"\(faint)\(dashing)\(clip)/>

      """
  }

  /// A share of one, `.18`.
  private static func share(_ share: Double) -> String {
    let text = Format.trimmed(share, decimals: 2)
    return text.hasPrefix("0.") ? String(text.dropFirst()) : text
  }

  private static func place(_ box: Box) -> String {
    """
    x="\(SVGText.short(box.x))" y="\(SVGText.short(box.y))" \
    width="\(SVGText.short(box.width))" height="\(SVGText.short(box.height))"
    """
  }
}
