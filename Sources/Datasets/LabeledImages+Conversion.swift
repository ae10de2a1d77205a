import Images

extension LabeledImages {
  /// The same images in another size and with another number of channels.
  ///
  /// Channels first (gray is the luma), then the size (`Image.resized`).
  public func converted(toChannels channels: Int, width: Int, height: Int) -> LabeledImages {
    guard channels != self.channels || width != self.width || height != self.height else {
      return self
    }
    let pixels = filledInParallel(count, of: height * width * channels, chunk: 64) { index, bytes in
      let image = image(at: index).converted(toChannels: channels)
        .resized(toWidth: width, height: height)
      _ = bytes.initialize(fromContentsOf: image.pixels)
    }
    return LabeledImages(
      height: height, width: width, channels: channels, pixels: pixels, labels: labels,
      sources: sources)
  }

  /// The images of several parts, one part after the other; they have one size.
  init(joining parts: [LabeledImages]) {
    precondition(
      !parts.isEmpty && parts.allSatisfy { $0.imageShape == parts[0].imageShape },
      "one part or more, of images of one size")
    self.init(
      height: parts[0].height, width: parts[0].width, channels: parts[0].channels,
      pixels: Array(parts.map(\.pixels).joined()), labels: parts.flatMap(\.labels),
      sources: ImageSources(parts.flatMap(\.sources)))
  }
}
