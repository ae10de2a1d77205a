public import EventFiles
public import Images

extension Summary {
  /// Images of one size under one tag, for the dashboards Images and Time Series.
  ///
  /// Images shows each of them; Time Series shows the first.
  ///
  /// - Throws: `SummaryError` where there is no image, where sizes differ, or where one can't be
  ///   encoded. A `grid` takes images of any sizes.
  public static func images(
    _ tag: String, _ images: [Images.Image]
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
  /// - Parameters:
  ///   - columns: Images in a row; nil makes the grid about square.
  ///   - spacing: Pixels around each image.
  /// - Throws: `SummaryError` where there is no image, or where the grid can't be made.
  public static func grid(
    _ tag: String, _ images: [Images.Image], columns: Int? = nil, spacing: Int = 2
  ) throws(SummaryError) -> Summary {
    guard !images.isEmpty else { throw .empty(tag: tag, what: "images") }
    guard columns ?? 1 > 0 else {
      throw .outOfRange(
        tag: tag, what: "the number of columns", value: "\(columns ?? 0)", expected: "1 or more")
    }
    guard spacing >= 0 else {
      throw .outOfRange(tag: tag, what: "the spacing", value: "\(spacing)", expected: "0 or more")
    }
    return try pngImage(tag, Images.Image.grid(images, columns: columns, spacing: spacing))
  }

  /// An image with boxes and their labels drawn into it, for the dashboards Images and Time Series.
  ///
  /// - Parameters:
  ///   - boxes: In pixels of the image; what lies outside it is left out.
  ///   - scale: How often each pixel is repeated before boxes are drawn, so that labels fit small
  ///     images; nil makes the shorter side at least 200 pixels long.
  /// - Throws: `SummaryError` where a box has no area or a number that isn't finite.
  public static func image(
    _ tag: String, _ image: Images.Image, boxes: [LabeledBox], scale: Int? = nil
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
    return try pngImage(tag, image.drawing(boxes, scale: scale))
  }

  /// A video without sound, for the dashboards Images and Time Series: an animated GIF.
  ///
  /// Gray frames stay as they are, and so do colours where a frame has at most 256 of them.
  ///
  /// - Parameter framesPerSecond: At most 50, which is what browsers show.
  /// - Throws: `SummaryError` where there is no frame, where sizes differ, or where the rate isn't above
  ///   0 and at most 50.
  public static func video(
    _ tag: String, _ frames: [Images.Image], framesPerSecond: Double = 10
  ) throws(SummaryError) -> Summary {
    guard framesPerSecond > 0, framesPerSecond <= 50 else {
      throw .outOfRange(
        tag: tag, what: "the number of frames a second", value: "\(framesPerSecond)",
        expected: "more than 0 and at most 50")
    }
    guard let first = frames.first else { throw .empty(tag: tag, what: "frames") }
    do throws(ImageError) {
      let gif = try Images.Image.gifData(frames, delay: .seconds(1 / framesPerSecond))
      return image(tag, encoded: gif, width: first.width, height: first.height, channels: 3)
    } catch {
      throw .image(tag: tag, error)
    }
  }

  private static func pngImage(
    _ tag: String, _ image: Images.Image
  ) throws(SummaryError) -> Summary {
    Self.image(
      tag, encoded: try encode(image, tag: tag), width: image.width, height: image.height,
      channels: image.channels)
  }

  private static func encode(
    _ image: Images.Image, tag: String
  ) throws(SummaryError) -> [UInt8] {
    do throws(ImageError) { return try image.pngData() } catch {
      throw .image(tag: tag, error)
    }
  }
}
