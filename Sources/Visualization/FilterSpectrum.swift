package import NeuralNetworks
import Tensors

/// How the power of a filter is spread over spatial frequencies.
///
/// The filter, zero around it, is taken to 32×32 frequencies by a Fourier transform, the channels'
/// powers are added, and each frequency counts by its distance from 0, in cycles a pixel.
/// - Source: Zeiler & Fergus, arXiv 1311.2901, §4.1: first layers "a mix of extremely high and low
///   frequency information, with little coverage of the mid frequencies".
package struct FilterSpectrum: Sendable, Equatable {
  /// The share below a sixth of a cycle a pixel: plain brightness and slow gradients.
  package let low: Double
  /// The share from a sixth to a third: edges and bars.
  package let middle: Double
  /// The share above a third: checks and single pixels.
  package let high: Double
  /// The power of each frequency, 32×32, zero in the middle.
  package let power: [Float]

  /// Frequencies in each direction.
  package static let side = 32

  /// The spectra of a convolution's filters.
  package static func spectra(of convolution: Conv2D) -> [FilterSpectrum] {
    let (height, width) = (convolution.kernel.height, convolution.kernel.width)
    let (channels, filters) = (convolution.weight.shape[2], convolution.outChannels)
    let weights = convolution.weight.scalars
    return (0..<filters).map { filter in
      var power = [Double](repeating: 0, count: side * side)
      for channel in 0..<channels {
        let plane = (0..<height * width).map {
          Double(weights[($0 * channels + channel) * filters + filter])
        }
        add(plane, height, width, to: &power)
      }
      return FilterSpectrum(power)
    }
  }

  private init(_ power: [Double]) {
    var bands = [0.0, 0, 0]
    let middle = Self.side / 2
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let (v, u) = (Double(y - middle), Double(x - middle))
        let cycles = (u * u + v * v).squareRoot() / Double(Self.side)
        bands[cycles < 1.0 / 6 ? 0 : cycles < 1.0 / 3 ? 1 : 2] += power[y * Self.side + x]
      }
    }
    let total = bands.reduce(0, +)
    (low, self.middle, high) =
      total > 0 ? (bands[0] / total, bands[1] / total, bands[2] / total) : (0, 0, 0)
    self.power = power.map(Float.init)
  }

  /// Adds the power of a plane of weights: the transform along rows, then along columns.
  private static func add(
    _ plane: [Double], _ height: Int, _ width: Int, to power: inout [Double]
  ) {
    var rows = [(real: Double, imaginary: Double)](
      repeating: (0, 0), count: height * side)
    for y in 0..<height {
      for v in 0..<side {
        for x in 0..<width {
          let turn = turns[modulo((v - side / 2) * x)]
          rows[y * side + v].real += plane[y * width + x] * turn.cosine
          rows[y * side + v].imaginary -= plane[y * width + x] * turn.sine
        }
      }
    }
    for u in 0..<side {
      for v in 0..<side {
        var (real, imaginary) = (0.0, 0.0)
        for y in 0..<height {
          let (turn, value) = (turns[modulo((u - side / 2) * y)], rows[y * side + v])
          real += value.real * turn.cosine + value.imaginary * turn.sine
          imaginary += value.imaginary * turn.cosine - value.real * turn.sine
        }
        power[u * side + v] += real * real + imaginary * imaginary
      }
    }
  }

  private static func modulo(_ number: Int) -> Int { number & (side - 1) }

  /// Cosine and sine of each thirty-second of a turn.
  private static let turns: [(cosine: Double, sine: Double)] = (0..<side).map { index in
    let angle = 2 * Double.pi * Double(index) / Double(side)
    return (Double.cosine(angle), Double.sine(angle))
  }
}

/// The size of filters.
package enum FilterNorms {
  /// The root of the mean square of each filter's or unit's weights, biases left out; nil for layers
  /// that have no filters.
  ///
  /// - Source: Zeiler & Fergus, arXiv 1311.2901, §3: filters whose RMS exceeds a fixed radius of 0.1 are
  ///   brought back to it, so that none dominates.
  package static func rootMeanSquares(of layer: any Layer) -> [Float]? {
    let weight: Tensor
    switch layer {
    case let layer as Conv2D: weight = layer.weight
    case let layer as Dense: weight = layer.weight
    case let layer as ConvTranspose2D:
      // The channels of the output are the last dimension but one, group by group.
      let (shape, groups) = (layer.weight.shape, layer.groups)
      weight = Kernels.joinedChannels(
        (0..<groups).map { group in
          let own = group * shape[3] / groups..<(group + 1) * shape[3] / groups
          return Kernels.transposedImages(
            Kernels.channels(own, of: layer.weight), batch: shape[0] * shape[1], rows: shape[2],
            columns: own.count)
        })
    default: return nil
    }
    let squares = Kernels.sumsOfChannels(weight, times: weight)
    let count = Double(max(1, weight.count / max(1, squares.count)))
    return squares.map { Float(($0 / count).squareRoot()) }
  }
}
