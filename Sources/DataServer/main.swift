import CommandSupport

Tool.main(
  DataServerCommand.self,
  arguments: DataServerCommand.separated(Array(CommandLine.arguments.dropFirst())))
