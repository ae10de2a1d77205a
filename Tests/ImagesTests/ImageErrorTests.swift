import Images
import Testing

struct ImageErrorTests {
  @Test(arguments: [
    (
      ImageError.unreadable(name: "a.png", reason: "No such file or directory"),
      "a.png: can't be read: No such file or directory"
    ),
    (
      .unwritable(name: "a.png", reason: "No space left on device"),
      "a.png: can't be written: No space left on device"
    ),
    (
      .unrecognized(name: "a.png", byteCount: 0, readable: "PNG"),
      "a.png: is empty, expected a PNG image"
    ),
    (
      .unrecognized(name: "a.png", byteCount: 9, readable: "PNG or JPEG"),
      "a.png: is not a PNG or JPEG image"
    ),
    (
      .otherFormat(name: "a.webp", format: "WebP", readable: "PNG or JPEG"),
      "a.webp: is a WebP file; convert it to PNG or JPEG"
    ),
    (
      .truncated(name: "a.png", format: "PNG", byteCount: 77),
      "a.png: the PNG is cut off, it ends after 77 bytes before the image is whole"
    ),
    (
      .damaged(name: "a.png", format: "PNG", detail: "IDAT: CRC error"),
      "a.png: the PNG is damaged: IDAT: CRC error"
    ),
    (
      .unsupported(name: "a.jpg", format: "JPEG", kind: "12 bits a channel"),
      "a.jpg: the JPEG has 12 bits a channel, which isn't read; convert it to 8 bits of gray or RGB"
    ),
    (
      .tooLarge(name: "a.png", width: 70_000, height: 70_000, channels: 3),
      "a.png: 70000x70000 RGB is too large, at most 1024 MiB of pixels are read"
    ),
    (.noFrames, "an animation has one frame or more, got none"),
    (
      .unequalFrames(index: 2, width: 3, height: 4, expectedWidth: 5, expectedHeight: 6),
      "frame 2 of the animation is 3x4, the first is 5x6; all must have one size"
    ),
    (
      .tooLargeForGIF(width: 70_000, height: 2),
      "70000x2 pixels are too many for a GIF, 65535 is its longest side"
    ),
  ])
  func eachErrorIsASentenceThatNamesTheFile(_ error: ImageError, _ sentence: String) {
    #expect("\(error)" == sentence)
  }
}
