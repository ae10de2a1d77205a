import Testing

@testable import Reports

@Suite struct MetricTests {
  @Test(
    arguments: [
      ("accuracy/test", .maximum, .test, "accuracy"),
      ("Accuracy/val", .maximum, .test, "accuracy"),
      ("accuracy/train", .maximum, .training, "accuracy"),
      ("epoch_loss", .minimum, .unknown, "epoch loss"),
      ("valLoss", .minimum, .test, "loss"),
      ("train/mean_squared_error", .minimum, .training, "mean squared error"),
      ("hparam/accuracy", .maximum, .unknown, "hparam accuracy"),
      ("metrics/f1", .maximum, .unknown, "metrics f1"),
      ("top5_acc", .maximum, .unknown, "top5 acc"),
      ("val_perplexity", .minimum, .test, "perplexity"),
    ] as [(String, Metric.Direction, Metric.Data, String)])
  func `a tag tells what is better, and on which data`(
    tag: String, direction: Metric.Direction, data: Metric.Data, family: String
  ) throws {
    let metric = try #require(Metric(tag: tag))
    #expect(metric.direction == direction)
    #expect(metric.data == data)
    #expect(metric.family == family)
  }

  @Test(
    arguments: [
      "learning_rate", "W1_SUMMARY/mean", "images_per_second", "dead_filters/conv1", "lr",
      "loss_scale", "gradient_norm/loss", "epoch", "", "///", "glossary",
    ])
  func `a tag of which neither more nor less is better is no metric`(tag: String) {
    #expect(Metric(tag: tag) == nil)
  }

  @Test func `words end at signs and at capitals`() {
    #expect(Metric.words("valLoss/Top-5_acc.x") == ["val", "loss", "top", "5", "acc", "x"])
    #expect(Metric.words("--") == [])
  }
}
