import EventFiles
import Foundation
import ProtobufWire
import TensorBoardData

/// A log directory in the making, which is gone with the value.
final class Logdir {
  let path = FileManager.default.temporaryDirectory.appending(
    path: "tensorboard-data-\(UUID().uuidString)"
  ).path

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func url(_ file: String) -> URL { URL(fileURLWithPath: path).appending(path: file) }

  /// Writes events behind those that a file has.
  func append(_ events: [Event], to file: String) throws {
    var records = RecordBuffer()
    for event in events { records.append(event) }
    try append(bytes: records.bytes, to: file)
  }

  func append(bytes: [UInt8], to file: String) throws {
    let url = url(file)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    let before = (try? Data(contentsOf: url)) ?? Data()
    try (before + bytes).write(to: url, options: [])
  }

  /// The directory, loaded once.
  func loaded(_ samples: String = "") throws -> LogDirectory {
    let directory = LogDirectory(path: path, samples: try counts(samples))
    _ = directory.reload()
    return directory
  }
}

struct Unexpected: Error {
  var found: String
}

func counts(_ text: String) throws -> SampleCounts {
  guard let counts = SampleCounts(text) else { throw Unexpected(found: text) }
  return counts
}

func event(_ step: Int, _ values: Summary.Value..., wallTime: Double? = nil) -> Event {
  Event(
    wallTime: wallTime ?? 100 + Double(step), step: step, content: .summary(Summary(values: values))
  )
}

func scalar(_ tag: String, _ number: Float) -> Summary.Value {
  Summary.Value(tag: tag, content: .scalar(number))
}

/// A message taken apart without knowing what it is: for each field its number and value, of which
/// messages are bytes.
struct Fields {
  enum Value: Equatable {
    case number(UInt64)
    case bytes([UInt8])
  }

  var all: [(number: Int, value: Value)] = []

  init(_ bytes: [UInt8]) throws {
    var decoder = WireDecoder(bytes)
    while let field = try decoder.nextField() {
      switch field.type {
      case .varint: all.append((field.number, .number(try decoder.varint())))
      case .fixed64: all.append((field.number, .number(try decoder.double().bitPattern)))
      case .lengthDelimited: all.append((field.number, .bytes(try decoder.byteArray())))
      default: throw Unexpected(found: "\(field)")
      }
    }
  }

  /// The values of a field that are bytes.
  func bytes(_ number: Int) -> [[UInt8]] {
    all.compactMap { field in
      if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
    }
  }

  func messages(_ number: Int) throws -> [Fields] { try bytes(number).map { try Fields($0) } }

  func texts(_ number: Int) -> [String] {
    bytes(number).map { String(decoding: $0, as: UTF8.self) }
  }

  func number(_ number: Int) -> UInt64? {
    for field in all where field.number == number {
      if case .number(let value) = field.value { return value }
    }
    return nil
  }

  func doubles(_ number: Int) -> [Double] {
    bytes(number).flatMap { bytes in
      stride(from: 0, to: bytes.count, by: 8).map { start in
        Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) })
      }
    }
  }

  func floats(_ number: Int) -> [Float] {
    bytes(number).flatMap { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) })
      }
    }
  }

  func integers(_ number: Int) throws -> [Int64] {
    var values: [Int64] = []
    for bytes in bytes(number) {
      let packed = [UInt8(1 << 3 | 2)] + varint(bytes.count) + bytes
      var decoder = WireDecoder(packed)
      while let field = try decoder.nextField() { try decoder.appendIntegers(to: &values, field) }
    }
    return values
  }

  private func varint(_ value: Int) -> [UInt8] {
    var encoder = WireEncoder()
    encoder.encode(value, field: 1)
    return Array(encoder.bytes.dropFirst())
  }
}

/// A request for series.
func request(
  _ plugin: String?, runs: [String]? = nil, tags: [String]? = nil, points: Int? = nil
) -> [UInt8] {
  var encoder = WireEncoder()
  if let plugin { encoder.encodeMessage(field: 2) { $0.encode(plugin, field: 1) } }
  encoder.encodeMessage(field: 3) { filter in
    for (field, names) in [(1, runs), (2, tags)] {
      guard let names else { continue }
      filter.encodeMessage(field: field) { list in
        for name in names { list.encode(name, field: 1) }
      }
    }
  }
  if let points { encoder.encodeMessage(field: 4) { $0.encode(points, field: 1) } }
  return encoder.bytes
}

/// Points of a series as an answer has them.
struct Points: Equatable {
  var run: String
  var tag: String
  var steps: [Int64]
  var wallTimes: [Double] = []
  var numbers: [Float] = []
}

extension LogDirectory {
  /// What the service answers.
  func answer(_ method: DataProvider.Method, _ request: [UInt8] = []) throws -> Fields {
    try Fields(try DataProvider(self).answer(method, to: request))
  }

  /// The scalars that a request for them is answered with.
  func scalars(
    runs: [String]? = nil, tags: [String]? = nil, points: Int = 1_000_000
  ) throws -> [Points] {
    let answer = try answer(
      .readScalars, request("scalars", runs: runs, tags: tags, points: points))
    return try answer.messages(1).flatMap { run in
      try run.messages(2).map { tag in
        let data = try tag.messages(2)[0]
        return Points(
          run: run.texts(1)[0], tag: tag.texts(1)[0], steps: try data.integers(1),
          wallTimes: data.doubles(2), numbers: data.floats(3))
      }
    }
  }

  var runNames: [String] {
    get throws { try answer(.listRuns).messages(1).map { $0.texts(2)[0] } }
  }
}
