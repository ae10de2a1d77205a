import CommandSupport

Tool.main(TBEventsCommand.self)
