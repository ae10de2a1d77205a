import NeuralNetworks
public import Tensors

/// What keeps an image that is made for a filter from turning into noise.
public struct MaximizationSettings: Sendable, Equatable {
  /// The length of a step, as the Euclidean norm over all scalars of an image.
  public var rate: Float = 1
  /// The share by which an image falls back to gray at each step.
  public var decay: Float = 0.02
  /// The weight of the total variation: the sum of the squared differences of neighbours.
  public var variation: Float = 1e-3
  /// The standard deviation of the blur, in pixels; 0 for none.
  public var blur: Double = 0.5
  /// Steps from blur to blur.
  public var blurInterval = 4
  /// How far an image is shifted before each step, at most, in pixels.
  public var jitter = 0
  /// How far it is turned before each step, at most, in degrees.
  public var turn = 0.0
  /// By which share it is enlarged or shrunk before each step, at most.
  public var zoom = 0.0
  /// Whether one unit is excited, the map's middle one, instead of the mean of all.
  public var isOneUnit = false
  /// Whether the strengths of frequencies are changed instead of pixels: for large images. There is no
  /// decay and no blur then; a step is Adam's, of `rate / 20`.
  public var changesFrequencies = false
  /// The standard deviation of the noise that images begin with, around gray.
  public var noise: Float = 0.05
  /// The network's input for black, one scalar a channel; nil for 0.
  public var black: [Float]?
  /// The network's input for white, one scalar a channel; nil for 1.
  public var white: [Float]?

  /// The defaults.
  public init() {}
}

/// Images that excite a filter, a unit or a class ever more: gradient ascent with regularisers.
///
/// Images hold scalars from 0, black, to 1, white. At each step `x ← x + rate · g / |g|`, `g` being the
/// gradient of `objective - variation · TV(x)`, then `x ← ½ + (x - ½)(1 - decay)`, at times a blur, and
/// what lies outside 0 to 1 is cut off.
///
/// The objective is the mean of a filter's map before the activation function, or its middle unit, or a
/// unit or logit likewise: a rectified map that is 0 has no gradient to climb.
///
/// Where frequencies are changed, an image is `σ(T(s) / 4)`, T the transform of `SpectralImage`, and `s` climbs by
/// Adam. Before each step images are shifted, turned and zoomed at random, so that what they show doesn't
/// hang on single pixels.
/// - Source: Erhan et al., "Visualizing Higher-Layer Features of a Deep Network", 2009; Yosinski et al.,
///   "Understanding Neural Networks Through Deep Visualization", 2015, arXiv 1506.06579, §3 (decay and
///   blur); Mahendran & Vedaldi, arXiv 1412.0035, §3 (total variation, jitter); Olah et al., "Feature
///   Visualization", Distill 2017 (frequencies, transformations).
public struct Maximization: Sendable {
  /// The layer.
  public let layer: NumberedLayer
  /// The filter, unit or class.
  public let filter: Int
  /// Steps made.
  public private(set) var step = 0
  /// The images so far, `[N, H, W, C]`, from 0 to 1.
  public private(set) var images: Tensor

  private let settings: MaximizationSettings
  private let seeds: [Int]
  private let stages: Sequential
  private let deconvnet: Deconvnet
  /// Where frequencies are changed.
  private var spectrum: SpectralAscent?

  /// Begins with gray and noise.
  ///
  /// - `filter`: of a convolution; of a dense layer a unit, of the last one a class.
  /// - `input`: height, width and channels.
  /// - `seeds`: one an image.
  public init(
    of filter: Int, layer: NumberedLayer, in deconvnet: Deconvnet, input: [Int], seeds: [Int],
    _ settings: MaximizationSettings = MaximizationSettings()
  ) {
    let count = input.reduce(1, *)
    let scalars = seeds.flatMap { seed in
      var generator = SeededGenerator(seed: seed, 0x4D41_5849)
      return (0..<count).map { _ in
        min(max(0, 0.5 + settings.noise * generator.nextNormal()), 1)
      }
    }
    self.init(
      of: filter, layer: layer, in: deconvnet,
      from: Tensor(shape: [seeds.count] + input, scalars: scalars), seeds: seeds, settings)
    guard settings.changesFrequencies else { return }
    let strengths = Tensor(
      shape: images.shape,
      scalars: seeds.flatMap { seed in
        var generator = SeededGenerator(seed: seed, 0x4652_4551)
        return (0..<count).map { _ in 0.01 * generator.nextNormal() }
      })
    let spectrum = SpectralAscent(from: strengths, rate: settings.rate / 20)
    images = spectrum.images
    self.spectrum = spectrum
  }

  /// Begins with images of one's own, `[N, H, W, C]`, from 0 to 1.
  public init(
    of filter: Int, layer: NumberedLayer, in deconvnet: Deconvnet, from images: Tensor,
    seeds: [Int], _ settings: MaximizationSettings = MaximizationSettings()
  ) {
    precondition(
      (0..<layer.filters).contains(filter) && images.rank == 4
        && seeds.count == images.shape[0],
      "filter \(filter) of \(layer), \(seeds.count) seeds for images \(images.shape)")
    (self.layer, self.filter, self.seeds) = (layer, filter, seeds)
    (self.settings, self.images, self.deconvnet) = (settings, images, deconvnet)
    // Without the activation function.
    stages = Sequential(Array(deconvnet.chain.layers[...layer.filterStage]))
  }

  /// The objective of each image.
  public var objectives: [Float] { means(of: stages(input(images))) }

  /// Makes one step with every image.
  ///
  /// - Returns: the objective of each image before the step.
  /// - Throws: `DeconvnetError.cannotProject`.
  public mutating func advance() throws(DeconvnetError) -> [Float] {
    let shifts = shifts()
    let warps = warps()
    var shifted = images
    shifted.roll(shifts)
    let seen = warps.map { warps in
      Tensor(
        joining: warps.enumerated().map { image, warp in
          warp.applied(
            to: shifted.images([image]), fill: Array(repeating: 0.5, count: images.shape[3]))
        })
    }
    let (maps, trace) = stages.forward(input(seen ?? shifted))
    let objectives = means(of: maps)
    var gradient = try deconvnet.descend(
      signal(like: maps), from: layer.filterStage, trace.children, rule: .gradient)
    scaleToImages(&gradient)
    if let warps {
      gradient = Tensor(
        joining: warps.enumerated().map { image, warp in
          warp.gradient(of: gradient.images([image]))
        })
    }
    addVariation(of: shifted, to: &gradient)
    gradient.roll(shifts.map { (-$0.y, -$0.x) })
    step += 1
    if let climbed = spectrum?.climb(gradient) {
      images = climbed
      return objectives
    }
    climb(gradient)
    if settings.blur > 0, step.isMultiple(of: max(1, settings.blurInterval)) {
      images.blur(Tensor.blurTaps(deviation: settings.blur))
    }
    images.withUnsafeMutableBufferPointer { scalars in
      for index in scalars.indices { scalars[index] = min(max(0, scalars[index]), 1) }
    }
    return objectives
  }

  // MARK: Objective

  /// The images in units of the input.
  private func input(_ images: Tensor) -> Tensor {
    guard let black = settings.black, let white = settings.white else { return images }
    var result = images
    result.withUnsafeMutableBufferPointer { scalars in
      for index in scalars.indices {
        let channel = index % black.count
        scalars[index] = black[channel] + scalars[index] * (white[channel] - black[channel])
      }
    }
    return result
  }

  /// The gradient by what lies between 0 and 1, from the one by the input.
  private func scaleToImages(_ gradient: inout Tensor) {
    guard let black = settings.black, let white = settings.white else { return }
    gradient.withUnsafeMutableBufferPointer { scalars in
      for index in scalars.indices {
        let channel = index % black.count
        scalars[index] *= white[channel] - black[channel]
      }
    }
  }

  private func means(of maps: Tensor) -> [Float] {
    let places = maps.count / maps.shape[0] / layer.filters
    guard settings.isOneUnit else {
      return maps.sums(of: filter).map { Float($0 / Double(places)) }
    }
    let middle = middle(of: maps)
    return maps.withUnsafeBufferPointer { scalars in
      (0..<maps.shape[0]).map { scalars[($0 * places + middle) * layer.filters + filter] }
    }
  }

  /// The place of the middle unit, in row-major order.
  private func middle(of maps: Tensor) -> Int {
    maps.rank == 4 ? maps.shape[1] / 2 * maps.shape[2] + maps.shape[2] / 2 : 0
  }

  /// The objective's gradient by the maps.
  private func signal(like maps: Tensor) -> Tensor {
    let places = maps.count / maps.shape[0] / layer.filters
    guard settings.isOneUnit else {
      return Tensor(shape: maps.shape, repeating: 1 / Float(places)).keeping(filter)
    }
    let middle = middle(of: maps)
    var signal = Tensor(zeros: maps.shape)
    signal.withUnsafeMutableBufferPointer { signal in
      for image in 0..<maps.shape[0] {
        signal[(image * places + middle) * layer.filters + filter] = 1
      }
    }
    return signal
  }

  /// Takes the gradient of `variation · TV` from a gradient.
  private func addVariation(of images: Tensor, to gradient: inout Tensor) {
    let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
    let weight = 2 * settings.variation
    guard weight != 0 else { return }
    images.withUnsafeBufferPointer { x in
      gradient.withUnsafeMutableBufferPointer { gradient in
        func pull(_ first: Int, _ second: Int) {
          let difference = weight * (x[first] - x[second])
          gradient[first] -= difference
          gradient[second] += difference
        }
        for index in x.indices {
          let pixel = index / channels
          if pixel % width + 1 < width { pull(index, index + channels) }
          if pixel / width % height + 1 < height { pull(index, index + width * channels) }
        }
      }
    }
  }

  // MARK: Steps

  /// Goes a step along the gradient and falls back to gray a little.
  private mutating func climb(_ gradient: Tensor) {
    let size = gradient.count / seeds.count
    let (rate, keep) = (settings.rate, 1 - settings.decay)
    gradient.withUnsafeBufferPointer { gradient in
      images.withUnsafeMutableBufferPointer { images in
        for image in seeds.indices {
          let range = image * size..<(image + 1) * size
          let squares = range.reduce(0.0) { $0 + Double(gradient[$1]) * Double(gradient[$1]) }
          let scale = rate / (Float(squares.squareRoot()) + 1e-8)
          for index in range {
            images[index] = 0.5 + (images[index] + scale * gradient[index] - 0.5) * keep
          }
        }
      }
    }
  }

  /// How each image is turned and zoomed at this step; nil for not at all.
  private func warps() -> [Warp]? {
    guard settings.turn > 0 || settings.zoom > 0 else { return nil }
    return seeds.map { seed in
      var generator = SeededGenerator(seed: seed, 0x5741_5250, step)
      func draw() -> Double { 2 * Double(generator.nextUniform()) - 1 }
      var warp = Warp.rotated(by: settings.turn * draw())
      warp.scale = 1 + settings.zoom * draw()
      return warp
    }
  }

  /// How far each image is shifted at this step.
  private func shifts() -> [(y: Int, x: Int)] {
    let jitter = settings.jitter
    guard jitter > 0 else { return seeds.map { _ in (0, 0) } }
    return seeds.map { seed in
      var generator = SeededGenerator(seed: seed, 0x4A49_5454, step)
      func draw() -> Int {
        Int(generator.next().multipliedFullWidth(by: UInt64(2 * jitter + 1)).high) - jitter
      }
      return (draw(), draw())
    }
  }
}
