public import Tensors

/// The images of one training step or one evaluation step.
public struct Batch: Sendable {
  /// `[N, height, width, channels]`.
  public let images: Tensor
  /// The class of each image.
  public let labels: [Int]
  /// The position of each image in its `LabeledImages`.
  public let indices: [Int]
  /// The number of the step, from 0, counted over all epochs.
  public let step: Int
  /// The number of the epoch, from 0.
  public let epoch: Int
  /// Whether the next batch begins another epoch, or there is none.
  public let isLastOfEpoch: Bool

  /// Where the first image stands in the whole batch, of which these may be a part.
  public let firstImage: Int
  /// The number of images in the whole batch.
  public let wholeCount: Int

  /// The number of images.
  public var count: Int { labels.count }
}
