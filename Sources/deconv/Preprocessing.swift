import ArgumentParser
import CommandSupport
import Datasets
import ModelFiles
import Tensors
import TextOutput

/// What networks of one data set are commonly given: `--preprocess`.
enum PreprocessingPreset: String, ExpressibleByArgument, CaseIterable {
  case imagenet, cifar10, mnist

  /// - Source: torchvision's transforms of its ImageNet classifiers; the means and deviations of the
  ///   training images of CIFAR-10 and MNIST, which the examples of PyTorch use.
  var preprocessing: Preprocessing {
    var result = Preprocessing()
    result.pixels = .zeroToOne
    switch self {
    case .imagenet:
      result.preparation = InputPreparation(
        resize: ImageSize(height: 256, width: nil), crop: ImageSize(height: 224, width: nil))
      result.mean = [0.485, 0.456, 0.406]
      result.std = [0.229, 0.224, 0.225]
    case .cifar10:
      result.preparation.resize = ImageSize(height: 32, width: 32)
      result.mean = [0.4914, 0.4822, 0.4465]
      result.std = [0.2470, 0.2435, 0.2616]
    case .mnist:
      result.preparation.resize = ImageSize(height: 28, width: 28)
      result.mean = [0.1307]
      result.std = [0.3081]
    }
    return result
  }
}

/// What is done to an image's bytes before a network sees them, as far as flags, a preset or the model's
/// own metadata say it.
struct Preprocessing {
  var preparation = InputPreparation()
  var pixels: PixelRange?
  var mean: [Float]?
  var std: [Float]?

  /// Nothing said.
  init() {}

  /// What the flags say, a preset where they don't.
  init(_ options: LabOptions) {
    self = options.preprocess?.preprocessing ?? Preprocessing()
    preparation.resize = options.resize ?? preparation.resize
    preparation.crop = options.crop ?? preparation.crop
    pixels = options.pixels ?? pixels
    mean = options.mean?.values ?? mean
    std = options.std?.values ?? std
  }

  /// What a model's file says of its images, as far as it fits their channels.
  init(_ metadata: ImageMetadata, channels: Int) {
    func fitting(_ numbers: [Float]?) -> [Float]? {
      numbers.flatMap { [1, channels].contains($0.count) ? $0 : nil }
    }
    pixels = metadata.range.flatMap {
      [.zeroToOne: .zeroToOne, .minusOneToOne: .minusOneToOne][$0]
    }
    mean = fitting(metadata.mean)
    std = fitting(metadata.std)
    // Bytes that are taken as they are: pixels of 0 to 1, divided by a 255th.
    if metadata.range == .bytes, mean == nil, std == nil { std = [1 / 255] }
    guard let size = metadata.size else { return }
    let crop = ImageSize(height: size.height, width: size.width)
    let side = Float(min(size.height, size.width)) / (metadata.cropShare ?? 1)
    preparation = InputPreparation(
      resize: size.height == size.width ? ImageSize(height: Int(side), width: nil) : crop,
      crop: crop)
  }

  /// Takes from another what isn't said here, and tells what that is.
  ///
  /// - Returns: in words, for a line of the result; nil where nothing was taken.
  mutating func complete(with other: Preprocessing) -> String? {
    var taken: [String] = []
    if preparation.isNothing, !other.preparation.isNothing {
      preparation = other.preparation
      taken.append(preparation.description)
    }
    // A mean is one of pixels in a range: it isn't taken for those of another.
    if pixels == nil || pixels == other.pixels ?? .zeroToOne {
      if pixels == nil, let range = other.pixels {
        pixels = range
        taken.append("pixels \(range.rawValue)")
      }
      if mean == nil, let numbers = other.mean {
        mean = numbers
        taken.append("mean \(Self.text(numbers))")
      }
      if std == nil, let numbers = other.std {
        std = numbers
        taken.append("std \(Self.text(numbers))")
      }
    }
    return taken.isEmpty ? nil : taken.joined(separator: ", ")
  }

  /// All of it in words, as far as it is said.
  var description: String {
    var nothing = Preprocessing()
    return nothing.complete(with: self) ?? "nothing"
  }

  private static func text(_ numbers: [Float]) -> String {
    numbers.map { Format.short($0, digits: 4) }.joined(separator: ",")
  }
}
