package import ArgumentParser

// How commands and flags are declared: with the same words, parsing and checks in every tool.

extension CommandConfiguration {
  /// A command whose `--help` ends with the exit codes.
  package init(
    _ name: String, _ abstract: String, _ discussion: String = "",
    exitCodes: String = ExitStatus.helpText, version: String = "",
    subcommands: [any ParsableCommand.Type] = []
  ) {
    self.init(
      commandName: name, abstract: abstract,
      discussion: [discussion, exitCodes].filter { !$0.isEmpty }.joined(separator: "\n\n"),
      version: version, subcommands: subcommands)
  }
}

/// Which values a flag takes.
package struct Bounds<Value>: Sendable {
  /// Goes on after "must".
  package let words: String
  package let hold: @Sendable (Value) -> Bool

  package init(words: String, _ hold: @escaping @Sendable (Value) -> Bool) {
    (self.words, self.hold) = (words, hold)
  }
}

extension Bounds where Value: Comparable & Sendable {
  package static func within(_ range: ClosedRange<Value>) -> Bounds {
    let (low, high) = (range.lowerBound, range.upperBound)
    return Bounds(words: "lie in \(text(low)) ... \(text(high))") { range.contains($0) }
  }

  package static func below(_ limit: Value, from first: Value) -> Bounds {
    Bounds(words: "lie in \(text(first)) ..< \(text(limit))") { $0 >= first && $0 < limit }
  }

  package static func atLeast(_ least: Value) -> Bounds {
    Bounds(words: "be at least \(text(least))") { $0 >= least && isFinite($0) }
  }

  package static func above(_ limit: Value) -> Bounds {
    Bounds(words: "be above \(text(limit))") { $0 > limit && isFinite($0) }
  }

  private static func isFinite(_ value: Value) -> Bool {
    (value as? any FloatingPoint)?.isFinite ?? true
  }

  private static func text(_ value: Value) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Option {
  /// A flag with a default.
  ///
  /// - Parameters:
  ///   - help: a sentence of 60 characters at most.
  ///   - value: what its value is called in `--help`; nil for the flag's name.
  ///   - more: sentences below it.
  package init(
    wrappedValue: Value, _ help: String, _ value: String? = nil, more: String = "",
    name: NameSpecification = .long
  ) where Value: ExpressibleByArgument {
    self.init(
      wrappedValue: wrappedValue, name: name, parsing: .of(Value.self),
      help: ArgumentHelp(help, discussion: more, valueName: value))
  }

  /// A flag that must be given.
  package init(
    _ help: String, _ value: String? = nil, more: String = "", name: NameSpecification = .long
  ) where Value: ExpressibleByArgument {
    self.init(
      name: name, parsing: .of(Value.self),
      help: ArgumentHelp(help, discussion: more, valueName: value))
  }

  /// A flag that may be left out.
  package init<Given: ExpressibleByArgument>(
    _ help: String, _ value: String? = nil, more: String = "", name: NameSpecification = .long
  ) where Value == Given? {
    self.init(
      name: name, parsing: .of(Given.self),
      help: ArgumentHelp(help, discussion: more, valueName: value))
  }

  /// A number with a default that lies within bounds.
  package init(
    wrappedValue: Value, _ help: String, _ value: String, _ bounds: Bounds<Value>,
    more: String = "", name: NameSpecification = .long
  ) where Value: ExpressibleByArgument {
    self.init(
      wrappedValue: wrappedValue, name: name, parsing: .unconditional,
      help: ArgumentHelp(
        "\(help) (default: \(wrappedValue))", discussion: more, valueName: value),
      transform: { try bounds.checked($0) })
  }

  /// A number within bounds that may be left out.
  package init<Given: ExpressibleByArgument>(
    _ help: String, _ value: String, _ bounds: Bounds<Given>, more: String = "",
    name: NameSpecification = .long
  ) where Value == Given? {
    self.init(
      name: name, parsing: .unconditional,
      help: ArgumentHelp(help, discussion: more, valueName: value),
      transform: { try bounds.checked($0) })
  }
}

extension Bounds where Value: ExpressibleByArgument {
  /// The value that a text stands for.
  ///
  /// - Throws: `ValidationError`, to which the parser adds the flag's name.
  fileprivate func checked(_ text: String) throws -> Value {
    guard let value = Value(argument: text), hold(value) else {
      throw ValidationError("it must \(words)")
    }
    return value
  }
}

extension SingleValueParsingStrategy {
  /// What begins with a dash is a value, to be refused as one, but for texts: there one was forgotten.
  fileprivate static func of(_ value: Any.Type) -> Self {
    value == String.self ? .next : .unconditional
  }
}
