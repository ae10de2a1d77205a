import EventFiles
import ProtobufWire
import TensorBoard
import Testing

/// The same events as torch and TensorFlow write, byte for byte where both have the same form.
@Suite struct OtherWritersTests {
  private func values(_ name: String) throws -> Summary {
    Summary(
      values: try payloads(name).flatMap { payload -> [Summary.Value] in
        guard case .summary(let summary) = try Event(wireBytes: payload).content else { return [] }
        return summary.values
      })
  }

  @Test(arguments: [
    ("torch.tfevents", "tensorboard.summary.writer.event_file_writer"),
    ("tensorflow.tfevents", "tensorflow.core.util.events_writer"),
  ])
  func `the first event has their bytes`(_ name: String, _ writer: String) throws {
    let payload = try payloads(name)[0]
    let time = try Event(wireBytes: payload).wallTime
    let ours = Event(
      wallTime: time, content: .fileVersion(Event.currentFileVersion), writer: writer)
    #expect(ours.wireBytes == payload)
  }

  @Test(arguments: ["torch.tfevents", "tensorflow.tfevents"])
  func `a scalar has their bytes`(_ name: String) throws {
    let ours = Event(wallTime: 1.5, step: 7, content: .summary(.scalar("loss/train", 0.25)))
    #expect(try payloads(name)[1] == ours.wireBytes)
  }

  @Test func `great and negative steps and odd numbers have their bytes`() throws {
    let large = Event(
      wallTime: 1.5e9, step: 1 << 40, content: .summary(.scalar("loss/nan", Float.nan)))
    #expect(try payloads("torch.tfevents")[2] == large.wireBytes)
    let negative = Event(
      wallTime: 1.5, step: -1, content: .summary(.scalar("loss/infinite", Float.infinity)))
    #expect(try payloads("tensorflow.tfevents")[2] == negative.wireBytes)
  }

  @Test func `curves have torch's numbers`() throws {
    let theirs = try values("torch.tfevents")
    let labels = numbers(200, seed: 1).map { $0 < 0.4 }
    let predictions = numbers(200, seed: 2).map { Float($0) }
    let plain = try Summary.prCurve("pr", labels: labels, predictions: predictions)
    let weighted = try Summary.prCurve(
      "weighted", labels: labels, predictions: predictions, weights: numbers(200, seed: 3),
      thresholds: 31)
    for ours in plain.values + weighted.values {
      let wanted = try #require(theirs.value(ours.tag))
      #expect(try tensor(ours).numbers == tensor(wanted).numbers)
      #expect(try tensor(ours).shape == tensor(wanted).shape)
      #expect(ours.metadata?.pluginContent == wanted.metadata?.pluginContent)
    }
  }

  @Test func `layouts have torch's bytes`() throws {
    let theirs = try strings(values("torch.tfevents").value("custom_scalars__config__"))
    let ours = CustomScalarLayout(categories: [
      .init(
        "Training",
        charts: [
          .multiline("loss", patterns: ["loss/train", "loss/test"]),
          .margin("accuracy", value: "a/mean", lower: "a/low", upper: "a/high"),
        ])
    ])
    #expect(theirs == [ours.wireBytes])
    #expect(try CustomScalarLayout(wireBytes: theirs[0]) == ours)
  }

  @Test func `meshes have torch's numbers and its description`() throws {
    let theirs = try values("torch.tfevents")
    let ours = try Summary.mesh(
      "mesh", vertices: [1.0, 1, 1, -1, -1, 1, 1, -1, -1, -1, 1, -1], faces: [0, 2, 1, 0, 1, 3],
      colors: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    #expect(ours.values.map(\.tag) == ["mesh_VERTEX", "mesh_FACE", "mesh_COLOR"])
    for value in ours.values {
      let wanted = try #require(theirs.value(value.tag))
      #expect(try tensor(value).numbers == tensor(wanted).numbers)
      #expect(try tensor(value).shape == tensor(wanted).shape)
      #expect(value.metadata?.pluginContent == wanted.metadata?.pluginContent)
    }
  }

  @Test func `waves have TensorFlow's bytes`() throws {
    let samples = numbers(50, seed: 5).map { Float($0 * 2 - 1) } + [1, -1]
    let ours = try Summary.audio("wave", samples, sampleRate: 8_000)
    #expect(
      try strings(ours.value("wave")) == strings(values("tensorflow.tfevents").value("wave")))
  }

  @Test func `tensors have TensorFlow's bytes`() throws {
    let theirs = try values("tensorflow.tfevents")
    let floats = try Summary.tensor("floats", [0.5, 1.5, -2, 3] as [Float], shape: [2, 2])
    let integers = try Summary.tensor("integers", [1, -(1 << 60)])
    for ours in floats.values + integers.values {
      #expect(try tensor(ours).wireBytes == tensor(theirs.value(ours.tag)).wireBytes)
    }
  }

  @Test func `a graph has TensorFlow's bytes`() throws {
    var graph = Graph()
    let input = graph.add("input", "Placeholder", shape: [-1, 28])
    graph.add(
      "conv", "Conv2D", inputs: [input], shape: [-1, 32], parameters: ["weight": [5, 32]],
      attributes: [
        "kernel": [5, 5], "rate": 0.5, "same": true, "dtype": .type(.float), "padding": "same",
      ])
    let event = Event(wallTime: 1.5, content: .graphDefinition(graph.definition.wireBytes))
    let theirs = try #require(try payloads("tensorflow.tfevents").last)
    #expect(event.wireBytes == theirs)
    guard case .graphDefinition(let bytes) = try Event(wireBytes: theirs).content else {
      throw Unexpected(found: "no graph")
    }
    #expect(try GraphDefinition(wireBytes: bytes) == graph.definition)
  }

  /// Whatever bytes hold, the decoders end with a value or an error.
  @Test func `every cut and flipped bit of a graph and a layout is read or refused`() throws {
    guard
      case .graphDefinition(let graph) = try Event(
        wireBytes: try #require(payloads("tensorflow.tfevents").last)
      ).content
    else { throw Unexpected(found: "no graph") }
    let layout = try strings(values("torch.tfevents").value("custom_scalars__config__"))[0]
    for bytes in [graph, layout] {
      for length in bytes.indices {
        _ = try? GraphDefinition(wireBytes: Array(bytes[..<length]))
        _ = try? CustomScalarLayout(wireBytes: Array(bytes[..<length]))
      }
      for index in bytes.indices {
        for bit in 0..<8 {
          var changed = bytes
          changed[index] ^= 1 << UInt8(bit)
          _ = try? GraphDefinition(wireBytes: changed)
          _ = try? CustomScalarLayout(wireBytes: changed)
        }
      }
    }
  }
}
