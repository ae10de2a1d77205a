/// The smoothing of TensorBoard's slider.
public enum Smoothing {
  /// Values smoothed by an exponential moving average that is corrected for its start at zero.
  ///
  /// As TensorBoard's line chart does it: values that aren't finite stay as they are and aren't
  /// averaged, and a constant curve stays constant.
  ///
  /// - `weight`: 0 for none, up to 1: how much of the average so far is kept at each value.
  /// - Source: TensorBoard, `line_chart_v2/data_transformer.ts`; Kingma & Ba, arXiv:1412.6980, §3, for
  ///   the correction.
  public static func exponential(_ values: [Double], weight: Double) -> [Double] {
    guard weight > 0, let first = values.first, values.contains(where: { $0 != first }) else {
      return values
    }
    var average = 0.0
    // weight to the power of the number of averaged values.
    var power = 1.0
    return values.map { value in
      guard value.isFinite else { return value }
      average = average * weight + (1 - weight) * value
      power *= weight
      return weight < 1 ? average / (1 - power) : average
    }
  }
}
