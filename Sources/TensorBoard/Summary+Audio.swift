public import EventFiles

extension Summary {
  /// A sound, for the dashboard Audio: a WAV file of 16-bit samples.
  ///
  /// ```swift
  /// try writer.add(.audio("speech", samples, sampleRate: 16_000), step: 3)
  /// ```
  ///
  /// - `samples`: From -1 to 1; what lies beyond is cut. Of several channels, the samples of one moment
  ///   stand side by side: left, right, left, right.
  /// - `sampleRate`: Samples of a channel, a second, of any type of number; kept as a whole one.
  /// - `channels`: 1 mono, 2 stereo.
  /// - Throws: `SummaryError` where there is no sample, where one isn't finite, or where their number is
  ///   no multiple of the channels'.
  public static func audio(
    _ tag: String, _ samples: some Collection<some BinaryFloatingPoint>,
    sampleRate: some Numeric, channels: Int = 1
  ) throws(SummaryError) -> Summary {
    try audio(tag, files: [file(tag, samples, sampleRate, channels)])
  }

  /// A sound, for the dashboard Audio; of samples as the file holds them.
  public static func audio(
    _ tag: String, _ samples: some Collection<Int16>, sampleRate: some Numeric, channels: Int = 1
  ) throws(SummaryError) -> Summary {
    let rate = try check(tag, samples.count, sampleRate, channels)
    return audio(tag, files: [WAVFile(samples, sampleRate: rate, channels: channels) { $0 }.bytes])
  }

  /// A sound, for the dashboard Audio; of samples from -1 to 1 that lie in memory of one's own.
  public static func audio(
    _ tag: String, _ samples: Span<some BinaryFloatingPoint>, sampleRate: some Numeric,
    channels: Int = 1
  ) throws(SummaryError) -> Summary {
    try samples.withUnsafeBufferPointer { buffer throws(SummaryError) in
      try audio(tag, buffer, sampleRate: sampleRate, channels: channels)
    }
  }

  /// Several sounds under one tag, for the dashboard Audio; each of samples from -1 to 1.
  public static func audio(
    _ tag: String, clips: [[some BinaryFloatingPoint]], sampleRate: some Numeric, channels: Int = 1
  ) throws(SummaryError) -> Summary {
    guard !clips.isEmpty else { throw .empty(tag: tag, what: "clips") }
    var files: [[UInt8]] = []
    for clip in clips { files.append(try file(tag, clip, sampleRate, channels)) }
    return audio(tag, files: files)
  }

  /// Several sounds under one tag that are encoded already: whole WAV files.
  public static func audio(_ tag: String, files: [[UInt8]]) -> Summary {
    // Version 0, encoding 11: WAV.
    let metadata = SummaryMetadata(
      pluginName: "audio", dataClass: .blobSequence, pluginContent: [0x10, 11])
    let tensor = TensorProto(dataType: .string, shape: [files.count], scalars: .strings(files))
    return Summary(values: [Value(tag: tag, metadata: metadata, content: .tensor(tensor))])
  }

  private static func file<Sample: BinaryFloatingPoint>(
    _ tag: String, _ samples: some Collection<Sample>, _ sampleRate: some Numeric, _ channels: Int
  ) throws(SummaryError) -> [UInt8] {
    let rate = try check(tag, samples.count, sampleRate, channels)
    try SummaryError.checkFinite(samples, tag: tag, what: "samples")
    return WAVFile(samples, sampleRate: rate, channels: channels) { sample in
      // As TensorFlow does: 1 is one more than the greatest.
      Int16(min((Double(max(sample, -1)) * 32_768).rounded(), 32_767))
    }.bytes
  }

  /// Returns the sample rate as a whole number.
  private static func check(
    _ tag: String, _ count: Int, _ sampleRate: some Numeric, _ channels: Int
  ) throws(SummaryError) -> Int {
    let rate: Double =
      switch sampleRate {
      case let number as any BinaryInteger: Double(number)
      case let number as any BinaryFloatingPoint: Double(number)
      default: .nan
      }
    guard (1...768_000).contains(rate) else {
      throw .outOfRange(
        tag: tag, what: "the sample rate", value: "\(sampleRate)", expected: "1 to 768000 a second")
    }
    guard (1...255).contains(channels) else {
      throw .outOfRange(
        tag: tag, what: "the number of channels", value: "\(channels)", expected: "1 to 255")
    }
    guard count > 0 else { throw .empty(tag: tag, what: "samples") }
    guard count.isMultiple(of: channels) else {
      throw .wrongCount(
        tag: tag, what: "samples", got: count, expected: "a multiple of the \(channels) channels")
    }
    guard count <= Int(UInt32.max) / 2 - 64 else {
      throw .wrongCount(
        tag: tag, what: "samples", got: count, expected: "what a WAV file of 4 GiB can hold")
    }
    return Int(rate.rounded())
  }
}
