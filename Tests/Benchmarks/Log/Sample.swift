import Foundation
import Images
import TensorBoard

/// Writes a log directory with every kind of summary: two runs, one of them interrupted and resumed.
func writeSample(into directory: String) throws {
  let run = directory + "/sample"
  let writer = try SummaryWriter(directory: run)
  try writer.add(
    .hyperparameters(
      [
        "learning_rate": 1e-3, "batch_size": 50, "optimizer": "adam", "augment": true,
        "dropout": 0.5,
      ],
      metrics: ["accuracy/test"]),
    .text("flags", "| flag | value |\n|---|---|\n| `--seed` | 1 |\n\n**Grüße, 世界 ✓**"), step: 0)
  try log(writer, steps: 0..<60)
  try writer.add(
    .scalar("odd/not_a_number", Double.nan), .scalar("odd/infinite", -Double.infinity),
    step: 1)
  try writer.add(
    .histogram("odd/empty", [Float]()), .histogram("odd/constant", [0.1, 0.1] as [Float]),
    .histogram("odd/with_nan", [1, 2, .nan, .infinity] as [Float]), step: 1)
  try writer.add(.runEnded(.success), step: 60)
  try writer.close()

  let interrupted = try SummaryWriter(directory: directory + "/resumed")
  try log(interrupted, steps: 0..<50)
  try interrupted.close()
  let resumed = try SummaryWriter(directory: directory + "/resumed", resumingAt: 30)
  try log(resumed, steps: 30..<60)
  try resumed.close()
}

private func log(_ writer: SummaryWriter, steps: Range<Int>) throws {
  for step in steps {
    // Numbers are a function of the step, so that a resumed run goes on as if it had never stopped.
    var generator = SplitMix(state: UInt64(step))
    let loss = exp(-Double(step) / 20) + 0.05
    try writer.add(
      .scalar("loss/train", loss), .scalar("accuracy/test", 1 - loss / 2), step: step)
    guard step.isMultiple(of: 10) else { continue }
    let weights = (0..<10_000).map { _ in generator.nextNormal() * Float(loss) }
    let gradients = weights.map { $0 * $0 * $0 * $0 * $0 }
    let activations = weights.map { max($0, 0) }
    try writer.add(
      .histogram("W1_SUMMARY", weights), .histogram("gradient", gradients),
      .histogram("activation1", activations), step: step)
    let pixels = (0..<32 * 24 * 3).map { UInt8(truncatingIfNeeded: $0 * (step + 1)) }
    try writer.add(
      .image("filters", Image(width: 32, height: 24, channels: 3, pixels: pixels)), step: step)
  }
}
