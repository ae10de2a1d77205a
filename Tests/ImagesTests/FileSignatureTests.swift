import Testing

@testable import Images

struct FileSignatureTests {
  @Test(arguments: [
    ("\u{89}PNG", "PNG", "png"), ("\u{FF}\u{D8}\u{FF}", "JPEG", "jpg"),
    ("RIFF....WEBPVP8 ", "WebP", "webp"), ("RIFF....WAVEfmt ", "WAV", "wav"),
    ("GIF89a", "GIF", "gif"), ("BM....", "BMP", "bmp"), ("II*\0", "TIFF", "tif"),
    ("....ftypheic", "HEIC", "heic"), ("....ftypavif", "AVIF", "avif"),
    ("\u{FF}\u{0A}", "JPEG XL", "jxl"),
  ])
  func formatsAreKnownByTheirFirstBytes(_ start: String, _ name: String, _ ending: String) {
    let bytes = start.unicodeScalars.map { UInt8($0.value) }
    #expect(FileSignature.name(of: bytes) == name)
    #expect(FileSignature.fileExtension(of: bytes) == ending)
  }

  @Test(arguments: ["", "RIFF", "RIFF....AVI ", "ftypheic", "text"])
  func othersAreNot(_ start: String) {
    #expect(FileSignature.name(of: Array(start.utf8)) == nil)
    #expect(FileSignature.fileExtension(of: Array(start.utf8)) == "bin")
  }
}
