package import NeuralNetworks
import Tensors

/// The part of the image that a unit of a feature map sees.
///
/// Along each direction, unit `i` sees the pixels from `start + i · jump` on, `size` of them; some may
/// lie outside the image.
public struct ReceptiveField: Sendable, Equatable {
  /// One direction.
  public struct Axis: Sendable, Equatable {
    /// Pixels that a unit sees.
    public var size: Int
    /// Pixels from one unit's field to the next one's.
    public var jump: Int
    /// The first pixel of unit 0's field; negative when padding comes before the image.
    public var start: Int

    /// The pixels of a unit's field.
    public func pixels(of unit: Int) -> Range<Int> {
      let first = start + unit * jump
      return first..<first + size
    }

    /// The smallest field that holds two; nil where they have different jumps.
    func joined(_ other: Axis) -> Axis? {
      guard jump == other.jump else { return nil }
      let (first, last) = (min(start, other.start), max(start + size, other.start + other.size))
      return Axis(size: last - first, jump: jump, start: first)
    }

    /// The field of windows over what has this field.
    func windowed(size window: Int, stride: Int, padding: Int) -> Axis {
      Axis(size: size + (window - 1) * jump, jump: jump * stride, start: start - padding * jump)
    }
  }

  /// Rows.
  public var y: Axis
  /// Columns.
  public var x: Axis

  /// A pixel sees itself.
  public static let pixel = ReceptiveField(
    y: Axis(size: 1, jump: 1, start: 0), x: Axis(size: 1, jump: 1, start: 0))

  /// The field of what several branches make together: the smallest that holds theirs; nil when one sees
  /// the whole image, or when they go over it in different steps.
  static func joined(_ fields: [ReceptiveField?]) -> ReceptiveField? {
    guard let first = fields.first, var result = first else { return nil }
    for field in fields.dropFirst() {
      guard let field, let y = result.y.joined(field.y), let x = result.x.joined(field.x) else {
        return nil
      }
      result = ReceptiveField(y: y, x: x)
    }
    return result
  }

  /// The field behind one more layer; nil when every unit sees the whole image.
  package func behind(_ layer: any Layer) -> ReceptiveField? {
    (layer as? any Projectable)?.receptiveField(over: self)
  }

  /// The field of windows over what has this field.
  func windowed(_ window: Extent, _ stride: Extent, _ padding: Padding) -> ReceptiveField {
    ReceptiveField(
      y: y.windowed(size: window.height, stride: stride.height, padding: padding.top),
      x: x.windowed(size: window.width, stride: stride.width, padding: padding.left))
  }
}
