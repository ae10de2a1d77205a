package import Tensors

/// What a model's file says of the images that it takes and of its classes, where an exporter left it.
///
/// The words are those of ultralytics (`names`, `imgsz`), timm (`mean`, `std`, `input_size`, `crop_pct`,
/// `label_names`), Hugging Face (`image_mean`, `image_std`, `crop_size`, `id2label`) and of ONNX itself
/// (`Image.NominalPixelRange`, `Image.BitmapPixelFormat`), written as Python or JSON writes them. What
/// can't be understood is as if it weren't there.
///
/// - Source: https://github.com/onnx/onnx, `docs/MetadataProps.md`.
public struct ImageMetadata: Sendable, Equatable {
  /// How bytes become the scalars that the network takes, before mean and deviation.
  package enum Range: Sendable {
    case zeroToOne, minusOneToOne, bytes
  }

  /// The names of the classes, in the order of the labels.
  package private(set) var classNames: [String]?
  /// What is subtracted from pixels of 0 to 1, a number for each channel or one for all.
  package private(set) var mean: [Float]?
  /// What they are divided by then.
  package private(set) var std: [Float]?
  /// The size of the images.
  package private(set) var size: Extent?
  /// How much of an image's side is left when it is cropped to `size`, 0 to 1.
  package private(set) var cropShare: Float?
  package private(set) var range: Range?
  /// `NCHW` or `NHWC`.
  package private(set) var layout: String?
  /// Whether blue comes first.
  package private(set) var isBlueFirst = false

  /// Reads what the keys and values of a file's metadata say.
  init(_ entries: [String: String]) {
    var values: [String: MetadataValue] = [:]
    for (key, text) in entries.sorted(by: { $0.key < $1.key }) {
      let value = MetadataValue(text)
      values[key.lowercased()] = value
      // Some keep all that prepares an image in one entry.
      if Self.wrappers.contains(key.lowercased()) {
        for (key, value) in value.members ?? [] {
          values[key.lowercased(), default: value] = value
        }
      }
    }
    func first<Found>(_ keys: [String], _ read: (MetadataValue) -> Found?) -> Found? {
      keys.lazy.compactMap { values[$0] }.compactMap(read).first
    }
    classNames = first(Self.nameKeys, \.names)
    size = first(Self.sizeKeys, \.size)
    cropShare = first(["crop_pct"]) { value in
      value.number.map(Float.init).flatMap { $0 > 0.1 && $0 <= 1 ? $0 : nil }
    }
    layout = first(["layout", "input_layout", "data_format"], \.layout)
    range = first(["image.nominalpixelrange"]) { value in
      [
        "nominalrange_0_255": .bytes, "normalized_0_1": .zeroToOne,
        "normalized_1_1": .minusOneToOne,
      ][
        value.text?.lowercased() ?? ""]
    }
    isBlueFirst =
      first(["image.bitmappixelformat", "channel_order", "color_order"]) { value in
        value.text?.lowercased().hasPrefix("bgr")
      } ?? false
    setNormalization(
      mean: first(Self.meanKeys, \.scalars),
      std: first(Self.stdKeys, \.scalars).flatMap { $0.allSatisfy { $0 > 0 } ? $0 : nil })
  }

  private static let wrappers: Set<String> = [
    "pretrained_cfg", "preprocessor_config", "preprocessing", "config", "data_config",
  ]
  private static let nameKeys = [
    "names", "class_names", "classes", "labels", "label_names", "id2label", "label2id",
  ]
  private static let sizeKeys = [
    "crop_size", "input_size", "imgsz", "image_size", "img_size", "size",
  ]
  private static let meanKeys = ["mean", "image_mean", "img_mean", "pixel_mean", "norm_mean"]
  private static let stdKeys = ["std", "image_std", "img_std", "pixel_std", "norm_std"]

  /// Numbers of pixels from 0 to 255 become those of pixels from 0 to 1.
  private mutating func setNormalization(mean: [Float]?, std: [Float]?) {
    guard mean != nil || std != nil else { return }
    let isOfBytes = range == .bytes || (mean ?? std ?? []).contains { $0 > 1.5 }
    let unit: Float = isOfBytes ? 255 : 1
    self.mean = mean.map { $0.map { $0 / unit } }
    self.std = (std ?? (isOfBytes ? [1] : nil)).map { $0.map { $0 / unit } }
    if isOfBytes { range = .zeroToOne }
  }
}

extension MetadataValue {
  /// Names of classes: a list, a dictionary of numbers and names either way round, or a text of them.
  fileprivate var names: [String]? {
    if let list {
      let names = list.compactMap(\.text)
      return names.isEmpty || names.count < list.count ? nil : names
    }
    guard let members else {
      let parts = (text ?? "").split { $0.isNewline || $0 == "," || $0 == ";" }.map(\.trimmed)
      return parts.count > 1 ? parts : nil
    }
    let numbered = members.compactMap { key, value in
      if let number = Int(key), let name = value.text { return (number, name) }
      return value.number.flatMap(Int.init(exactly:)).map { ($0, key) }
    }.sorted { $0.0 < $1.0 }
    guard !members.isEmpty, numbered.map(\.0) == Array(0..<members.count) else { return nil }
    return numbered.map(\.1)
  }

  /// Finite numbers, one or one for each channel.
  fileprivate var scalars: [Float]? {
    let found = numbers.map { $0.map(Float.init) }
    return found.flatMap { (1...4).contains($0.count) && $0.allSatisfy(\.isFinite) ? $0 : nil }
  }

  /// The last two of one to four numbers, but for channels that come last.
  fileprivate var size: Extent? {
    func side(_ name: String) -> Double? { members?.first { $0.0 == name }?.1.number }
    let square = side("shortest_edge").map { [$0] }
    let rectangle = side("height").flatMap { height in side("width").map { [height, $0] } }
    guard var sides = (rectangle ?? square ?? numbers)?.compactMap(Int.init(exactly:)),
      (1...4).contains(sides.count)
    else { return nil }
    if sides.count > 2, let last = sides.last, last <= 4 { sides.removeLast() }
    let (height, width) = (sides[max(0, sides.count - 2)], sides[sides.count - 1])
    guard (1...8192).contains(height), (1...8192).contains(width) else { return nil }
    return Extent(height: height, width: width)
  }

  fileprivate var layout: String? {
    switch text?.lowercased() {
    case "nchw", "chw", "channels_first": "NCHW"
    case "nhwc", "hwc", "channels_last": "NHWC"
    default: nil
    }
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
