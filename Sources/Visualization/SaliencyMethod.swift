/// A way to ask which pixels speak for a class.
public enum SaliencyMethod: String, Sendable, CaseIterable {
  /// The derivative of the class's logit by each pixel.
  ///
  /// - Source: Simonyan, Vedaldi & Zisserman, "Deep Inside Convolutional Networks", ICLR 2014
  ///   workshop, arXiv 1312.6034, §3.
  case gradient
  /// The deconvnet's way down from the class: negative signals stopped at every rectifier, wherever the
  /// forward pass was positive.
  ///
  /// - Source: Zeiler & Fergus, ECCV 2014, arXiv 1311.2901, §2.1.
  case deconvnet
  /// The derivative, negative signals stopped at every rectifier, dense ones too.
  ///
  /// - Source: Springenberg et al., "Striving for Simplicity", ICLR 2015 workshop, arXiv 1412.6806,
  ///   §3.4.
  case guided
  /// The derivative's mean on the straight way from a baseline to the image, times the way.
  ///
  /// - Source: Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks", ICML 2017, arXiv
  ///   1703.01365, §3.
  case integrated
  /// The derivative's mean over noisy copies of the image.
  ///
  /// - Source: Smilkov et al., "SmoothGrad: removing noise by adding noise", arXiv 1706.03825, §2.
  case smoothgrad
  /// The maps of a convolution, each weighted by its derivative's mean, added up and rectified.
  ///
  /// - Source: Selvaraju et al., "Grad-CAM", ICCV 2017, arXiv 1610.02391, §3.
  case gradcam
  /// Guided backpropagation times Grad-CAM.
  ///
  /// - Source: Selvaraju et al., "Grad-CAM", ICCV 2017, arXiv 1610.02391, §3.2.
  case guidedGradcam = "guided-gradcam"
}
