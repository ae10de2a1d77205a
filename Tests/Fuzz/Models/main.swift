import Files
import FuzzSupport
import ModelFiles
import NeuralNetworks
import Tensors

// Models: safetensors, checkpoints with their descriptions, architectures in JSON, ONNX; each is run.

let safetensorsFile = ScratchFile("model.safetensors")
let onnxFile = ScratchFile("model.onnx")
let architectureFile = ScratchFile("architecture.json")

func readTensors() throws {
  let file = try SafetensorsFile(path: safetensorsFile.path)
  for entry in file.entries {
    guard let tensor = try? file.tensor(named: entry.name) else { continue }
    expect(tensor.shape == entry.shape, "a tensor of another shape than its entry's")
  }
}

@Sendable func safetensors(_ input: [UInt8]) throws {
  safetensorsFile.write(input)
  try readTensors()
}

@Sendable func safetensorsGrammar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  safetensorsFile.write(choices.safetensors())
  try readTensors()
}

/// Takes an image through a network, if that is little work.
@discardableResult
func run(_ checkpoint: Checkpoint) throws -> (image: Tensor, logits: Tensor)? {
  let model = try checkpoint.makeModel()
  let shape = checkpoint.model.inputShape
  let shapes = try model.shapes(for: shape)
  guard shapes.allSatisfy({ $0.reduce(1, *) <= 1 << 14 }), model.parameterCount <= 1 << 16 else {
    return nil
  }
  let count = shape.reduce(1, *)
  let image = Tensor(shape: [1] + shape, scalars: (0..<count).map { Float($0 * 29 % 64 - 31) / 32 })
  let logits = model(image)
  expect(
    logits.shape == [1] + shapes[shapes.count - 1], "an output of another shape than announced")
  return (image, logits)
}

@Sendable func checkpoint(_ input: [UInt8]) throws {
  var network = NetworkGrammar(Choices(input))
  let description = network.description()
  let (fields, count) = network.header()
  let metadata = [
    "\"architecture\":\"\(description.replacing("\"", with: "\\\""))\"",
    "\"step\":\"\(network.choices.number())\"", "\"seed\":\"\(network.choices.number())\"",
    "\"best\":\"{\\\"step\\\":1,\\\"accuracy\\\":1,\\\"loss\\\":\(network.choices.number())}\"",
    "\"seconds\":\"\(network.choices.double())\"",
  ].prefix(network.choices.pick([1, 3, 5, 4, 2]))
  let header = ["\"__metadata__\":{\(metadata.joined(separator: ","))}"] + fields
  safetensorsFile.write(
    network.choices.safetensors("{\(header.joined(separator: ","))}", dataCount: count))
  try run(Checkpoint(path: safetensorsFile.path))
}

@Sendable func architectureGrammar(_ input: [UInt8]) throws {
  var network = NetworkGrammar(Choices(input))
  let description = network.description()
  let (fields, count) = network.header()
  architectureFile.write(network.choices.damaged(Array(description.utf8), once: 32))
  safetensorsFile.write(
    network.choices.safetensors("{\(fields.joined(separator: ","))}", dataCount: count))
  try run(
    Checkpoint(
      path: safetensorsFile.path, architecture: Architecture(path: architectureFile.path)))
}

let lonelyFile = ScratchFile("lonely.safetensors")

/// Any bytes as an architecture of a file with two tensors.
@Sendable func architecture(_ input: [UInt8]) throws {
  architectureFile.write(input)
  var choices = Choices([])
  if input.isEmpty {
    lonelyFile.write(
      choices.safetensors(
        "{\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,1,3,3],\"data_offsets\":[0,72]},"
          + "\"b.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[72,88]}}",
        dataCount: 88))
  }
  try run(
    Checkpoint(path: lonelyFile.path, architecture: Architecture(path: architectureFile.path)))
}

@Sendable func onnx(_ input: [UInt8]) throws {
  onnxFile.write(input)
  try run(Checkpoint(path: onnxFile.path))
}

@Sendable func onnxGrammar(_ input: [UInt8]) throws {
  var choices = Choices(input)
  let bytes = ONNXGrammar.model(&choices)
  onnxFile.write(bytes)
  Dump.begin()
  Dump.keep(bytes, "onnx")
  do {
    guard let (image, logits) = try run(Checkpoint(path: onnxFile.path)) else { return }
    // Channels last, as ours are; the shapes tell the oracle which dimensions the file means.
    for (tensor, ending) in [(image, "input"), (logits, "logits")] {
      Dump.keep(tensor.scalars.flatMap { withUnsafeBytes(of: $0, Array.init) }, ending)
      Dump.keep(Array(tensor.shape.map(String.init).joined(separator: " ").utf8), "\(ending)-shape")
    }
  } catch {
    Dump.keep(Array("\(error)".utf8), "refused")
    throw error
  }
}

runFuzzer([
  "safetensors": safetensors, "safetensors-grammar": safetensorsGrammar,
  "checkpoint-grammar": checkpoint, "architecture": architecture,
  "architecture-grammar": architectureGrammar, "onnx": onnx, "onnx-grammar": onnxGrammar,
])
