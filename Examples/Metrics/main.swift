// What a program measures with swift-metrics, shown in TensorBoard.
//
//     swift run example-metrics && tensorboard --logdir logdir

import Metrics
import TensorBoard
import TensorBoardMetrics

let clock = StepClock()
let writer = try SummaryWriter(directory: "logdir/metrics")
let backend = TensorBoardMetricsFactory(writer: writer, clock: clock)
MetricsSystem.bootstrap(backend)

let requests = Counter(label: "requests", dimensions: [("path", "/search")])
let latency = Timer(label: "latency")
let queue = Gauge(label: "queue")
for step in 1...50 {
  clock.advance(to: step)
  for _ in 0..<Int.random(in: 10...30) {
    requests.increment()
    latency.recordMilliseconds(Double.random(in: 1...20))
  }
  queue.record(Int.random(in: 0...5))
}
backend.write()
try writer.close()
print("50 steps of measurements in \(writer.path)")
