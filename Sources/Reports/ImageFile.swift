import Foundation
import Images

/// An encoded image, as far as a page needs to know it.
struct ImageFile {
  let bytes: [UInt8]
  let mimeType: String
  let width: Int
  let height: Int

  /// Nil for what isn't PNG, GIF or JPEG, or hasn't a size.
  ///
  /// - Source: PNG (ISO/IEC 15948) §11.2.2; GIF89a §18; JPEG (ITU-T T.81) §B.2.2.
  init?(_ bytes: [UInt8]) {
    func big(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.count > 24 {
      (mimeType, width, height) = (
        "image/png", big(16) << 16 | big(18), big(20) << 16 | big(22)
      )
    } else if bytes.starts(with: Array("GIF8".utf8)), bytes.count > 10 {
      mimeType = "image/gif"
      width = Int(bytes[6]) | Int(bytes[7]) << 8
      height = Int(bytes[8]) | Int(bytes[9]) << 8
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      var at = 2
      var size: (Int, Int)?
      while at + 9 < bytes.count, bytes[at] == 0xFF, size == nil {
        let marker = bytes[at + 1]
        // Frames begin with C0 to CF, but for tables (C4, CC) and the reserved C8.
        if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
          size = (big(at + 7), big(at + 5))
        }
        at += 2 + big(at + 2)
      }
      guard let size else { return nil }
      (mimeType, width, height) = ("image/jpeg", size.0, size.1)
    } else {
      return nil
    }
    guard (1...65_535).contains(width), (1...65_535).contains(height) else { return nil }
    self.bytes = bytes
  }

  private init(_ bytes: [UInt8], mimeType: String, width: Int, height: Int) {
    (self.bytes, self.mimeType, self.width, self.height) = (bytes, mimeType, width, height)
  }

  /// The image, or a smaller one where it has more bytes than `limit`; nil where it can't be made
  /// smaller, or is too large to be looked at.
  func fitting(_ limit: Int) -> ImageFile? {
    guard bytes.count > limit else { return self }
    guard mimeType == "image/png", width * height <= 50_000_000,
      var image = try? Image(pngData: bytes)
    else { return nil }
    for _ in 0..<6 {
      guard image.width > 32, image.height > 32 else { return nil }
      image = image.resized(
        toWidth: max(1, image.width / 2), height: max(1, image.height / 2))
      guard let data = try? image.pngData() else { return nil }
      if data.count <= limit {
        return ImageFile(
          data, mimeType: mimeType, width: image.width, height: image.height)
      }
    }
    return nil
  }

  /// The image as an address.
  var dataURI: String { "data:\(mimeType);base64,\(Self.base64(bytes))" }

  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// How much it is enlarged on the page: small images to a size at which pixels can be seen.
  var magnification: Int { max(1, min(8, 320 / max(width, height))) }
}
