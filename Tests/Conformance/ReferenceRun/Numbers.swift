import Foundation
import TensorBoard

/// Numbers that look random and are always the same.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  /// A number from 0 up to 1.
  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }

  /// About normally distributed, around 0 with deviation 1.
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

func addScalars(to writer: SummaryWriter) throws {
  for step in 1...60 {
    let time = Double(step) / 60
    let accuracy = 1 - exp(-3 * time)
    try writer.add(
      .scalar("loss/train", 2 * exp(-3 * time) + 0.05 * sin(40 * time)),
      .scalar("loss/test", 2.1 * exp(-2.5 * time) + 0.1),
      .scalar("accuracy/mean", accuracy), .scalar("accuracy/low", accuracy - 0.1 * (1 - time)),
      .scalar("accuracy/high", accuracy + 0.1 * (1 - time)),
      .scalar("accuracy/test", accuracy - 0.03)
        .named("Accuracy", description: "On *test* data."),
      .scalars("waves", ["sin": sin(9 * time), "cos": cos(9 * time)]), step: step)
  }
  for (step, value) in [0.5, .nan, 1.5, .infinity, 1, 2].enumerated() {
    try writer.add(.scalar("odd", value), step: step)
  }
  let layout = CustomScalarLayout(categories: [
    .init(
      "Training",
      charts: [
        .multiline("loss", tags: ["loss/train", "loss/test"]),
        .margin(
          "accuracy", value: "accuracy/mean", lower: "accuracy/low", upper: "accuracy/high"),
      ]),
    .init("Waves", charts: [.multiline("waves", patterns: ["waves/.*"])]),
  ])
  try writer.add(.customScalars(layout), step: 0)
}

func addHistograms(to writer: SummaryWriter) throws {
  for step in 1...20 {
    var noise = Noise(seed: UInt64(step))
    let weights = (0..<1_000).map { _ in
      Float(noise.normal() * (1 + Double(step) / 10) + Double(step) / 5)
    }
    let edges = (0...20).map { Double($0) - 10 }
    let counts = (0..<20).map { 10 + (($0 + step) % 20) }
    try writer.add(
      .histogram("weights/all", weights).named("Weights", description: "Of **all** layers."),
      .histogram("weights/whole", weights.map { Int($0) }),
      .histogram("raw/edges", edges: edges, counts: counts),
      .histogram(
        "raw/limits", limits: [-1, 0, 1, .infinity], counts: [0, 4, Double(step), 2], min: -0.5,
        max: 7), step: step)
  }
}

func addTensors(to writer: SummaryWriter) throws {
  try writer.add(
    .tensor("tensor/float", [0.5, 1.5, -2, 3, 4, 5] as [Float], shape: [2, 3])
      .named("Floats", description: "Two rows."),
    .tensor("tensor/double", [1e-300], shape: []),
    .tensor("tensor/int64", [1, -(1 << 60)]), .tensor("tensor/uint8", [1, 255] as [UInt8]),
    .tensor("tensor/bool", [true, false]),
    .tensor("tensor/string", ["Grüße", "世界"], shape: [1, 2]), step: 7)
}

func addCurves(to writer: SummaryWriter) throws {
  for step in 1...3 {
    var noise = Noise(seed: UInt64(step))
    let labels = (0..<500).map { _ in noise.uniform() < 0.4 }
    let predictions = labels.map { label in
      Float(min(max((label ? 0.6 : 0.4) + noise.normal() * 0.3 / Double(step), 0), 1))
    }
    try writer.add(
      .prCurve("pr/cats", labels: labels, predictions: predictions)
        .named("Cats", description: "Against *dogs*."),
      .prCurve(
        "pr/weighted", labels: labels, predictions: predictions.map(Double.init),
        weights: labels.indices.map { Double($0 % 3) }, thresholds: 31), step: step)
  }
  var noise = Noise(seed: 9)
  let labels = (0..<300).map { $0 % 3 }
  let probabilities = labels.flatMap { label -> [Float] in
    let scores = (0..<3).map { exp(($0 == label ? 1.5 : 0) + noise.normal()) }
    return scores.map { Float($0 / scores.reduce(0, +)) }
  }
  try writer.add(
    .prCurves(
      "classes", classes: ["ant", "bee", "cow"], labels: labels, probabilities: probabilities),
    .prCurve(
      "pr/raw", truePositives: [75, 64, 21, 5, 0], falsePositives: [150, 105, 18, 0, 0],
      trueNegatives: [0, 45, 132, 150, 150], falseNegatives: [0, 11, 54, 70, 75]), step: 1)
}

func addMeshes(to writer: SummaryWriter) throws {
  let corners: [SIMD3<Float>] = [[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]]
  try writer.add(
    .mesh(
      "mesh/tetrahedron", vertices: corners,
      faces: [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]],
      colors: [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]],
      configuration: MeshConfiguration(material: .standard(roughness: 0.6, metalness: 0.1))
    ).named("Tetrahedron", description: "Four faces."), step: 1)
  var noise = Noise(seed: 4)
  let points = (0..<600).flatMap { _ -> [Float] in
    let (x, y) = (noise.normal(), noise.normal())
    return [Float(x), Float(y), Float(sin(2 * x) * cos(2 * y))]
  }
  let colors = points.map { UInt8(min(max(128 + $0 * 60, 0), 255)) }
  try writer.add(
    .mesh(
      "mesh/cloud", vertices: points, colors: colors,
      configuration: MeshConfiguration(material: .points(size: 0.1), fieldOfView: 60)), step: 1)
}
