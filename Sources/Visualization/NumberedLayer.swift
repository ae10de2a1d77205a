/// A layer that has filters or units, by the number that commands know it by: 1 is the first
/// convolution, and each convolution and dense layer counts.
///
/// Its activations are those behind its activation function, before any pooling.
public struct NumberedLayer: Sendable, Equatable {
  /// What its filters are.
  public enum Kind: Sendable, Equatable {
    /// Each filter has a map.
    case convolution
    /// Each unit has one activation.
    case dense
  }

  /// From 1.
  public let number: Int
  /// The convolution's or dense layer's name.
  public let name: String
  /// What its filters are.
  public let kind: Kind
  /// Filters or units, numbered from 0.
  public let filters: Int
  /// What a unit sees; nil for the whole image.
  public let receptiveField: ReceptiveField?
  /// Whether a ReLU follows, so that activations are never negative.
  public let isRectified: Bool
  /// Whether it is the last layer: its activations are the logits.
  public let isLast: Bool

  /// The stage of the convolution or dense layer itself.
  let filterStage: Int
  /// The stage whose output the activations are.
  let stage: Int
  /// The stage of the max pooling right behind it, if there is one.
  let poolingStage: Int?
}

extension NumberedLayer: CustomStringConvertible {
  /// For example `layer 2 (conv2)`.
  public var description: String { "layer \(number) (\(name))" }

  /// What one of its filters is called.
  public var filterNoun: String { kind == .convolution ? "filter" : "unit" }
}

extension NumberedLayer {
  /// The pixels that a unit sees, some of them maybe outside the image; nil for all of them.
  public func field(of unit: Activation2D) -> (rows: Range<Int>, columns: Range<Int>)? {
    receptiveField.map { ($0.y.pixels(of: unit.y), $0.x.pixels(of: unit.x)) }
  }
}
