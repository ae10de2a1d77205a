internal import EventFiles

extension SummaryMetadata {
  /// What a series is, as its first value says.
  ///
  /// A data class that is given is taken as it is; values of TensorFlow 1's forms are what they are; plugins
  /// that are known have their class. What is left has none, and isn't served.
  ///
  /// - Parameter field: The field that holds the value: 2 a number, 4 an image, 5 a histogram, 6 a sound.
  /// - Source: TensorBoard, `data/server/data_compat.rs`.
  init(ofFirstValueIn field: UInt32, given: SummaryMetadata?) {
    if let given, given.dataClass != .unknown {
      self = given
      return
    }
    switch field {
    case 2: self.init(pluginName: "scalars", dataClass: .scalar)
    // The content says that the value was made a tensor: ImagePluginData's field 2, AudioPluginData's 3.
    case 4: self.init(pluginName: "images", dataClass: .blobSequence, pluginContent: [2 << 3, 1])
    case 5: self.init(pluginName: "histograms", dataClass: .tensor)
    case 6: self.init(pluginName: "audio", dataClass: .blobSequence, pluginContent: [3 << 3, 1])
    default:
      self = given ?? SummaryMetadata(pluginName: "", dataClass: .unknown)
      dataClass = Self.classes[pluginName] ?? .unknown
    }
  }

  /// Plugins whose values may hold a serialized message instead of a list.
  static let graphPlugins = ["graph_run_metadata", "graph_run_metadata_graph", "graph_keras_model"]

  private static let classes: [String: DataClass] = {
    var classes: [String: DataClass] = ["scalars": .scalar]
    for name in ["histograms", "text", "hparams", "pr_curves", "mesh", "custom_scalars"] {
      classes[name] = .tensor
    }
    for name in ["images", "audio"] + graphPlugins { classes[name] = .blobSequence }
    return classes
  }()
}
