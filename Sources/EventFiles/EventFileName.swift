/// The names of event files: `events.out.tfevents.<seconds since 1970>.<host>.<process>.<counter>`.
///
/// TensorBoard takes any file with "tfevents" in its name, and reads those of a directory in the
/// order of their names. So a new name must sort after those that are there already, whichever
/// process wrote them: within one second the process number and the counter don't see to that.
package struct EventFileName: Sendable {
  private let host: String
  private let process: Int32
  private let suffix: String

  private static let prefix = "events.out.tfevents."
  private static let secondsWidth = 10

  /// Names for a process on a host.
  package init(host: String, process: Int32, suffix: String) {
    self.host = String(host.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    self.process = process
    self.suffix = suffix
  }

  /// A name for a file that is made now, which sorts after `existing` names.
  ///
  /// Where the clock alone doesn't see to that, the name tells a later second than it is.
  package func next(after existing: [String], seconds: Int, counter: Int) -> String {
    let name = name(seconds: seconds, counter: counter)
    let others = existing.filter { Self.seconds(in: $0) != nil }
    guard let last = others.max(by: Self.sortsBefore), !Self.sortsBefore(last, name),
      let lastSeconds = Self.seconds(in: last)
    else { return name }
    return self.name(seconds: lastSeconds + 1, counter: counter)
  }

  private func name(seconds: Int, counter: Int) -> String {
    let digits = String(seconds)
    let zeros = String(repeating: "0", count: max(0, Self.secondsWidth - digits.count))
    return "\(Self.prefix)\(zeros)\(digits).\(host).\(process).\(counter)\(suffix)"
  }

  /// The second that a name tells, or nil if it isn't of this form.
  private static func seconds(in name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
    return digits.utf8.count == secondsWidth ? Int(digits) : nil
  }

  /// Bytewise, as readers sort.
  private static func sortsBefore(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}
