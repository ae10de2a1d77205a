import EventFiles
import Files
import FuzzSupport
import ProtobufWire
import TensorBoardData

// The data server: what it is asked, and what it answers.

/// A log directory of every data class, which stays as it is.
private let served: DataProvider = {
  let file = ScratchFile("served/run/a.tfevents.1")
  var records = RecordBuffer()
  for step in 0..<40 {
    let image = Summary.Value(
      tag: "image",
      content: .image(Summary.EncodedImage(height: 1, width: 1, colorspace: 1, encoded: [1, 2, 3])))
    let text = Summary.Value(
      tag: "text",
      metadata: SummaryMetadata(pluginName: "text", dataClass: .tensor),
      content: .tensor(TensorProto(dataType: .string, shape: [1], scalars: .strings([[65]]))))
    records.append(
      Event(
        wallTime: 1, step: step,
        content: .summary(
          Summary(values: [
            Summary.Value(tag: "loss", content: .scalar(Float(step))), text, image,
          ]))))
  }
  file.write(records.bytes)
  let directory = LogDirectory(
    path: Path.joined(ScratchFile.folder, "served"), samples: samples(""))
  expect(directory.reload().eventCount == 40, "the directory isn't loaded")
  return DataProvider(directory)
}()

private func samples(_ text: String) -> SampleCounts {
  guard let counts = SampleCounts(text) else { fatalError("\(text): are no counts") }
  return counts
}

/// Goes through an answer, whose fields must all be whole; returns the messages of a field.
@discardableResult
private func messages(_ bytes: [UInt8], _ number: Int) -> [[UInt8]] {
  var decoder = WireDecoder(bytes)
  var found: [[UInt8]] = []
  do {
    while let field = try decoder.nextField() {
      if field.number == number, field.type == .lengthDelimited {
        found.append(try decoder.byteArray())
      } else {
        try decoder.skip(field)
      }
    }
  } catch { expect(false, "an answer is no message: \(error)") }
  return found
}

/// Asks, and checks that the answer is one.
private func ask(_ provider: DataProvider, _ method: DataProvider.Method, _ request: [UInt8]) {
  let answer: [UInt8]
  do { answer = try provider.answer(method, to: request) } catch { return }
  guard ![.getExperiment, .listPlugins, .listRuns].contains(method) else { return }
  // Runs, their tags, and of each its data.
  for data in messages(answer, 1).flatMap({ messages($0, 2) }).flatMap({ messages($0, 2) }) {
    switch method {
    case .readScalars:
      let (times, values) = (messages(data, 2), messages(data, 3))
      expect(times.map { $0.count / 8 } == values.map { $0.count / 4 }, "points without values")
    case .readTensors:
      let times = messages(data, 2).reduce(0) { $0 + $1.count / 8 }
      expect(times == messages(data, 3).count, "points without tensors")
    case .readBlobSequences:
      for key in messages(data, 3).flatMap({ messages($0, 1) }).flatMap({ messages($0, 1) }) {
        var encoder = WireEncoder()
        encoder.encode(key, field: 1)
        do { _ = try provider.blob(encoder.bytes) } catch {
          expect(
            { if case .notFound = error { true } else { false } }(), "a key of ours isn't one")
        }
      }
    default: break
    }
  }
}

/// Bytes as what a method is asked.
@Sendable func requests(_ input: [UInt8]) {
  var choices = Choices(input)
  let kind = choices.below(DataProvider.Method.allCases.count + 1)
  let request = Array(input.dropFirst())
  guard kind < DataProvider.Method.allCases.count else {
    _ = try? served.blob(request)
    return
  }
  ask(served, DataProvider.Method.allCases[kind], request)
}

private let names: MessageGrammar = [1: .text(["run", "loss", "image", "text", "", "é"])]
private let seriesRequest: MessageGrammar = [
  1: .text(["experiment"]),
  2: .message([1: .text(["scalars", "images", "text", ""])]),
  3: .message([1: .message(names), 2: .message(names)]),
  4: .message([1: .varint]),
]
private let blobKey: MessageGrammar = [
  1: .text(["run", "."]), 2: .text(["image"]), 3: .varint, 4: .varint,
]

/// Requests from their grammars.
@Sendable func requestsGrammar(_ input: [UInt8]) {
  var choices = Choices(input)
  let kind = choices.below(DataProvider.Method.allCases.count + 1)
  guard kind < DataProvider.Method.allCases.count else {
    let hexadecimal = Array("0123456789abcdef".utf8)
    var digits: [UInt8] = []
    for byte in choices.message(blobKey) {
      digits.append(hexadecimal[Int(byte >> 4)])
      digits.append(hexadecimal[Int(byte & 15)])
    }
    var encoder = WireEncoder()
    encoder.encode(choices.damaged(digits, once: 8), field: 1)
    _ = try? served.blob(choices.damaged(encoder.bytes, once: 16))
    return
  }
  ask(
    served, DataProvider.Method.allCases[kind],
    choices.damaged(choices.message(seriesRequest), once: 16))
}

private let grown = ScratchFile("grown/run/a.tfevents.1")
private let plugins = [
  "scalars", "histograms", "images", "audio", "text", "hparams", "pr_curves", "mesh", "graphs",
  "custom_scalars", "graph_tagged_run_metadata",
]

/// A directory of any events, asked for everything; then it grows or is replaced.
@Sendable func servedGrammar(_ input: [UInt8]) {
  var choices = Choices(input)
  let first = choices.eventFile()
  grown.write(first)
  let directory = LogDirectory(
    path: Path.joined(ScratchFile.folder, "grown"),
    samples: samples(choices.once(in: 2) ? "scalars=2,images=1" : ""))
  let provider = DataProvider(directory)
  for _ in 0..<2 {
    _ = directory.reload()
    for method in [DataProvider.Method.listPlugins, .listRuns, .getExperiment] {
      ask(provider, method, [])
    }
    for plugin in plugins {
      var encoder = WireEncoder()
      encoder.encodeMessage(field: 2) { $0.encode(plugin, field: 1) }
      encoder.encodeMessage(field: 4) { $0.encode(choices.number(), field: 1) }
      for method in [
        DataProvider.Method.listScalars, .listTensors, .listBlobSequences, .readScalars,
        .readTensors, .readBlobSequences,
      ] {
        ask(provider, method, encoder.bytes)
      }
    }
    if choices.once(in: 2) {
      grown.replace(by: choices.eventFile())
    } else {
      grown.write(first + choices.record())
    }
  }
}
