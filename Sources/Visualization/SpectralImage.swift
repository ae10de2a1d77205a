import Tensors

/// Images held by the strengths of their frequencies, so that a step of ascent changes what is large in them as
/// easily as what is small.
///
/// Each strength counts as `1 / max(f, 1 / side)`, f its frequency in cycles a pixel, as natural images have
/// them. The transform is Hartley's, `cas(x) = cos x + sin x` along rows and columns: the Fourier transform of
/// real numbers by real ones.
/// - Source: Olah, Mordvintsev & Schubert, "Feature Visualization", Distill 2017, DOI 10.23915/distill.00007,
///   "Preconditioning and Parameterization".
struct SpectralImage: Sendable {
  /// Height and width.
  let height: Int
  let width: Int
  private let rows: Tensor
  private let columns: Tensor
  /// How much a strength counts, `height * width`.
  private let weights: [Float]

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    rows = Self.basis(height)
    columns = Self.basis(width)
    // The smallest distance from 0 going around.
    func frequency(_ index: Int, _ side: Int) -> Double {
      Double(min(index, side - index)) / Double(side)
    }
    let least = 1 / Double(max(height, width))
    weights = (0..<height * width).map { index in
      let (y, x) = (frequency(index / width, height), frequency(index % width, width))
      return Float(1 / max(least, (y * y + x * x).squareRoot()))
    }
  }

  /// The orthonormal transform of one direction, which is its own inverse.
  private static func basis(_ side: Int) -> Tensor {
    let turn = 2 * Double.pi / Double(side)
    let norm = 1 / Double(side).squareRoot()
    return Tensor(
      shape: [side, side],
      scalars: (0..<side * side).map { index in
        let angle = Double(index / side * (index % side) % side) * turn
        return Float((Double.cosine(angle) + Double.sine(angle)) * norm)
      })
  }

  /// Images, `[N, H, W, C]`, from strengths of the same shape.
  func images(of strengths: Tensor) -> Tensor { transformed(weighted(strengths)) }

  /// The gradient by strengths, from the one by images.
  func gradient(of images: Tensor) -> Tensor { weighted(transformed(images)) }

  private func weighted(_ tensor: Tensor) -> Tensor {
    var result = tensor
    let channels = tensor.shape[3]
    let count = height * width
    result.withUnsafeMutableBufferPointer { scalars in
      for index in scalars.indices { scalars[index] *= weights[index / channels % count] }
    }
    return result
  }

  private func transformed(_ tensor: Tensor) -> Tensor {
    let (batch, channels) = (tensor.shape[0], tensor.shape[3])
    let plane = height * width
    var result = tensor
    for image in 0..<batch {
      for channel in 0..<channels {
        let start = image * plane * channels + channel
        let values = tensor.withUnsafeBufferPointer { scalars in
          (0..<plane).map { scalars[start + $0 * channels] }
        }
        let along = Kernels.product(
          Kernels.Matrix(rows), Kernels.Matrix(Tensor(shape: [height, width], scalars: values)))
        let both = Kernels.product(Kernels.Matrix(along), Kernels.Matrix(columns))
        both.withUnsafeBufferPointer { both in
          result.withUnsafeMutableBufferPointer { result in
            for index in both.indices { result[start + index * channels] = both[index] }
          }
        }
      }
    }
    return result
  }
}
