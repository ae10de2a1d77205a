@testable import DataServer
@testable import deconv
@testable import tbevents
@testable import tbtrain

import CommandSupport

extension Tool {
  /// What the program answers to a command line before it does anything, found in this process: help,
  /// the version, or wrong usage; nil when the command would run.
  func answer(_ arguments: [String]) -> Result? {
    let answer =
      switch name {
      case Tool.deconv.name: CommandSupport.Tool.answer(of: DeconvCommand.self, to: arguments)
      case Tool.tbevents.name: CommandSupport.Tool.answer(of: TBEventsCommand.self, to: arguments)
      case Tool.dataServer.name:
        CommandSupport.Tool.answer(
          of: DataServerCommand.self, to: DataServerCommand.separated(arguments))
      case Tool.tbtrain.name: CommandSupport.Tool.answer(of: TBTrain.self, to: arguments)
      default: preconditionFailure("no command line is known of \(name)")
      }
    return answer.map {
      Result(
        output: $0.output, errors: $0.error.isEmpty ? "" : "\(name): \($0.error)\n", code: $0.code)
    }
  }

  /// The same for a command line in one string, split at spaces.
  func answer(_ arguments: String) -> Result? {
    answer(arguments.split(separator: " ").map(String.init))
  }

  /// The words of a command's help, with one space between them.
  func help(_ command: String) -> String {
    (answer("\(command) --help")?.output ?? "").split { $0.isWhitespace }.joined(separator: " ")
  }
}
