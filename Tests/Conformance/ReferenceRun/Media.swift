import Foundation
import Images
import TensorBoard

/// An image of coloured stripes that move with `shift`.
private func stripes(_ width: Int, _ height: Int, shift: Int) -> Image {
  let pixels = (0..<width * height).flatMap { index -> [UInt8] in
    let (x, y) = (index % width + shift, index / width)
    return [UInt8(x * 4 % 256), UInt8(y * 5 % 256), UInt8((x + y) * 3 % 256)]
  }
  return Image(width: width, height: height, channels: 3, pixels: pixels)
}

/// A gray disc at a place.
private func disc(_ size: Int, x: Int, y: Int, radius: Int = 6) -> Image {
  let pixels = (0..<size * size).map { index -> UInt8 in
    let (dx, dy) = (index % size - x, index / size - y)
    let distance = dx * dx + dy * dy
    return UInt8(max(0, 255 - distance * 255 / (radius * radius)))
  }
  return Image(width: size, height: size, channels: 1, pixels: pixels)
}

func addImages(to writer: SummaryWriter) throws {
  for step in 1...5 {
    try writer.add(
      .image("image/one", stripes(64, 48, shift: step * 8))
        .named("One", description: "An image a step."), step: step)
  }
  let batch = (0..<3).map { stripes(40, 30, shift: $0 * 20) }
  try writer.add(.images("image/batch", batch).named("Batch", description: "Three."), step: 1)
  let digits = (0..<8).map { disc(28, x: 4 + $0 * 3, y: 14) }
  try writer.add(.grid("image/grid", digits, columns: 4), step: 1)
  try writer.add(
    .image(
      "image/boxes", stripes(160, 120, shift: 0),
      boxes: [
        LabeledBox(x: 10, y: 30, width: 60, height: 50, label: "cat 0.93"),
        LabeledBox(x: 80, y: 2, width: 70, height: 90, label: "dog 0.71"),
        LabeledBox(x: 120, y: 90, width: 80, height: 60, label: "cat 0.51", color: .white),
      ]), step: 1)
  let frames = (0..<8).map { stripes(60, 40, shift: $0 * 5) }
  try writer.add(.video("image/video", frames, framesPerSecond: 8), step: 1)
  let gray = (0..<12).map { disc(32, x: 16 + $0 - 6, y: 16) }
  try writer.add(.video("image/gray", gray), step: 1)
}

private func tone(_ frequency: Double, seconds: Double, rate: Int) -> [Float] {
  (0..<Int(seconds * Double(rate))).map { index in
    Float(0.5 * sin(2 * .pi * frequency * Double(index) / Double(rate)))
  }
}

func addSounds(to writer: SummaryWriter) throws {
  let rate = 8_000
  for step in 1...3 {
    try writer.add(
      .audio("sound/tone", tone(220 * Double(step), seconds: 1, rate: rate), sampleRate: rate)
        .named("Tone", description: "Higher at each *step*."), step: step)
  }
  let (left, right) = (
    tone(440, seconds: 0.5, rate: 16_000), tone(660, seconds: 0.5, rate: 16_000)
  )
  try writer.add(
    .audio(
      "sound/stereo", zip(left, right).flatMap { [Double($0), Double($1)] }, sampleRate: 16_000,
      channels: 2), step: 1)
  try writer.add(
    .audio(
      "sound/clips", clips: [110, 220, 330].map { tone($0, seconds: 0.25, rate: rate) },
      sampleRate: rate), step: 1)
}

func addTexts(to writer: SummaryWriter) throws {
  for step in 1...3 {
    try writer.add(
      .text("notes/markdown", "# Step \(step)\n\n*Grüße*, 世界, `code`\n\n- one\n- two")
        .named("Notes", description: "What happened."), step: step)
  }
  try writer.add(
    .table(
      "notes/table", header: ["name", "value"],
      rows: [
        ["a|b", "*no emphasis*"], ["<b>", "snake_case_name"], ["two\nlines", "-1.5"],
        ["back\\slash", "`tick`"],
      ]), step: 1)
}

func addEmbeddings(to writer: SummaryWriter) throws {
  var noise = Noise(seed: 12)
  let count = 100
  let vectors = (0..<count).flatMap { index in
    (0..<12).map { Float(noise.normal() * 0.3 + ($0 == index % 4 ? 3 : 0)) }
  }
  try writer.add(
    ProjectorEmbedding(
      "discs", vectors: vectors, dimension: 12,
      columns: [
        "class": (0..<count).map { "class \($0 % 4)" }, "number": (0..<count).map(String.init),
      ],
      sprites: (0..<count).map { disc(28, x: 5 + $0 % 4 * 6, y: 14) }), step: 60)
  try writer.add(
    ProjectorEmbedding(
      "words", vectors: [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0]],
      columns: ["word": ["one", "two", "", "four", "fünf"]]))
}
