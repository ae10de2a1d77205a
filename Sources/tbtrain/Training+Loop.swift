import CommandSupport
import Datasets
import Foundation
import ModelFiles
import NeuralNetworks
import TensorBoard
import Tensors
import TextOutput

extension Training {
  /// Seconds between two checkpoints, at least; the end of the first epoch has one in any case.
  private static let checkpointInterval = 10.0
  /// A training whose loss is above this, in nats, won't recover. ReLUs make zeros of numbers that are
  /// none, so a loss may stay finite long after the weights have become meaningless.
  private static let divergedLoss: Float = 1e6

  /// Trains to the end, or until Ctrl-C.
  ///
  /// - Parameters:
  ///   - compared: the flags in which it differs from other runs of its sweep.
  ///   - advanced: receives each step that is done.
  /// - Returns: how it ended, which is also in the run's directory.
  mutating func run(
    _ bar: inout ProgressBar, _ interruption: Interruption, compared: [String] = [],
    advanced: (Int) -> Void = { _ in }
  ) throws -> RunResult {
    ranks.isTraining = true
    let log = try ranks.isFirst ? begunLog(compared) : nil
    var result = try loop(log, &bar, interruption, advanced)
    ranks.isTraining = false
    bar.finish()
    guard let log else { return result }
    result.seconds = seconds
    do {
      if result.status == .finished || result.status == .stoppedEarly {
        try log.addEmbedding(of: model)
      }
      if result.status != .interrupted {
        try log.ended(result.status == .diverged ? .failure : .success, step: result.step)
      }
      try log.close()
      if result.status != .interrupted { try result.write(to: directory) }
    } catch {
      if result.status != .finished && result.status != .stoppedEarly { throw error }
      note(error, bar)
    }
    return result
  }

  private func begunLog(_ compared: [String]) throws -> TrainingLog {
    let writer = try SummaryWriter(directory: directory.path, resumingAt: resumedStep)
    let log = TrainingLog(
      writer: writer, data: data, pixelRange: settings.pixels,
      showsGradients: settings.network == .rnn || settings.clipNorm != nil)
    if firstStep == 0 {
      try log.started(settings, model: model, compared: compared, launcher: ranks.launcher)
    }
    return log
  }

  /// The training loop; without a log on all ranks but the first.
  private mutating func loop(
    _ log: TrainingLog?, _ bar: inout ProgressBar, _ interruption: Interruption,
    _ advanced: (Int) -> Void
  ) throws -> RunResult {
    let schedule = settings.makeSchedule(stepsPerEpoch: stepsPerEpoch)
    let total = totalSteps
    var pace = Pace()
    var lastSave: ContinuousClock.Instant?
    var result = RunResult(status: .interrupted, step: firstStep, totalSteps: total)
    if firstStep >= total || isOutOfPatience(at: firstStep) {
      // Nothing is left to train, but the last test's result, which is logged, isn't known here.
      if log != nil { result.take(evaluation(looksInside: true), best: best) }
      result.status = firstStep >= total ? .finished : .stoppedEarly
      return result
    }
    let batches = data.training.batches(
      of: settings.batchSize, steps: total, seed: settings.seed, startingAt: firstStep,
      pixelRange: settings.pixels, augmentation: settings.augmentation)
    for batch in batches.part(ranks.rank, of: ranks.count) {
      let step = batch.step + 1
      result.step = step
      optimizer.learningRate = schedule.learningRate(at: step)
      let (logits, trace) = model.forward(
        batch.images,
        phase: .training(seed: settings.seed, step: step, firstImage: batch.firstImage))
      let part = softmaxCrossEntropy(
        logits, labels: batch.labels, smoothing: settings.labelSmoothing ?? 0,
        wholeCount: batch.wholeCount)
      var gradients = model.backward(part.gradient, trace, for: .parameters).parameters
      let found: BatchResult
      do { found = try ranks.sum(&gradients, part, of: batch, interruption) } catch {
        guard let log, step - 1 > firstStep else { throw error }
        // The step before this one was whole.
        bar.tell("step \(step): \(error)")
        result.step = step - 1
        try log.flush()
        try save(step: result.step)
        return result
      }
      guard found.loss <= Self.divergedLoss else {
        result.status = .diverged
        return result
      }
      let isCurveStep = TrainingLog.isCurveStep(step, of: total)
      let norm =
        settings.clipNorm != nil || isCurveStep && log?.showsGradients == true
        ? GradientNorm(of: gradients) : nil
      if let norm, let longest = settings.clipNorm {
        gradients.clip(toNorm: longest, measuring: norm)
      }
      optimizer.update(&model, gradients)
      model.updateStatistics(from: trace)
      pace.count(batch.wholeCount)

      if isCurveStep {
        try log?.trained(
          step: step, found, learningRate: optimizer.learningRate, gradientNorm: norm,
          imagesPerSecond: pace.imagesPerSecond)
      }
      advanced(step)
      bar.update(
        step,
        [
          "loss \(Format.fixed(Double(found.loss), decimals: 3))",
          "accuracy \(Format.percent(Double(found.accuracy)))",
          "\(Format.count(Int(pace.imagesPerSecond))) images/s",
        ])
      let isShown = TrainingLog.isEvaluationStep(step, of: total, stepsPerEpoch: stepsPerEpoch)
      let isTest = settings.testEvery.map { step % $0 == 0 } ?? isShown
      if isTest || isShown, let log {
        pace.pause()
        let evaluation = evaluation(looksInside: isShown)
        try log.tested(evaluation, step: step)
        if settings.testsTraining == true {
          try log.tested(
            Evaluation(of: model, on: data.training, pixelRange: settings.pixels),
            on: TrainingLog.trainingSet, step: step)
        }
        if isShown { try log.evaluated(evaluation, of: model, step: step) }
        bar.line(line(step, found, evaluation, pace))
        tested(evaluation, step: step, &result, bar)
        pace.resume()
      }
      if isKept(step), log != nil {
        attempt(bar) { try $0.keep(step: step, as: "checkpoints/step-\(step).safetensors") }
      }
      // The first rank knows of tests.
      var endsEarly = (isTest || isShown) && isOutOfPatience(at: step)
      if isTest || isShown, settings.patience != nil {
        endsEarly = try ranks.tell(endsEarly ? 1 : 0) == 1
      }
      // All stop behind the same step.
      let stops = ranks.count > 1 ? found.isAskedToStop : interruption.isRequested
      let isTimeToSave =
        settings.checkpointEvery.map { step % $0 == 0 }
        ?? (batch.isLastOfEpoch
          && lastSave.map { ContinuousClock.now - $0 >= .seconds(Self.checkpointInterval) } ?? true)
      if isTimeToSave || step == total || endsEarly || interruption.isRequested || stops, let log {
        pace.pause()
        do {
          try log.flush()
          try save(step: step)
          if log.lostEventCount == 0 { trouble = nil }
        } catch {
          if interruption.isRequested { throw error }
          note(error, bar)
        }
        lastSave = .now
        pace.resume()
      }
      if step == total || endsEarly {
        result.status = step == total ? .finished : .stoppedEarly
        return result
      }
      if stops { return result }
    }
    return result
  }

  /// A test, for which the other ranks leave their processors.
  private func evaluation(looksInside: Bool) -> Evaluation {
    Parallel.$workers.withValue(Parallel.workers * ranks.neighbors) {
      Evaluation(
        of: model, on: data.test, pixelRange: settings.pixels, looksInside: looksInside)
    }
  }

  /// Takes a test's result down.
  private mutating func tested(
    _ evaluation: Evaluation, step: Int, _ result: inout RunResult, _ bar: ProgressBar
  ) {
    if evaluation.accuracy > best?.accuracy ?? -1 {
      best = BestResult(step: step, accuracy: evaluation.accuracy, loss: evaluation.loss)
      if settings.keepBest { attempt(bar) { try $0.keep(step: step, as: "best.safetensors") } }
    }
    result.take(evaluation, best: best)
  }

  /// Does what may fail without ending the training.
  private mutating func attempt(_ bar: ProgressBar, _ body: (Training) throws -> Void) {
    do { try body(self) } catch { note(error, bar) }
  }

  /// A disk that is full, or a directory that is gone, doesn't end hours of training.
  private mutating func note(_ error: any Error, _ bar: ProgressBar) {
    if trouble == nil { bar.tell("\(error); the training goes on") }
    trouble = CommandFailure("\(error)")
  }

  /// What a test says where there is no bar.
  private func line(
    _ step: Int, _ batch: BatchResult, _ result: Evaluation, _ pace: Pace
  ) -> String {
    """
    step \(Format.count(step))/\(Format.count(totalSteps))  \
    epoch \((step + stepsPerEpoch - 1) / stepsPerEpoch)  \
    loss/train \(Format.fixed(Double(batch.loss), decimals: 3))  \
    loss/test \(Format.fixed(result.loss, decimals: 3))  \
    accuracy/test \(Format.percent(result.accuracy))  \
    \(Format.count(Int(pace.imagesPerSecond))) images/s
    """
  }
}
