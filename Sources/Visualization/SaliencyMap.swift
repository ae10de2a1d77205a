public import Tensors

/// Which pixels of an image speak for a class, by one of the methods.
public struct SaliencyMap: Sendable {
  /// How it was found.
  public let method: SaliencyMethod
  /// The class.
  public let label: Int
  /// The score of each scalar, signed, `[1, H, W, C]`; for Grad-CAM, which never is negative, `[1, H,
  /// W, 1]`.
  public let scores: Tensor
  /// Grad-CAM's map in the size of the layer's maps, where the method is one of its.
  public let gradCAM: GradCAM?

  /// The magnitude of each pixel's score, of several channels the largest, `[H, W]` in row-major
  /// order.
  public var magnitudes: [Float] {
    let channels = scores.shape[3]
    return scores.withUnsafeBufferPointer { scores in
      (0..<scores.count / channels).map { pixel in
        (0..<channels).map { abs(scores[pixel * channels + $0]) }.max() ?? 0
      }
    }
  }

  /// Whether no pixel has a score.
  public var isEmpty: Bool {
    scores.withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } }
  }

  /// The share of all magnitude that the strongest tenth of the pixels has: 0.1 for an even map, 1 for
  /// a few points; 0 for an empty one.
  public var concentration: Double {
    let sorted = magnitudes.sorted(by: >)
    let sum = sorted.reduce(0) { $0 + Double($1) }
    guard sum > 0 else { return 0 }
    return sorted.prefix(max(1, sorted.count / 10)).reduce(0) { $0 + Double($1) } / sum
  }

  /// The pixel with the largest magnitude, the first one on a tie.
  public var strongestPixel: (y: Int, x: Int) {
    let index = Deconvnet.indexOfLargest(magnitudes)
    return (index / scores.shape[2], index % scores.shape[2])
  }
}

/// Settings of the methods.
public struct SaliencySettings: Sendable, Equatable {
  /// Grad-CAM's layer; nil for the highest convolution.
  public var layer: NumberedLayer?
  /// Whether Grad-CAM takes the maps behind the layer's pooling.
  public var isPooled = false
  /// Integrated gradients: derivatives on the way.
  public var steps = 50
  /// Integrated gradients: what the baseline is filled with, one scalar a channel, in units of the
  /// input; nil for 0.
  public var baseline: [Float]?
  /// SmoothGrad: noisy images.
  public var copies = 50
  /// SmoothGrad: the noise's standard deviation, in units of the input.
  public var deviation: Float = 0.15
  /// SmoothGrad: what the noise is a function of.
  public var seed = 1

  /// The defaults.
  public init() {}
}

extension Deconvnet {
  /// The highest convolution; nil for a network of dense layers.
  public var highestConvolution: NumberedLayer? { layers.last { $0.kind == .convolution } }

  /// Which pixels of an image speak for a class.
  ///
  /// - `image`: `[1, H, W, C]`.
  /// - Throws: `DeconvnetError`, also when Grad-CAM finds no convolution.
  public func saliencyMap(
    _ method: SaliencyMethod, of label: Int, in image: Tensor,
    _ settings: SaliencySettings = SaliencySettings()
  ) throws(DeconvnetError) -> SaliencyMap {
    var cam: GradCAM?
    let scores: Tensor
    switch method {
    case .gradient:
      scores = try saliency(of: label, in: image)
    case .deconvnet:
      scores = try saliency(of: label, in: image, rule: .deconvnet)
    case .guided:
      scores = try saliency(of: label, in: image, rule: .guided)
    case .integrated:
      let channels = image.shape[3]
      let fill = settings.baseline ?? Array(repeating: 0, count: channels)
      let baseline = Tensor(
        shape: image.shape, scalars: (0..<image.count).map { fill[$0 % channels] })
      scores = try integratedGradients(
        of: label, in: image, baseline: baseline, steps: settings.steps)
    case .smoothgrad:
      scores = try smoothGradient(
        of: label, in: image, deviation: settings.deviation, copies: settings.copies,
        seed: settings.seed)
    case .gradcam, .guidedGradcam:
      guard let layer = settings.layer ?? highestConvolution else {
        throw .noSuchLayer(1, layers: [])
      }
      let map = try gradCAM(of: label, in: image, layer: layer, pooled: settings.isPooled)
      let large = map.enlarged(height: image.shape[1], width: image.shape[2])
      cam = map
      scores =
        method == .gradcam
        ? large : try guided(of: label, in: image, weightedBy: large)
    }
    return SaliencyMap(method: method, label: label, scores: scores, gradCAM: cam)
  }
}
