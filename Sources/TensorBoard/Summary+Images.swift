public import EventFiles
public import Images

extension Summary {
  /// An image, for the dashboards Images and Time Series.
  ///
  /// - Throws: `SummaryError`, where the image can't be encoded as PNG.
  public static func image(_ tag: String, _ image: Image) throws(SummaryError) -> Summary {
    Self.image(
      tag, encoded: try encode(image, tag: tag), width: image.width, height: image.height,
      channels: image.channels)
  }

  /// An image of floating-point numbers; see `Image(_:width:height:layout:range:)`.
  ///
  /// ```swift
  /// try writer.add(.image("input", batch[0..<784], width: 28, height: 28, range: -1...1), step: step)
  /// ```
  ///
  /// - Throws: `SummaryError` where their number isn't that of 1 to 4 channels.
  public static func image(
    _ tag: String, _ numbers: some Collection<some BinaryFloatingPoint>, width: Int, height: Int,
    layout: PixelLayout = .channelsLast, range: ClosedRange<Double> = 0...1
  ) throws(SummaryError) -> Summary {
    try image(tag) { () throws(ImageError) in
      try Image(numbers, width: width, height: height, layout: layout, range: range)
    }
  }

  /// An image of bytes: an array, a slice, `Data`; see `Image(_:width:height:layout:)`.
  ///
  /// - Throws: `SummaryError` where their number isn't that of 1 to 4 channels.
  public static func image(
    _ tag: String, _ bytes: some Collection<UInt8>, width: Int, height: Int,
    layout: PixelLayout = .channelsLast
  ) throws(SummaryError) -> Summary {
    try image(tag) { () throws(ImageError) in
      try Image(bytes, width: width, height: height, layout: layout)
    }
  }

  /// An image that is encoded already: PNG, JPEG, BMP, or GIF, which is shown moving.
  ///
  /// - `channels`: Channels a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
  public static func image(
    _ tag: String, encoded: [UInt8], width: Int, height: Int, channels: Int
  ) -> Summary {
    // As torch writes it: the field says what the value is, so metadata would only cost bytes.
    let image = EncodedImage(height: height, width: width, colorspace: channels, encoded: encoded)
    return Summary(values: [Value(tag: tag, content: .image(image))])
  }

  /// Images of one size under one tag, for the dashboards Images and Time Series.
  ///
  /// Images shows each of them; Time Series shows the first.
  ///
  /// - Throws: `SummaryError` where there is no image, where sizes differ, or where one can't be
  ///   encoded. A `grid` takes images of any sizes.
  public static func images(
    _ tag: String, _ images: [Image]
  ) throws(SummaryError) -> Summary {
    guard let first = images.first else { throw .empty(tag: tag, what: "images") }
    var strings = [Array("\(first.width)".utf8), Array("\(first.height)".utf8)]
    for (index, image) in images.enumerated() {
      guard image.width == first.width, image.height == first.height else {
        throw .outOfRange(
          tag: tag, what: "image \(index)", value: "\(image)",
          expected: "\(first.width)x\(first.height) as the first; a grid takes any sizes")
      }
      strings.append(try encode(image, tag: tag))
    }
    let metadata = SummaryMetadata(pluginName: "images", dataClass: .blobSequence)
    let tensor = TensorProto(
      dataType: .string, shape: [strings.count], scalars: .strings(strings))
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }

  /// Images as one image of rows and columns, for the dashboards Images and Time Series.
  ///
  /// - `columns`: Images in a row; nil makes the grid about square.
  /// - `spacing`: Pixels around each image.
  /// - Throws: `SummaryError` where there is no image, or where the grid can't be made.
  public static func grid(
    _ tag: String, _ images: [Image], columns: Int? = nil, spacing: Int = 2
  ) throws(SummaryError) -> Summary {
    guard !images.isEmpty else { throw .empty(tag: tag, what: "images") }
    guard columns ?? 1 > 0 else {
      throw .outOfRange(
        tag: tag, what: "the number of columns", value: "\(columns ?? 0)", expected: "1 or more")
    }
    guard spacing >= 0 else {
      throw .outOfRange(tag: tag, what: "the spacing", value: "\(spacing)", expected: "0 or more")
    }
    return try self.image(tag, Image.grid(images, columns: columns, spacing: spacing))
  }

  /// An image with boxes and their labels drawn into it, for the dashboards Images and Time Series.
  ///
  /// - `boxes`: In pixels of the image; what lies outside it is left out.
  /// - `scale`: How often each pixel is repeated before boxes are drawn, so that labels fit small
  ///   images; nil makes the shorter side at least 200 pixels long.
  /// - Throws: `SummaryError` where a box has no area or a number that isn't finite.
  public static func image(
    _ tag: String, _ image: Image, boxes: [LabeledBox], scale: Int? = nil
  ) throws(SummaryError) -> Summary {
    for (index, box) in boxes.enumerated() {
      try SummaryError.checkFinite(
        [box.x, box.y, box.width, box.height], tag: tag, what: "box \(index) (x, y, width, height)")
      guard box.width > 0, box.height > 0 else {
        throw .outOfRange(
          tag: tag, what: "the size of box \(index)", value: "\(box.width)x\(box.height)",
          expected: "a width and a height greater than 0")
      }
    }
    let shorter = min(image.width, image.height)
    let scale = scale ?? max(1, (200 + shorter - 1) / shorter)
    guard scale > 0 else {
      throw .outOfRange(tag: tag, what: "the scale", value: "\(scale)", expected: "1 or more")
    }
    return try self.image(tag, image.drawing(boxes, scale: scale))
  }

  /// A video without sound, for the dashboards Images and Time Series: an animated GIF.
  ///
  /// Gray frames stay as they are, and so do colours where a frame has at most 256 of them.
  ///
  /// - `framesPerSecond`: At most 50, which is what browsers show.
  /// - Throws: `SummaryError` where there is no frame, where sizes differ, or where the rate isn't above
  ///   0 and at most 50.
  public static func video(
    _ tag: String, _ frames: [Image], framesPerSecond: Double = 10
  ) throws(SummaryError) -> Summary {
    guard framesPerSecond > 0, framesPerSecond <= 50 else {
      throw .outOfRange(
        tag: tag, what: "the number of frames a second", value: "\(framesPerSecond)",
        expected: "more than 0 and at most 50")
    }
    guard let first = frames.first else { throw .empty(tag: tag, what: "frames") }
    do throws(ImageError) {
      let gif = try Image.gifData(frames, delay: .seconds(1 / framesPerSecond))
      return image(tag, encoded: gif, width: first.width, height: first.height, channels: 3)
    } catch {
      throw .image(tag: tag, error)
    }
  }

  private static func image(
    _ tag: String, _ make: () throws(ImageError) -> Image
  ) throws(SummaryError) -> Summary {
    let image: Image
    do throws(ImageError) { image = try make() } catch { throw .image(tag: tag, error) }
    return try self.image(tag, image)
  }

  private static func encode(
    _ image: Image, tag: String
  ) throws(SummaryError) -> [UInt8] {
    do throws(ImageError) { return try image.pngData() } catch {
      throw .image(tag: tag, error)
    }
  }
}
