import Foundation
import ModelFiles
import NeuralNetworks
import Tensors
import Visualization

// Runs a network on images and brings units down to the pixels, for check_networks.py and networks.py:
//
//     network-run <model> <images> <folder> [<layer>,<filter>[,<rule>]]…
//
// A layer is a number or a name; without images ("-"), the layers' names are printed, one a line.
// Images are 32-bit floats [N, C, H, W], without a header; so are the outputs, in the folder
// "logits" and "<layer>,<filter>[,<rule>]". What it took is printed as JSON.

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  let duration = ContinuousClock.now - start
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func write(_ tensor: Tensor, to path: String) throws {
  let bytes = tensor.withUnsafeBufferPointer { Data(buffer: $0) }
  try bytes.write(to: URL(fileURLWithPath: path))
}

/// `[N, H, W, C]` to `[N, C, H, W]`.
func channelsFirst(_ tensor: Tensor) -> Tensor {
  guard tensor.rank == 4 else { return tensor }
  return Flatten()(tensor)
}

let arguments = CommandLine.arguments
guard arguments.count >= 4 else {
  FileHandle.standardError.write(
    Data("usage: network-run <model> <images> <folder> [<layer>,<filter>[,<rule>]]…\n".utf8))
  exit(64)
}
do {
  var times: [String: Double] = [:]
  let folder = arguments[3]
  let checkpoint = try Checkpoint(path: arguments[1])
  var loaded: Sequential?
  times["load"] = try seconds { loaded = try checkpoint.makeModel() }
  guard let model = loaded else { exit(1) }
  guard arguments[2] != "-" else {
    print(Deconvnet(of: model).layers.map(\.name).joined(separator: "\n"))
    exit(0)
  }
  let data = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
  let scalars = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  let shape = checkpoint.model.inputShape
  let (count, rest) = scalars.count.quotientAndRemainder(dividingBy: shape.reduce(1, *))
  guard count > 0, rest == 0 else {
    FileHandle.standardError.write(
      Data("network-run: \(arguments[2]): isn't whole images of \(shape)\n".utf8))
    exit(65)
  }
  let rows = Tensor(shape: [count, shape.reduce(1, *)], scalars: scalars)
  // The gradient of a flattening puts rows back into images.
  let images =
    shape.count == 3
    ? Flatten().backward(rows, Flatten().forward(Tensor(zeros: [count] + shape)).trace).input
      ?? rows
    : rows
  var logits = Tensor(zeros: [])
  times["forward"] = seconds { logits = model(images) }
  times["forward again"] = seconds { logits = model(images) }
  try write(channelsFirst(logits), to: "\(folder)/logits")
  if arguments.count > 4 {
    let deconvnet = Deconvnet(of: model)
    var trace = Trace()
    times["forward with trace"] = seconds { trace = model.forward(images).trace }
    for unit in arguments[4...] {
      let parts = unit.split(separator: ",").map(String.init)
      guard parts.count >= 2, let filter = Int(parts[1]) else { exit(64) }
      let layer = try Int(parts[0]) ?? deconvnet.layer(named: parts[0]).number
      let rule = parts.count > 2 ? ProjectionRule(rawValue: parts[2]) ?? .deconvnet : .deconvnet
      var pixels = Tensor(zeros: [])
      times["project \(unit)"] = try seconds {
        pixels = try deconvnet.project(
          .strongest(filter: filter), layer: layer, from: trace, rule: rule
        ).pixels
      }
      try write(channelsFirst(pixels), to: "\(folder)/\(unit)")
    }
  }
  let json = try JSONSerialization.data(withJSONObject: times, options: [.sortedKeys])
  FileHandle.standardOutput.write(json + Data("\n".utf8))
} catch {
  FileHandle.standardError.write(Data("network-run: \(error)\n".utf8))
  exit(1)
}
