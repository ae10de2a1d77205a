private import CJPEG
private import CheckedArithmetic
public import Images

extension ImageFormat {
  /// JPEG files, by libjpeg-turbo.
  public static let jpeg = ImageFormat(
    name: "JPEG", fileExtensions: ["jpg", "jpeg"],
    size: { bytes, name throws(ImageError) in try Image.size(ofJPEG: bytes, name: name) },
    decode: { bytes, name throws(ImageError) in try Image(jpegData: bytes, name: name) })
}

extension [ImageFormat] {
  /// What photographs are kept in: PNG and JPEG.
  public static var photographs: [ImageFormat] { [.png, .jpeg] }
}

extension Image {
  /// Decodes the bytes of a JPEG file: baseline or progressive, Huffman or arithmetic coding, 8 bits.
  ///
  /// Gray stays gray, all else becomes RGB, CMYK as Pillow converts it; the image is turned as its
  /// EXIF data say that the camera was held. Colour profiles are not applied.
  ///
  /// - Throws: `ImageError`, also where bytes are missing or damaged though libjpeg would go on.
  public init(jpegData: [UInt8]) throws(ImageError) {
    try self.init(jpegData: jpegData, name: "JPEG data")
  }

  /// Decodes the bytes of a JPEG file; errors give it this name.
  package init(jpegData: [UInt8], name: String) throws(ImageError) {
    var header = try Self.header(ofJPEG: jpegData, name: name)
    let (width, height) = (Int(header.width), Int(header.height))
    let components = Int(header.components)
    let byteCount = width * height * components
    var failure: ImageError?
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      do throws(ImageError) {
        try Self.decode(jpegData, name: name, header: &header, into: buffer.baseAddress)
        count = byteCount
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    self = Image(
      width: width, height: height, channels: min(3, components),
      pixels: components == 4 ? Self.rgb(ofInvertedCMYK: pixels) : pixels
    ).oriented(Orientation(ofJPEG: jpegData))
  }

  /// The size of the image that a JPEG file's header promises, turned as it is once it is read, and
  /// its channels.
  ///
  /// - Throws: `ImageError`, also where that is more than an image may take or than the bytes can hold.
  package static func size(
    ofJPEG bytes: [UInt8], name: String
  ) throws(ImageError) -> (width: Int, height: Int, channels: Int) {
    let header = try header(ofJPEG: bytes, name: name)
    let (width, height) = (Int(header.width), Int(header.height))
    let isTurned = Orientation(ofJPEG: bytes).exchangesSides
    return (
      isTurned ? height : width, isTurned ? width : height, min(3, Int(header.components))
    )
  }

  /// What an image of few bytes may take whatever they are.
  private static let freeByteCount = 1 << 26
  /// The most bytes that a byte of a larger file becomes: a block of 64 pixels takes a bit or more of
  /// each component where Huffman's codes are used.
  private static let maximumRatio = 1024

  private static func header(
    ofJPEG bytes: [UInt8], name: String
  ) throws(ImageError) -> cjpeg_header {
    var header = cjpeg_header()
    try decode(bytes, name: name, header: &header, into: nil)
    let (width, height) = (Int(header.width), Int(header.height))
    guard header.precision == 8 else {
      throw .unsupported(name: name, format: "JPEG", kind: "\(header.precision) bits a channel")
    }
    let components = Int(header.components)
    guard [1, 3, 4].contains(components) else {
      throw .unsupported(name: name, format: "JPEG", kind: "\(components) channels")
    }
    guard let byteCount = [width, height, components].checkedProduct,
      byteCount <= maximumByteCount
    else {
      throw .tooLarge(name: name, width: width, height: height, channels: min(3, components))
    }
    guard byteCount <= max(freeByteCount, maximumRatio * bytes.count) else {
      throw .damaged(
        name: name, format: "JPEG",
        detail: "\(bytes.count) bytes can't hold \(width)x\(height) pixels")
    }
    return header
  }

  /// CMYK as JPEG files have it, where 255 is no ink, as RGB: the ink's share of what black leaves.
  private static func rgb(ofInvertedCMYK pixels: [UInt8]) -> [UInt8] {
    var rgb: [UInt8] = []
    rgb.reserveCapacity(pixels.count / 4 * 3)
    for at in stride(from: 0, to: pixels.count, by: 4) {
      let left = Int(pixels[at + 3])
      for channel in 0..<3 {
        // Divided by 255, rounded.
        let ink = (255 - Int(pixels[at + channel])) * left + 128
        rgb.append(UInt8(left - (ink + (ink >> 8)) >> 8))
      }
    }
    return rgb
  }

  /// One call of libjpeg; without `pixels` it reads the header only.
  private static func decode(
    _ bytes: [UInt8], name: String, header: inout cjpeg_header,
    into pixels: UnsafeMutablePointer<UInt8>?
  ) throws(ImageError) {
    var stream = cjpeg_stream()
    let status = bytes.withUnsafeBufferPointer {
      stream.source = $0.baseAddress
      stream.count = $0.count
      return bytes.isEmpty ? Int32(CJPEG_NOT_JPEG) : cjpeg_read(&stream, &header, pixels)
    }
    switch Int(status) {
    case CJPEG_OK: return
    case CJPEG_NOT_JPEG: throw ImageError(bytes, name: name, isNone: "JPEG")
    case CJPEG_TRUNCATED: throw .truncated(name: name, format: "JPEG", byteCount: bytes.count)
    case CJPEG_NO_ROOM: throw .unreadable(name: name, reason: stream.reason)
    case CJPEG_UNSUPPORTED:
      throw .unsupported(name: name, format: "JPEG", kind: "a coding (\(stream.reason))")
    default: throw .damaged(name: name, format: "JPEG", detail: stream.reason)
    }
  }
}

extension cjpeg_stream {
  /// What libjpeg said.
  fileprivate var reason: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
