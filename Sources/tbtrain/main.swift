import CommandSupport
import DatasetFetching
import ModelFiles

Tool.main(TBTrain.self) { error in
  if let error = error as? CheckpointError, case .noDescription = error.problem {
    return "--architecture can say it in a JSON file"
  }
  return switch error as? FetchError {
  case .interrupted, .refused: "--mirror takes the files from elsewhere"
  case .wrongFile: "fetch it again, or take another --mirror"
  default: nil
  }
}
