// Several runs with other hyperparameters, compared in TensorBoard's dashboard HParams.
//
//     swift run example-hyperparameters && tensorboard --logdir logdir

import TensorBoard

/// Minimises `x⁴ - 3x²` by gradient descent and tells how low it came.
func descend(rate: Double, momentum: Double, log: (Int, Double) throws -> Void) rethrows -> Double {
  var (x, velocity) = (3.0, 0.0)
  for step in 1...50 {
    velocity = momentum * velocity - rate * (4 * x * x * x - 6 * x)
    x += velocity
    try log(step, x * x * x * x - 3 * x * x)
  }
  return x * x * x * x - 3 * x * x
}

for rate in [0.001, 0.003, 0.01] {
  for momentum in [0.0, 0.5, 0.9] {
    let run = "rate-\(rate),momentum-\(momentum)"
    let writer = try SummaryWriter(directory: "logdir/hyperparameters/\(run)")
    try writer.add(
      .hyperparameters(
        ["rate": .number(rate), "momentum": .number(momentum), "heavy": .bool(momentum > 0.8)],
        metrics: ["value"]), step: 0)
    let value = try descend(rate: rate, momentum: momentum) { step, value in
      try writer.add(.scalar("value", value), step: step)
    }
    try writer.add(.runEnded(.success), step: 50)
    try writer.close()
    print("\(run): \(value)")
  }
}
