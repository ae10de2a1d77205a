internal import Tensors

/// Why a layer can't take an input: the shape isn't one that it is made for.
public struct ShapeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The layer's name, with those of the compositions around it; empty for a layer by itself.
  public let layer: String
  /// What the layer takes, for example `images of 3 channels`.
  public let takes: String
  /// The shape it was given, without the batch dimension.
  public let gets: [Int]

  /// An error of a layer that doesn't know its name.
  public init(layer: String = "", takes: String, gets: [Int]) {
    (self.layer, self.takes, self.gets) = (layer, takes, gets)
  }

  /// The same error, of a layer inside another.
  package func inside(_ name: String) -> ShapeError {
    ShapeError(layer: layer.isEmpty ? name : "\(name).\(layer)", takes: takes, gets: gets)
  }

  /// For example `layer "conv1" takes images of 3 channels, but gets [28, 28, 1]`.
  public var description: String {
    "\(layer.isEmpty ? "the layer" : "layer \"\(layer)\"") takes \(takes), but gets \(gets)"
  }
}

extension [Int] {
  /// Throws unless this is the shape of an image.
  func expectImages(channels: Int? = nil) throws(ShapeError) {
    guard count == 3, channels.map({ $0 == self[2] }) ?? true else {
      throw ShapeError(
        takes: channels.map { "images of \($0) channel\($0 == 1 ? "" : "s")" } ?? "images",
        gets: self)
    }
  }

  /// The rows and columns of windows over an image of this shape, one or more of each.
  func windows(
    of kernel: Extent, stride: Extent, padding: Padding, dilation: Extent = 1,
    roundsUp: Bool = false
  ) throws(ShapeError) -> Extent {
    let windows = Extent.windows(
      of: kernel, over: Extent(height: self[0], width: self[1]), stride: stride,
      padding: padding, dilation: dilation, roundsUp: roundsUp)
    guard let windows, windows.height > 0, windows.width > 0 else {
      let dilated = dilation == 1 ? "" : ", dilated by \(dilation.text)"
      throw ShapeError(takes: "images of at least \(kernel.text)\(dilated)", gets: self)
    }
    return windows
  }
}
