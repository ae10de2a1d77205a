import CommandSupport

Tool.main(DeconvCommand.self)
