internal import Tensors

extension Sequential {
  /// A small network in the manner of VGG, with batch normalisation: three groups of two convolutions of
  /// 3×3, whose filters double from group to group and whose first one ends in a 2×2 max pooling; then
  /// each filter's mean over the image, and a dense layer. Softmax is the loss's part.
  ///
  /// - Input: `[N] + input`, `input` being `[H, W, C]`. Output: logits `[N, classes]`.
  /// - `width`: the filters of the first group.
  /// - Source: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
  ///   Recognition", ICLR 2015, arXiv 1409.1556; that a pooling comes before the normalisation, which
  ///   leaves it a quarter of the scalars, is of Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single
  ///   GPU", 2024, arXiv 2404.00498.
  public static func vgg(
    input: [Int] = [32, 32, 3], classes: Int = 10, width: Int = 32,
    initializer: Initializer = .he, seed: Int
  ) -> Sequential {
    precondition(
      input.count == 3 && input[0] >= 8 && input[1] >= 8 && width > 0,
      "this VGG takes images [H, W, C] of at least 8 × 8 and 1 filter or more, got \(input) and \(width)"
    )
    var layers: [NamedLayer] = []
    var channels = input[2]
    for number in 1...6 {
      let filters = width << ((number - 1) / 2)
      var generator = SeededGenerator(seed: seed, number - 1)
      var convolution = Conv2D(
        in: channels, out: filters, kernel: 3, initializer: initializer, using: &generator)
      // The normalisation takes a bias away again.
      convolution.bias = nil
      layers.append(NamedLayer("conv\(number)", convolution))
      if !number.isMultiple(of: 2) {
        layers.append(NamedLayer("pool\((number + 1) / 2)", MaxPool2D(2)))
      }
      layers.append(NamedLayer("norm\(number)", BatchNorm2D(channels: filters)))
      layers.append(NamedLayer("relu\(number)", ReLU()))
      channels = filters
    }
    var generator = SeededGenerator(seed: seed, 6)
    return Sequential(
      layers + [
        NamedLayer("mean", GlobalAveragePool2D()), NamedLayer("flatten", Flatten()),
        NamedLayer(
          "fc",
          Dense(
            in: channels, out: classes, initializer: initializer, using: &generator)),
      ])
  }
}
