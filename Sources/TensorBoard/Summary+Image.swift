public import EventFiles
public import Images

extension Summary {
  /// An image, for the dashboards Images and Time Series.
  ///
  /// - Throws: `ImageError`, where the image can't be encoded as PNG.
  public static func image(_ tag: String, _ image: Images.Image) throws(ImageError) -> Summary {
    let encoded = try image.pngData()
    return Summary.image(
      tag, encoded: encoded, width: image.width, height: image.height, channels: image.channels)
  }

  /// An image that is encoded already: PNG, JPEG, BMP, or GIF, which is shown moving.
  ///
  /// - Parameter channels: Channels a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
  public static func image(
    _ tag: String, encoded: [UInt8], width: Int, height: Int, channels: Int
  ) -> Summary {
    // As torch writes it: the field says what the value is, so metadata would only cost bytes.
    let image = Image(height: height, width: width, colorspace: channels, encoded: encoded)
    return Summary(values: [Value(tag: tag, content: .image(image))])
  }
}
