/// What kind of file bytes are, by their first ones.
package enum FileSignature {
  /// - `start`: what stands at `offset`, after what stands at the beginning.
  private typealias Known = (
    name: String, fileExtension: String, start: [UInt8], offset: Int, more: [UInt8]
  )

  private static let known: [Known] = [
    ("PNG", "png", [0x89, 0x50, 0x4E, 0x47], 0, []), ("GIF", "gif", Array("GIF8".utf8), 0, []),
    ("JPEG", "jpg", [0xFF, 0xD8, 0xFF], 0, []),
    ("WebP", "webp", Array("RIFF".utf8), 8, Array("WEBP".utf8)),
    ("WAV", "wav", Array("RIFF".utf8), 8, Array("WAVE".utf8)),
    ("SVG", "svg", Array("<svg".utf8), 0, []), ("BMP", "bmp", Array("BM".utf8), 0, []),
    ("TIFF", "tif", [0x49, 0x49, 0x2A, 0], 0, []), ("TIFF", "tif", [0x4D, 0x4D, 0, 0x2A], 0, []),
    ("HEIC", "heic", [], 4, Array("ftyphe".utf8)), ("HEIC", "heic", [], 4, Array("ftypmif1".utf8)),
    ("AVIF", "avif", [], 4, Array("ftypavi".utf8)),
    ("JPEG XL", "jxl", [0xFF, 0x0A], 0, []),
    ("JPEG XL", "jxl", [0, 0, 0, 12], 4, Array("JXL ".utf8)),
    ("JPEG 2000", "jp2", [0, 0, 0, 12], 4, Array("jP  ".utf8)),
    ("PDF", "pdf", Array("%PDF".utf8), 0, []),
  ]

  private static func find(_ bytes: [UInt8]) -> Known? {
    known.first { bytes.starts(with: $0.start) && bytes.dropFirst($0.offset).starts(with: $0.more) }
  }

  /// The format's name; nil for one that isn't known here.
  package static func name(of bytes: [UInt8]) -> String? { find(bytes)?.name }

  /// The extension of a file of these bytes.
  package static func fileExtension(of bytes: [UInt8]) -> String {
    find(bytes)?.fileExtension ?? "bin"
  }
}
