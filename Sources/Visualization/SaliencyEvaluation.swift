import NeuralNetworks
package import Tensors

/// How far saliency methods can be trusted, as numbers: whether pixels that they hold for important are
/// (`PixelCurve`), and whether their maps change when the network forgets what it learned
/// (`RandomizedWeights`).
package struct SaliencyEvaluation: Sendable {
  /// What a method came to.
  package struct Score: Sendable {
    /// The method; nil for pixels in an order drawn by lot.
    package let method: SaliencyMethod?
    /// Curves of each image.
    package fileprivate(set) var curves: [PixelCurve.Kind: [PixelCurve]] = [:]
    /// For each randomised network, Spearman's correlation of the magnitudes of each image's map with those
    /// of the trained network's; without images of which a map is even.
    package fileprivate(set) var magnitudes: [[Double]] = []
    /// The same of the signed scores.
    package fileprivate(set) var signed: [[Double]] = []

    /// `gradient`, or `random order`.
    package var name: String { method?.rawValue ?? "random order" }

    /// The mean area below the curves; nil without images.
    package func area(_ kind: PixelCurve.Kind) -> Double? {
      Self.mean((curves[kind] ?? []).map(\.area))
    }

    /// The mean of the curves; nil without images.
    package func meanCurve(_ kind: PixelCurve.Kind) -> PixelCurve? {
      guard let curves = curves[kind], let first = curves.first else { return nil }
      return PixelCurve(
        shares: first.shares,
        probabilities: first.shares.indices.map { index in
          curves.reduce(0) { $0 + $1.probabilities[index] } / Double(curves.count)
        })
    }

    /// The mean; nil of nothing.
    package static func mean(_ numbers: [Double]) -> Double? {
      numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
    }
  }

  /// A score a method.
  package private(set) var scores: [Score]
  /// Images looked at.
  package private(set) var seen = 0

  private let deconvnet: Deconvnet
  private let randomized: [Deconvnet]
  private let saliency: SaliencySettings
  private let settings: Settings

  /// What is done to pixels.
  package struct Settings: Sendable {
    /// Pixels from point to point of the curves.
    package var perStep: Int
    /// What deleted pixels become, one scalar a channel, in units of the input.
    package var fill: [Float]
    /// The standard deviation of the blur that inserted pixels drive away, in pixels.
    package var blur: Double
    /// Of the order drawn by lot.
    package var seed: Int

    package init(perStep: Int, fill: [Float], blur: Double, seed: Int = 1) {
      (self.perStep, self.fill, self.blur, self.seed) = (perStep, fill, blur, seed)
    }
  }

  /// Nothing seen yet.
  ///
  /// - Parameters:
  ///   - methods: those to judge; nil among them is an order drawn by lot.
  ///   - randomized: networks that forgot, whose maps are compared with the network's.
  package init(
    of methods: [SaliencyMethod?], in deconvnet: Deconvnet, randomized: [Deconvnet],
    _ saliency: SaliencySettings, _ settings: Settings
  ) {
    scores = methods.map { method in
      var score = Score(method: method)
      if method != nil { score.magnitudes = randomized.map { _ in [] } }
      score.signed = score.magnitudes
      return score
    }
    (self.deconvnet, self.randomized) = (deconvnet, randomized)
    (self.saliency, self.settings) = (saliency, settings)
  }

  /// Looks at an image, `[1, H, W, C]`.
  ///
  /// - Throws: `DeconvnetError`.
  package mutating func look(at image: Tensor, label: Int) throws(DeconvnetError) {
    let channels = image.shape[3]
    let plain = Tensor(
      shape: image.shape, scalars: (0..<image.count).map { settings.fill[$0 % channels] })
    var blurred = image
    blurred.blur(Tensor.blurTaps(deviation: settings.blur))
    for index in scores.indices {
      let order: [Int]
      if let method = scores[index].method {
        let map = try deconvnet.saliencyMap(method, of: label, in: image, saliency)
        order = map.pixelOrder
        for (place, network) in randomized.enumerated() {
          let other = try network.saliencyMap(method, of: label, in: image, saliency)
          if let found = RankCorrelation.spearman(map.magnitudes, other.magnitudes) {
            scores[index].magnitudes[place].append(found)
          }
          if let found = RankCorrelation.spearman(map.scores.scalars, other.scores.scalars) {
            scores[index].signed[place].append(found)
          }
        }
      } else {
        var generator = SeededGenerator(seed: settings.seed, 0x4F52_4452, seen)
        order = Array(0..<image.count / channels).shuffled(using: &generator)
      }
      for kind in PixelCurve.Kind.allCases {
        let (start, end) = kind == .deletion ? (image, plain) : (blurred, image)
        scores[index].curves[kind, default: []].append(
          deconvnet.pixelCurve(
            of: label, from: start, to: end, order: order, perStep: settings.perStep))
      }
    }
    seen += 1
  }
}
