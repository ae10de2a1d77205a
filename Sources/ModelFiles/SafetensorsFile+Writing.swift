private import Files
public import Tensors
import TextOutput

extension SafetensorsFile {
  /// Writes tensors and metadata, atomically: whoever opens `path` sees the old file or the whole
  /// new one, even after a power cut.
  ///
  /// The same arguments give the same bytes: tensors in their order, metadata sorted by key.
  /// - Throws: `SafetensorsError` when the file can't be written.
  public static func write(
    _ tensors: NamedTensors, metadata: [String: String] = [:], to path: String
  ) throws {
    do {
      let file = try AtomicFile(path: path)
      let header = headerBytes(tensors, metadata: metadata)
      try header.withUnsafeBytes { try file.write($0) }
      for (_, tensor) in tensors {
        try tensor.withUnsafeBufferPointer { try file.write(UnsafeRawBufferPointer($0)) }
      }
      try file.commit()
    } catch let failure as FileError {
      throw SafetensorsError(path, .system("can't be written: \(failure.reason)"))
    }
  }

  /// The header and its length before it, padded with spaces so that the numbers begin at a multiple
  /// of 8 bytes.
  private static func headerBytes(_ tensors: NamedTensors, metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(JSON.quoted($0.key)):\(JSON.quoted($0.value))" }
      members.append("\"__metadata__\":{\(strings.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + 4 * tensor.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(JSON.quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -json.count & 7))
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
  }
}
