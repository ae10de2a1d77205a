/// Why a command can't go on, in a sentence for its user.
package struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence, lower case, with the file's name and the remedy where there is one.
  package let description: String

  /// A failure that is printed as `<tool>: <sentence>` and ends the command with exit code 1.
  package init(_ sentence: String) { description = sentence }
}
