import NeuralNetworks
import Tensors

extension Tensor {
  /// Shifts each image `[N, H, W, C]` around: what goes out on one side comes in on the other.
  mutating func roll(_ shifts: [(y: Int, x: Int)]) {
    guard shifts.contains(where: { $0 != (0, 0) }) else { return }
    let (height, width, channels) = (shape[1], shape[2], shape[3])
    let old = scalars
    withUnsafeMutableBufferPointer { new in
      for (image, shift) in shifts.enumerated() {
        for y in 0..<height {
          let row = ((y + shift.y) % height + height) % height
          for x in 0..<width {
            let column = ((x + shift.x) % width + width) % width
            let from = ((image * height + y) * width + x) * channels
            let to = ((image * height + row) * width + column) * channels
            for channel in 0..<channels { new[to + channel] = old[from + channel] }
          }
        }
      }
    }
  }

  /// The taps of a blur, which add up to 1.
  static func blurTaps(deviation: Double) -> [Float] {
    let radius = max(1, Int((2 * deviation).rounded(.up)))
    let taps = (-radius...radius).map {
      Double.exponential(-Double($0 * $0) / (2 * deviation * deviation))
    }
    let sum = taps.reduce(0, +)
    return taps.map { Float($0 / sum) }
  }

  /// Blurs images `[N, H, W, C]` down and across; edges go on outside.
  mutating func blur(_ kernel: [Float]) {
    let radius = kernel.count / 2
    let channels = shape[3]
    for (axis, step) in [(1, shape[2] * channels), (2, channels)] {
      let length = shape[axis]
      let old = scalars
      withUnsafeMutableBufferPointer { new in
        for index in new.indices {
          let place = index / step % length
          var sum: Float = 0
          for (tap, weight) in kernel.enumerated() {
            let neighbour = min(max(0, place + tap - radius), length - 1)
            sum += weight * old[index + (neighbour - place) * step]
          }
          new[index] = sum
        }
      }
    }
  }
}
