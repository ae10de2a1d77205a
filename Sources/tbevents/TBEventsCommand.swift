import ArgumentParser
import CommandSupport

/// `tbevents`: the command and its subcommands.
struct TBEventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "tbevents", "Read, compare, rewrite and repair TensorBoard's event files.",
    version: Tool.version,
    subcommands: [
      InspectCommand.self, ExportCommand.self, ReduceCommand.self, PlotCommand.self,
      ReportCommand.self, ServeCommand.self, TailCommand.self, WatchCommand.self,
      VerifyCommand.self, RepairCommand.self, RewriteCommand.self, RemoveCommand.self,
      DiskUsageCommand.self,
      DiffCommand.self,
    ])
}
