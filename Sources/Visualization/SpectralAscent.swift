import NeuralNetworks
import Tensors

/// Images `σ(T(s) / 4)`, from 0 to 1, whose strengths of frequencies `s` climb by Adam; T is the transform of
/// `SpectralImage`.
struct SpectralAscent: Sendable {
  /// The images now, `[N, H, W, C]`.
  private(set) var images: Tensor

  private let transform: SpectralImage
  private let rate: Float
  private var strengths: Tensor
  private var first: Tensor
  private var second: Tensor
  private var step = 0

  /// Begins with strengths, `[N, H, W, C]`.
  init(from strengths: Tensor, rate: Float) {
    transform = SpectralImage(height: strengths.shape[1], width: strengths.shape[2])
    (self.strengths, self.rate) = (strengths, rate)
    first = Tensor(zeros: strengths.shape)
    second = Tensor(zeros: strengths.shape)
    images = Self.squashed(transform.images(of: strengths))
  }

  /// Makes a step up the gradient by the images; returns the images then.
  mutating func climb(_ gradient: Tensor) -> Tensor {
    step += 1
    // Of σ(x / 4), and downhill.
    var downhill = gradient
    images.withUnsafeBufferPointer { images in
      downhill.withUnsafeMutableBufferPointer { downhill in
        for index in downhill.indices {
          downhill[index] *= -images[index] * (1 - images[index]) / 4
        }
      }
    }
    let (beta1, beta2) = (0.9, 0.999)
    let correction =
      (1 - Double.power(beta2, Double(step))).squareRoot() / (1 - Double.power(beta1, Double(step)))
    Kernels.adam(
      &strengths, first: &first, second: &second, gradient: transform.gradient(of: downhill),
      rate: rate * Float(correction), beta1: Float(beta1), beta2: Float(beta2), epsilon: 1e-8)
    images = Self.squashed(transform.images(of: strengths))
    return images
  }

  /// `σ(x / 4)`.
  private static func squashed(_ tensor: Tensor) -> Tensor {
    var result = tensor
    result.withUnsafeMutableBufferPointer { scalars in
      for index in scalars.indices {
        scalars[index] = Float(1 / (1 + Double.exponential(-Double(scalars[index]) / 4)))
      }
    }
    return result
  }
}
