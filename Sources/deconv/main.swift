import CommandSupport
import ModelFiles

Tool.main(DeconvCommand.self) { error in
  if let error = error as? ONNXError, case .openInput = error.problem {
    return "--resize or --center-crop says it"
  }
  if let error = error as? CheckpointError, case .noDescription = error.problem {
    return "--architecture can say it in a JSON file"
  }
  return nil
}
