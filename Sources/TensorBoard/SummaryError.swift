public import Images

/// Why values can't be logged as what they should be.
public enum SummaryError: Error, Sendable, Equatable {
  /// There is nothing to log.
  case empty(tag: String, what: String)
  /// Two lists that belong together have other lengths than they should.
  case wrongCount(tag: String, what: String, got: Int, expected: String)
  /// A number is NaN or infinite where none may be; `index` counts from 0.
  case notFinite(tag: String, what: String, index: Int, value: Double)
  /// A value can't be what it is.
  case outOfRange(tag: String, what: String, value: String, expected: String)
  /// A name occurs twice where each must be another.
  case duplicate(tag: String, what: String, name: String)
  /// An image of the values can't be made or encoded.
  case image(tag: String, ImageError)
}

extension SummaryError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .empty(let tag, let what):
      "\(tag): there are no \(what) to log"
    case .wrongCount(let tag, let what, let got, let expected):
      "\(tag): got \(got) \(what), expected \(expected)"
    case .notFinite(let tag, let what, let index, let value):
      "\(tag): number \(index) of the \(what) is \(value), only finite numbers can be logged"
    case .outOfRange(let tag, let what, let value, let expected):
      "\(tag): \(what) is \(value), expected \(expected)"
    case .duplicate(let tag, let what, let name):
      "\(tag): the \(what) \(name) occurs twice"
    case .image(let tag, let error):
      "\(tag): \(error)"
    }
  }
}

extension SummaryError {
  /// Throws where there is a number that isn't finite.
  static func checkFinite(
    _ numbers: some Sequence<some BinaryFloatingPoint>, tag: String, what: String
  ) throws(SummaryError) {
    var index = 0
    for number in numbers {
      guard number.isFinite else {
        throw .notFinite(tag: tag, what: what, index: index, value: Double(number))
      }
      index += 1
    }
  }

  /// Throws where a name occurs twice.
  static func checkDistinct(
    _ names: some Sequence<String>, tag: String, what: String
  ) throws(SummaryError) {
    var known: Set<String> = []
    for name in names where !known.insert(name).inserted {
      throw .duplicate(tag: tag, what: what, name: name)
    }
  }
}
