public import Images
import Tensors
public import Visualization

extension Image {
  /// The image warped; what comes in from outside is `fill`, a byte a channel.
  public func warped(_ warp: Warp, fill: [Float]? = nil) -> Image {
    let tensor = Tensor(
      shape: [1, height, width, channels], scalars: pixels.lazy.map { Float($0) })
    return Image(
      width: width, height: height, channels: channels,
      pixels: warp.applied(to: tensor, fill: fill).scalars.map {
        UInt8(min(max(0, $0.rounded()), 255))
      })
  }
}
