import ArgumentParser

extension ValidationError {
  /// Refuses a gray outside of 0 to 1.
  static func check(fill: Float) throws {
    guard (0...1).contains(fill) else {
      throw ValidationError("--fill lies between 0, black, and 1, white")
    }
  }
}
