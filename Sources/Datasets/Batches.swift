private import Tensors

/// Batches made one at a time, as a loop asks for them.
///
/// In every epoch each image comes once, in an order that is a function of (seed, epoch); how it is
/// augmented is a function of (seed, epoch, image). So a run that is resumed at a step sees
/// what an uninterrupted one would have seen. An epoch's last batch is smaller when the batch size
/// doesn't divide the number of images: none is left out.
public struct Batches: Sequence, Sendable {
  /// The order of the images in an epoch.
  enum Order: Sendable, Equatable {
    case sequential
    case shuffled(seed: Int, ImageAugmentation)
  }

  let data: LabeledImages
  let order: Order
  let pixelRange: PixelRange
  let firstStep: Int
  /// Which part of each batch is made, of how many.
  var part = (index: 0, count: 1)
  /// The number of images in every batch but an epoch's last.
  public let batchSize: Int
  /// One past the number of the last step.
  public let endStep: Int

  /// Steps in an epoch: the number of images over the batch size, rounded up.
  public var stepsPerEpoch: Int { data.stepsPerEpoch(batchSize: batchSize) }

  /// The number of batches that the loop will see.
  public var count: Int { Swift.max(0, endStep - firstStep) }

  /// One part of each batch, of so many that differ by one image at most; a small batch's may be empty.
  public func part(_ index: Int, of count: Int) -> Batches {
    precondition((0..<count).contains(index), "part \(index) of \(count) doesn't exist")
    var batches = self
    batches.part = (index, count)
    return batches
  }

  /// Starts at the first step.
  public func makeIterator() -> Iterator { Iterator(batches: self, step: firstStep) }

  /// The batch of one step.
  private func batch(at step: Int, order indices: [Int], epoch: Int) -> Batch {
    let first = step % stepsPerEpoch * batchSize
    let wholeCount = Swift.min(batchSize, indices.count - first)
    let low = wholeCount * part.index / part.count
    let high = wholeCount * (part.index + 1) / part.count
    let chosen = Array(indices[first + low..<first + high])
    let images =
      switch order {
      case .sequential: data.tensor(at: chosen, pixelRange: pixelRange)
      case .shuffled(let seed, let augmentation):
        data.tensor(at: chosen, pixelRange: pixelRange) { index in
          augmentation.choice(
            for: index, seed: seed, epoch: epoch, height: data.height, width: data.width)
        }
      }
    return Batch(
      images: images, labels: chosen.map { data.labels[$0] }, indices: chosen, step: step,
      epoch: epoch, isLastOfEpoch: (step + 1) % stepsPerEpoch == 0 || step + 1 == endStep,
      firstImage: low, wholeCount: wholeCount)
  }

  /// The images in the order of an epoch.
  private func indices(epoch: Int) -> [Int] {
    var indices = Array(0..<data.count)
    guard case .shuffled(let seed, _) = order else { return indices }
    var generator = SeededGenerator(seed: seed, Purpose.shuffle, epoch)
    // Fisher and Yates; the standard library's shuffle may draw differently in another version.
    for last in stride(from: indices.count - 1, to: 0, by: -1) {
      let other = generator.next(below: last + 1)
      indices.swapAt(last, other)
    }
    return indices
  }

  /// A first coordinate that keeps this stream of a seed apart from others.
  private enum Purpose {
    static let shuffle = 0x5348_5546
  }

  /// Makes the next batch when it is asked for.
  public struct Iterator: IteratorProtocol {
    let batches: Batches
    var step: Int
    private var epoch = -1
    private var indices: [Int] = []

    init(batches: Batches, step: Int) {
      self.batches = batches
      self.step = step
    }

    /// The next batch, or nil after the last.
    public mutating func next() -> Batch? {
      guard step < batches.endStep else { return nil }
      if step / batches.stepsPerEpoch != epoch {
        epoch = step / batches.stepsPerEpoch
        indices = batches.indices(epoch: epoch)
      }
      defer { step += 1 }
      return batches.batch(at: step, order: indices, epoch: epoch)
    }
  }
}

extension LabeledImages {
  /// Shuffled batches over so many epochs.
  ///
  /// - `size`: The number of images in a batch; an epoch's last one may have fewer.
  /// - `seed`: Orders and augmentations are functions of it.
  /// - `step`: The first step, when a run is resumed; steps are counted from 0 over all epochs.
  /// - `pixelRange`: How bytes become scalars.
  /// - `augmentation`: What is done to the images, other things in each epoch.
  public func batches(
    of size: Int, epochs: Int, seed: Int, startingAt step: Int = 0,
    pixelRange: PixelRange = .zeroToOne, augmentation: ImageAugmentation = .none
  ) -> Batches {
    batches(
      of: size, steps: epochs * stepsPerEpoch(batchSize: size), seed: seed, startingAt: step,
      pixelRange: pixelRange, augmentation: augmentation)
  }

  /// Shuffled batches up to, not including, step `steps`; the rest is as with epochs.
  public func batches(
    of size: Int, steps: Int, seed: Int, startingAt step: Int = 0,
    pixelRange: PixelRange = .zeroToOne, augmentation: ImageAugmentation = .none
  ) -> Batches {
    precondition(step >= 0, "a step is 0 or more, got \(step)")
    return Batches(
      data: self, order: .shuffled(seed: seed, augmentation), pixelRange: pixelRange,
      firstStep: step, batchSize: size, endStep: count == 0 ? 0 : steps)
  }

  /// Every image once, in order; the last batch may be smaller.
  public func batches(of size: Int, pixelRange: PixelRange = .zeroToOne) -> Batches {
    Batches(
      data: self, order: .sequential, pixelRange: pixelRange, firstStep: 0, batchSize: size,
      endStep: stepsPerEpoch(batchSize: size))
  }

  /// Steps that show every image once.
  public func stepsPerEpoch(batchSize: Int) -> Int {
    precondition(batchSize > 0, "a batch has 1 image or more, got \(batchSize)")
    return (count + batchSize - 1) / batchSize
  }
}
