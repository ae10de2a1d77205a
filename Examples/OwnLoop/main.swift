// A training loop of one's own, logged: a line is fitted to noisy points by gradient descent.
//
//     swift run example-own-loop && tensorboard --logdir logdir

import TensorBoard

let points = (0..<100).map { index in
  let x = Float(index) / 50 - 1
  return (x: x, y: 2 * x + 0.5 + Float.random(in: -0.1...0.1))
}
var slope: Float = 0
var offset: Float = 0

let writer = try SummaryWriter(directory: "logdir/own-loop")
try writer.add(.text("notes", "A line, fitted by **gradient descent**."), step: 0)
for step in 1...200 {
  let errors = points.map { slope * $0.x + offset - $0.y }
  let loss = errors.reduce(0) { $0 + $1 * $1 } / Float(points.count)
  slope -= 0.1 * zip(errors, points).reduce(0) { $0 + 2 * $1.0 * $1.1.x } / Float(points.count)
  offset -= 0.1 * errors.reduce(0) { $0 + 2 * $1 } / Float(points.count)

  try writer.add(
    .scalar("loss", loss), .scalar("line/slope", slope), .scalar("line/offset", offset), step: step)
  if step.isMultiple(of: 20) { try writer.add(.histogram("errors", errors), step: step) }
}
try writer.close()
print("\(writer.path): a line of slope \(slope)")
