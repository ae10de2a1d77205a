import CommandSupport
import DatasetFetching

Tool.main(TBTrain.self) { error in
  switch error as? FetchError {
  case .interrupted, .refused: "--mirror takes the files from elsewhere"
  case .wrongFile: "fetch it again, or take another --mirror"
  default: nil
  }
}
