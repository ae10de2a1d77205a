import NeuralNetworks
public import Tensors

/// Where in an image the maps of a convolution speak for a class.
///
/// - Formula: `max(0, Σ α_k A_k)`, `α_k` the mean over map `A_k` of the class's logit's derivative.
/// - Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
///   Localization", ICCV 2017, arXiv 1610.02391, §3.
public struct GradCAM: Sendable {
  /// `[1, H', W', 1]`, of the maps' size.
  public let map: Tensor
  /// `α`, one a filter.
  public let weights: [Float]
  /// The layer whose maps these are.
  public let layer: NumberedLayer

  /// The map at an image's size, bilinear, `[1, H, W, 1]`.
  public func enlarged(height: Int, width: Int) -> Tensor {
    map.resizedBilinearly(height: height, width: width)
  }
}

extension Deconvnet {
  /// Grad-CAM of a class at a convolution.
  ///
  /// - `image`: `[1, H, W, C]`.
  /// - `layer`: a convolution; its maps behind the activation function.
  /// - `pooled`: takes the maps behind the pooling that follows.
  /// - Throws: `DeconvnetError`; `.noPooling` where nothing pools the maps.
  public func gradCAM(
    of label: Int, in image: Tensor, layer: NumberedLayer, pooled: Bool = false
  ) throws(DeconvnetError) -> GradCAM {
    var stage = layer.stage
    if pooled {
      guard let pooling = layer.poolingStage else { throw .noPooling(layer: "\(layer)") }
      stage = pooling
    }
    let (logits, traces) = traced(image)
    let maps = required(traces[stage].output, "the output", of: chain.layers[stage].name)
    precondition(
      maps.rank == 4 && maps.shape[0] == 1, "Grad-CAM takes maps of one image, got \(maps.shape)")
    let gradients = try descend(
      Self.oneHot(label, like: logits), from: traces.count - 1, toOutputOf: stage, traces,
      rule: .gradient)
    let (height, width, filters) = (maps.shape[1], maps.shape[2], maps.shape[3])
    let weights = Kernels.sumsOfChannels(gradients).map { Float($0 / Double(height * width)) }
    let scalars = maps.withUnsafeBufferPointer { maps in
      (0..<height * width).map { place -> Float in
        var sum = 0.0
        for filter in 0..<filters {
          sum += Double(weights[filter]) * Double(maps[place * filters + filter])
        }
        return Float(max(0, sum))
      }
    }
    return GradCAM(
      map: Tensor(shape: [1, height, width, 1], scalars: scalars), weights: weights, layer: layer)
  }

  /// Guided Grad-CAM: guided backpropagation, weighted by Grad-CAM at the image's size.
  func guided(
    of label: Int, in image: Tensor, weightedBy map: Tensor
  ) throws(DeconvnetError) -> Tensor {
    let (weights, channels) = (map.scalars, image.shape[3])
    let guided = try saliency(of: label, in: image, rule: .guided).scalars
    return Tensor(
      shape: image.shape, scalars: guided.indices.map { guided[$0] * weights[$0 / channels] })
  }
}

extension Tensor {
  /// Images `[N, H, W, C]` at another size, bilinear; pixels are areas with a middle at one half, and
  /// edges go on outside (PyTorch's `interpolate` with `align_corners=False`).
  func resizedBilinearly(height: Int, width: Int) -> Tensor {
    precondition(rank == 4, "images have 4 dimensions, got \(shape)")
    let (batch, oldHeight, oldWidth, channels) = (shape[0], shape[1], shape[2], shape[3])
    func taps(_ old: Int, _ new: Int) -> [(low: Int, high: Int, share: Double)] {
      (0..<new).map { index in
        let place = max(0, (Double(index) + 0.5) * Double(old) / Double(new) - 0.5)
        let low = min(old - 1, Int(place))
        return (low, min(old - 1, low + 1), place - Double(low))
      }
    }
    let (rows, columns) = (taps(oldHeight, height), taps(oldWidth, width))
    return withUnsafeBufferPointer { old in
      Tensor(uninitializedShape: [batch, height, width, channels]) { new in
        new.initialize(repeating: 0)
        for image in 0..<batch {
          func value(_ y: Int, _ x: Int, _ channel: Int) -> Double {
            Double(old[((image * oldHeight + y) * oldWidth + x) * channels + channel])
          }
          for (y, row) in rows.enumerated() {
            for (x, column) in columns.enumerated() {
              for channel in 0..<channels {
                func along(_ y: Int) -> Double {
                  value(y, column.low, channel) * (1 - column.share)
                    + value(y, column.high, channel) * column.share
                }
                new[((image * height + y) * width + x) * channels + channel] = Float(
                  along(row.low) * (1 - row.share) + along(row.high) * row.share)
              }
            }
          }
        }
      }
    }
  }
}
