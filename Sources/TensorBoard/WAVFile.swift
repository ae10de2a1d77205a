/// A sound file of 16-bit samples.
///
/// - Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991.
struct WAVFile {
  private(set) var bytes: [UInt8] = []

  /// Samples of all channels side by side, `frame` for `frame`; `sample` makes 16 bits of each.
  init<Samples: Collection>(
    _ samples: Samples, sampleRate: Int, channels: Int, sample: (Samples.Element) -> Int16
  ) {
    let size = samples.count * 2
    bytes.reserveCapacity(44 + size)
    bytes += Array("RIFF".utf8)
    append(UInt32(truncatingIfNeeded: 36 + size))
    bytes += Array("WAVEfmt ".utf8)
    append(16 as UInt32)
    append(1 as UInt16)
    append(UInt16(truncatingIfNeeded: channels))
    append(UInt32(truncatingIfNeeded: sampleRate))
    append(UInt32(truncatingIfNeeded: sampleRate * channels * 2))
    append(UInt16(truncatingIfNeeded: channels * 2))
    append(16 as UInt16)
    bytes += Array("data".utf8)
    append(UInt32(truncatingIfNeeded: size))
    for value in samples { append(UInt16(bitPattern: sample(value))) }
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
