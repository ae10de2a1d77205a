/// Which scalars the dashboard Custom Scalars shows together, and how.
///
/// ```swift
/// let layout = CustomScalarLayout(categories: [
///   .init("Training", charts: [
///     .multiline("loss", tags: ["loss/train", "loss/test"]),
///     .margin("accuracy", value: "accuracy/mean", lower: "accuracy/low", upper: "accuracy/high"),
///   ])
/// ])
/// ```
///
/// - Source: TensorBoard, `plugins/custom_scalar/layout.proto`.
public struct CustomScalarLayout: Sendable, Equatable {
  /// Groups of charts.
  public var categories: [Category]

  /// A layout.
  public init(categories: [Category]) { self.categories = categories }

  /// Charts under a title.
  public struct Category: Sendable, Equatable {
    /// The title. Categories of one title in several runs become one.
    public var title: String
    /// The charts.
    public var charts: [Chart]
    /// Whether the dashboard shows only the title at first.
    public var isClosed: Bool

    /// Charts under a title.
    public init(_ title: String, charts: [Chart], isClosed: Bool = false) {
      self.title = title
      self.charts = charts
      self.isClosed = isClosed
    }
  }

  /// A chart.
  public struct Chart: Sendable, Equatable {
    /// What a chart shows.
    public enum Content: Sendable, Equatable {
      /// A line for each tag that one of these regular expressions matches from its start.
      case multiline([String])
      /// Lines with a margin around them.
      case margin([MarginSeries])
    }

    /// The title.
    public var title: String
    /// What it shows; nil: nothing that this library knows.
    public var content: Content?

    /// A chart.
    public init(_ title: String, content: Content?) {
      self.title = title
      self.content = content
    }

    /// A line for each of these tags.
    public static func multiline(_ title: String, tags: [String]) -> Chart {
      Chart(title, content: .multiline(tags.map { Self.escaped($0) + "$" }))
    }

    /// A line for each tag that one of these regular expressions (Python's) matches from its start.
    public static func multiline(_ title: String, patterns: [String]) -> Chart {
      Chart(title, content: .multiline(patterns))
    }

    /// A line, and around it a margin between two others.
    public static func margin(
      _ title: String, value: String, lower: String, upper: String
    ) -> Chart {
      Chart(title, content: .margin([MarginSeries(value: value, lower: lower, upper: upper)]))
    }

    /// A regular expression that matches a text and nothing else.
    private static func escaped(_ text: String) -> String {
      text.reduce(into: "") { result, character in
        if "\\^$.|?*+()[]{}".contains(character) { result.append("\\") }
        result.append(character)
      }
    }
  }

  /// Tags of three scalars.
  public struct MarginSeries: Sendable, Equatable {
    /// The tag of the line.
    public var value: String
    /// The tag of the margin's lower edge.
    public var lower: String
    /// The tag of the margin's upper edge.
    public var upper: String

    /// Tags of three scalars.
    public init(value: String, lower: String, upper: String) {
      self.value = value
      self.lower = lower
      self.upper = upper
    }
  }
}
