import Images
import ModelFiles
import TensorBoard

/// The TensorBoard run that a command's images are also logged to.
struct ImageLog {
  private let writer: SummaryWriter
  private let step: Int

  /// The run "deconv" of a folder of runs; nil when no folder was given.
  init?(_ network: Network, folder: String?) throws {
    guard let folder else { return nil }
    writer = try SummaryWriter(
      directory: folder.hasSuffix("/") ? folder + "deconv" : "\(folder)/deconv")
    step = network.checkpoint.state?.step ?? 0
  }

  /// Logs an image at the checkpoint's step and waits until it is written.
  func log(_ image: Image, tag: String) throws {
    try log(image, tag: tag, step: step)
  }

  /// Logs an image at a step and waits until it is written.
  func log(_ image: Image, tag: String, step: Int) throws {
    try writer.add(.image(tag, image), step: step)
    try writer.flush()
  }
}
