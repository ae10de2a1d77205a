/// What kind of file bytes are, by their first ones.
package enum FileSignature {
  private static let known: [(start: [UInt8], name: String, fileExtension: String)] = [
    ([0x89, 0x50, 0x4E, 0x47], "PNG", "png"), (Array("GIF8".utf8), "GIF", "gif"),
    ([0xFF, 0xD8, 0xFF], "JPEG", "jpg"), (Array("RIFF".utf8), "RIFF (WAV or WebP)", "wav"),
    (Array("<svg".utf8), "SVG", "svg"), (Array("BM".utf8), "BMP", "bmp"),
    ([0x49, 0x49, 0x2A, 0], "TIFF", "tif"), ([0x4D, 0x4D, 0, 0x2A], "TIFF", "tif"),
    (Array("%PDF".utf8), "PDF", "pdf"),
  ]

  /// The format's name; nil for one that isn't known here.
  package static func name(of bytes: [UInt8]) -> String? {
    known.first { bytes.starts(with: $0.start) }?.name
  }

  /// The extension of a file of these bytes.
  package static func fileExtension(of bytes: [UInt8]) -> String {
    known.first { bytes.starts(with: $0.start) }?.fileExtension ?? "bin"
  }
}
