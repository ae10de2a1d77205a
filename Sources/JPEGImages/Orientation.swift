import Images

/// How a camera was held, as the EXIF data of its image say.
///
/// - Source: CIPA DC-008 (EXIF 2.32), §4.6.5 (tag 274, Orientation); ITU-T T.81, Annex B (segments);
///   TIFF 6.0, §2 (directories).
enum Orientation: Int {
  /// Where the first row and the first column of the file's pixels belong.
  case topLeft = 1, topRight, bottomRight, bottomLeft, leftTop, rightTop, rightBottom, leftBottom

  /// Whether rows become columns.
  var exchangesSides: Bool { rawValue >= Self.leftTop.rawValue }

  /// What the first EXIF segment says, before the image's data; as it is where there is none, or where
  /// it can't be followed.
  init(ofJPEG bytes: [UInt8]) {
    self = Self.exif(in: bytes).flatMap { TIFFDirectory(bytes[$0]).orientation } ?? .topLeft
  }

  /// Where the TIFF file lies that an EXIF segment holds.
  private static func exif(in bytes: [UInt8]) -> Range<Int>? {
    let (applicationData, startOfScan, end) = (UInt8(0xE1), UInt8(0xDA), UInt8(0xD9))
    let name = Array("Exif\0\0".utf8)
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      // A marker may be filled up in front with as many of these bytes as one likes.
      if marker == 0xFF {
        position += 1
        continue
      }
      guard marker != startOfScan, marker != end else { return nil }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let content = position + 4
      let next = position + 2 + length
      guard length >= 2, next <= bytes.count else { return nil }
      if marker == applicationData, bytes[content..<next].starts(with: name) {
        return content + name.count..<next
      }
      position = next
    }
    return nil
  }
}

/// The first directory of a TIFF file.
private struct TIFFDirectory {
  private let bytes: ArraySlice<UInt8>
  private let isLittleEndian: Bool

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    isLittleEndian = bytes.first == UInt8(ascii: "I")
  }

  /// The value of the tag 274; nil where it isn't 1 to 8, or isn't there.
  var orientation: Orientation? {
    guard bytes.starts(with: isLittleEndian ? [0x49, 0x49, 42, 0] : [0x4D, 0x4D, 0, 42]),
      let start = number(at: 4, bytes: 4), let count = number(at: start, bytes: 2)
    else { return nil }
    for entry in 0..<count {
      let place = start + 2 + 12 * entry
      guard let tag = number(at: place, bytes: 2), let type = number(at: place + 2, bytes: 2) else {
        return nil
      }
      guard tag == 274 else { continue }
      // A short number, or a long one by mistake.
      return number(at: place + 8, bytes: type == 4 ? 4 : 2).flatMap(Orientation.init)
    }
    return nil
  }

  /// An unsigned number; nil beyond the end.
  private func number(at offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, offset + count <= bytes.count else { return nil }
    let digits = bytes.dropFirst(offset).prefix(count)
    return (isLittleEndian ? Array(digits.reversed()) : Array(digits)).reduce(0) {
      $0 << 8 | Int($1)
    }
  }
}

extension Image {
  /// The image as it was seen, when its file was made by a camera that was held like this.
  func oriented(_ orientation: Orientation) -> Image {
    guard orientation != .topLeft else { return self }
    let (lastX, lastY) = (width - 1, height - 1)
    let (newWidth, newHeight) = orientation.exchangesSides ? (height, width) : (width, height)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (oldX, oldY) =
          switch orientation {
          case .topLeft: (x, y)
          case .topRight: (lastX - x, y)
          case .bottomRight: (lastX - x, lastY - y)
          case .bottomLeft: (x, lastY - y)
          case .leftTop: (y, x)
          case .rightTop: (y, lastY - x)
          case .rightBottom: (lastX - y, lastY - x)
          case .leftBottom: (lastX - y, x)
          }
        let at = (oldY * width + oldX) * channels
        for channel in 0..<channels { bytes.append(pixels[at + channel]) }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: bytes)
  }
}
