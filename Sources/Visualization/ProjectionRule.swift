/// What a rectifier does to the signal on its way down to the pixels; all else is one pass.
public enum ProjectionRule: String, Sendable, CaseIterable, Codable {
  /// The signal itself is rectified; where the forward pass was positive doesn't matter.
  ///
  /// - Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
  ///   arXiv 1311.2901, §2.1.
  case deconvnet
  /// The signal is rectified, and stopped where the forward pass wasn't positive.
  ///
  /// - Source: Springenberg et al., "Striving for Simplicity: The All Convolutional Net", ICLR 2015
  ///   workshop, arXiv 1412.6806, §3.4.
  case guided
  /// The derivative: the signal is stopped where the forward pass wasn't positive.
  ///
  /// - Source: Simonyan, Vedaldi & Zisserman, "Deep Inside Convolutional Networks", ICLR 2014
  ///   workshop, arXiv 1312.6034, §3 (saliency maps, and §4 on how deconvnets differ).
  case gradient
}
