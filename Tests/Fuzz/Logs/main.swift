import CCRC32C
import EventFiles
import Files
import FuzzSupport
import ProtobufWire

// Event files: wire messages, records, what dashboards read, whole runs.

/// Decodes a message; what is written of it must be read as the same, bit by bit.
func roundTrip<Message: WireMessage>(_ type: Message.Type, _ bytes: [UInt8]) throws {
  let once = try Message(wireBytes: bytes).wireBytes
  do {
    let twice = try Message(wireBytes: once).wireBytes
    // A dictionary's fields come in any order.
    expect(once.sorted() == twice.sorted(), "\(type) was written as another message")
  } catch {
    expect(false, "\(type) was written as what isn't one: \(error)")
  }
}

/// Bytes as a message of each type, and as fields that nothing is known of.
@Sendable func wire(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let kind = choices.below(8)
  let bytes = Array(input.dropFirst())
  switch kind {
  case 0: try roundTrip(Event.self, bytes)
  case 1: try roundTrip(Summary.self, bytes)
  case 2: try roundTrip(TensorProto.self, bytes)
  case 3: try roundTrip(SummaryMetadata.self, bytes)
  case 4: try roundTrip(HyperparameterData.self, bytes)
  case 5: try roundTrip(GraphDefinition.self, bytes)
  case 6: try roundTrip(CustomScalarLayout.self, bytes)
  default:
    var decoder = WireDecoder(bytes)
    var last = 0
    while let field = try decoder.nextField() {
      try decoder.skip(field)
      expect(decoder.offset > last, "a field took nothing")
      last = decoder.offset
    }
    expect(last == bytes.count, "fields took \(last) of \(bytes.count) bytes")
  }
}

/// The same messages from their grammars.
@Sendable func wireGrammar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let kind = choices.below(5)
  func message(_ grammar: MessageGrammar) -> [UInt8] {
    choices.damaged(choices.message(grammar), once: 16)
  }
  switch kind {
  case 0: try roundTrip(Event.self, message(LogGrammar.event))
  case 1: try roundTrip(HyperparameterData.self, message(LogGrammar.hyperparameters))
  case 2: try roundTrip(GraphDefinition.self, message(LogGrammar.graph))
  case 3: try roundTrip(CustomScalarLayout.self, message(LogGrammar.layout))
  default: try roundTrip(TensorProto.self, message(LogGrammar.tensor))
  }
}

/// Goes through a file in every way there is, which must agree.
func read(_ path: String, _ bytes: [UInt8]) throws {
  let (report, records) = try FileReport.wholeRecords(of: path)
  expect(report.byteCount + report.unfinishedByteCount == bytes.count, "bytes were lost count of")
  let inMemory = try? Event.all(in: records)
  expect(inMemory?.count == report.eventCount, "whole records aren't whole")
  var reader = try EventFileReader(path: path)
  var count = 0
  do {
    while true {
      do {
        guard try reader.next() != nil else { break }
        count += 1
      } catch {
        let before = reader.offset
        guard try reader.skipRecord() != nil else { break }
        expect(reader.offset > before, "a record took nothing")
      }
    }
  } catch {}
  expect(count <= report.eventCount, "a reader finds more events than there are")
  if report.damageCount == 0 { expect(count == report.eventCount, "a reader finds fewer events") }
}

/// Any bytes as an event file.
@Sendable func records(_ input: [UInt8]) throws {
  recordsFile.write(input)
  try read(recordsFile.path, input)
}

let recordsFile = ScratchFile("records.tfevents.0")

extension Choices {
  /// A record with true checksums, whatever it claims.
  mutating func record() -> [UInt8] {
    func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
      (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    func sum(_ bytes: [UInt8]) -> [UInt8] {
      littleEndian(bytes.withUnsafeBytes { MaskedCRC.of($0) })
    }
    let payload = damaged(message(LogGrammar.event), once: 64)
    let length = littleEndian(once(in: 32) ? number() : payload.count)
    return length + sum(length) + payload + sum(payload)
  }

  /// A file of records; now and then damaged.
  mutating func eventFile() -> [UInt8] {
    damaged(list(6) { $0.record() }.flatMap { $0 }, once: 16)
  }
}

let run = ScratchFile("run/a.tfevents.1")
let secondOfRun = ScratchFile("run/b.tfevents.2")

/// A run of two files, the second of which grows or is replaced while it is read.
@Sendable func runs(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let (first, second) = (choices.eventFile(), choices.eventFile())
  run.write(first)
  try dumpCurves(first)
  secondOfRun.write(second)
  try read(run.path, first)
  var contents = try RunContents(
    of: Run(directory: Path.directory(of: run.path)), appliesRestarts: !choices.once(in: 4))
  try readValues(contents)
  let isReplaced = choices.once(in: 2)
  if isReplaced {
    secondOfRun.replace(by: choices.eventFile())
  } else {
    secondOfRun.write(second + choices.record())
  }
  try contents.readOn()
  try readValues(contents)
  // A file that has four bytes in common with what was read passes for a longer form of it.
  guard !isReplaced else { return }
  let afresh = try RunContents(of: contents.run)
  expect(
    afresh.files.map(\.eventCount) == contents.files.map(\.eventCount),
    "reading on finds other events than reading afresh")
}

/// Keeps a file that is whole, and its curves.
func dumpCurves(_ file: [UInt8]) throws {
  guard Dump.isWanted else { return }
  secondOfRun.write([])
  Dump.begin()
  let contents = try RunContents(of: Run(directory: Path.directory(of: run.path)))
  guard contents.files.allSatisfy(\.isWhole) else { return }
  let points = contents.series.filter { $0.kind == .scalar }.flatMap { series in
    let tag = series.tag.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return series.scalars.map { "\(tag) \($0.step) \($0.value)\n" }
  }
  Dump.keep(file, "tfevents")
  Dump.keep(Array(points.joined().utf8), "scalars")
}

func readValues(_ contents: RunContents) throws {
  _ = contents.tagsOfSeveralKinds
  for series in contents.series {
    expect(
      series.wallTimes.count == series.count
        && (series.kind != .scalar || series.numbers.count == series.count),
      "a series has values without steps")
    for index in 0..<series.count where series.kind != .scalar {
      _ = try contents.value(index, of: series)
      switch series.kind {
      case .histogram: _ = try contents.histogram(index, of: series)
      case .text: _ = try contents.texts(index, of: series)
      default: _ = try contents.blobs(index, of: series)
      }
    }
  }
}

runFuzzer([
  "wire": wire, "wire-grammar": wireGrammar, "records": records, "runs-grammar": runs,
  "requests": requests, "requests-grammar": requestsGrammar, "served-grammar": servedGrammar,
])
