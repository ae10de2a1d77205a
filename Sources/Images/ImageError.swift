internal import Files

/// Why an image can't be read or written.
///
/// `name` is the path of the file, or "PNG data" for bytes in memory.
public enum ImageError: Error, Sendable, Equatable {
  /// The file can't be opened or read; the reason is the system's.
  case unreadable(name: String, reason: String)
  /// The file can't be written; the reason is the system's.
  case unwritable(name: String, reason: String)
  /// The bytes begin as no image does; the formats that are read are listed.
  case unrecognized(name: String, byteCount: Int, readable: String)
  /// The bytes begin as another format's do.
  case otherFormat(name: String, format: String, readable: String)
  /// The bytes end before the image does.
  case truncated(name: String, format: String, byteCount: Int)
  /// A checksum or a value is wrong; the detail is libpng's or libjpeg's.
  case damaged(name: String, format: String, detail: String)
  /// Nothing is wrong, but images of this kind aren't read.
  case unsupported(name: String, format: String, kind: String)
  /// More pixels than `Image.maximumByteCount` allows.
  case tooLarge(name: String, width: Int, height: Int, channels: Int)
  /// The numbers of an image are no 1 to 4 channels of its pixels.
  case wrongCount(width: Int, height: Int, count: Int)
  /// An animation without a frame.
  case noFrames
  /// A frame of an animation has another size than the first.
  case unequalFrames(index: Int, width: Int, height: Int, expectedWidth: Int, expectedHeight: Int)
  /// More pixels in a row or column than a GIF file can count.
  case tooLargeForGIF(width: Int, height: Int)
}

extension ImageError {
  /// What the system says of a file.
  init(_ error: FileError) {
    self =
      switch error.action {
      case .open, .read: .unreadable(name: error.path, reason: error.reason)
      default: .unwritable(name: error.path, reason: error.reason)
      }
  }
}

extension ImageError {
  /// Bytes that begin as no image of a readable format does, perhaps as one of another.
  package init(_ bytes: [UInt8], name: String, isNone readable: String) {
    if let format = FileSignature.name(of: bytes), format != readable {
      self = .otherFormat(name: name, format: format, readable: readable)
    } else {
      self = .unrecognized(name: name, byteCount: bytes.count, readable: readable)
    }
  }
}

extension ImageError: CustomStringConvertible {
  /// The sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let name, let reason): "\(name): can't be read: \(reason)"
    case .unwritable(let name, let reason): "\(name): can't be written: \(reason)"
    case .unrecognized(let name, byteCount: 0, let readable):
      "\(name): is empty, expected a \(readable) image"
    case .unrecognized(let name, _, let readable): "\(name): is not a \(readable) image"
    case .otherFormat(let name, let format, let readable):
      "\(name): is a \(format) file; convert it to \(readable)"
    case .truncated(let name, let format, let byteCount):
      "\(name): the \(format) is cut off, it ends after \(byteCount) bytes before the image is whole"
    case .damaged(let name, let format, let detail):
      "\(name): the \(format) is damaged: \(detail)"
    case .unsupported(let name, let format, let kind):
      "\(name): the \(format) has \(kind), which isn't read; convert it to 8 bits of gray or RGB"
    case .tooLarge(let name, let width, let height, let channels):
      "\(name): \(Image.describe(width, height, channels: channels)) is too large, "
        + "at most \(Image.maximumByteCount >> 20) MiB of pixels are read"
    case .wrongCount(let width, let height, let count):
      "an image of \(width)x\(height) has 1 to 4 numbers a pixel, got \(count) in all"
    case .noFrames: "an animation has one frame or more, got none"
    case .unequalFrames(let index, let width, let height, let expectedWidth, let expectedHeight):
      "frame \(index) of the animation is \(width)x\(height), "
        + "the first is \(expectedWidth)x\(expectedHeight); all must have one size"
    case .tooLargeForGIF(let width, let height):
      "\(width)x\(height) pixels are too many for a GIF, 65535 is its longest side"
    }
  }
}
