import CommandSupport
import ModelFiles

Tool.main(DeconvCommand.self) { error in
  if let error = error as? ONNXError, case .openInput = error.problem {
    return "--resize or --crop says it"
  }
  return nil
}
