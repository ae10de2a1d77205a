import CommandSupport

Tool.main(TBTrain.self)
