import ArgumentParser
import CommandSupport
import NeuralNetworks

/// What only one network's training has, and the words of its commands.
protocol NetworkOptions: SettingOptions {
  static var kind: NetworkKind { get }
  static var title: String { get }
  static var about: String { get }
}

extension NetworkOptions {
  static var network: NetworkKind? { kind }
}

/// What only LeNet has.
struct LeNetOptions: NetworkOptions {
  static let kind = NetworkKind.lenet
  static let title = "LeNet-5"
  static let about = """
    conv 5x5x32, pool 2, conv 5x5x64, pool 2, dense 1024, dropout, dense. Without flags it learns a \
    drawn data set and writes to logdir/.
    """

  @Option(.init("activation", \.activation), "What follows convolutions and dense layers.")
  var activation: Given

  @Option(
    .init("dense-activation", \.denseActivation), "What follows the dense layer.",
    default: "that of the convolutions", value: "activation")
  var denseActivation: Given

  @Option(
    .init("dropout", \.dropout, .below(1, from: 0)),
    "Share of the dense layer's units that is dropped.")
  var dropout: Given

  var given: [Given] { [activation, denseActivation, dropout] }
}

/// What only recurrent networks have.
struct RNNOptions: NetworkOptions {
  static let kind = NetworkKind.rnn
  static let title = "an RNN, LSTM or GRU that reads images row by row"
  static let about = """
    An image is a sequence of its rows; the state after the last one goes through a dense layer. \
    Without flags an LSTM learns drawn digits.
    """

  @Option(.init("cell", \.cell), "The recurrent layer; rnn is the plain one, with tanh.")
  var cell: Given

  @Option(.init("hidden", \.hidden, .within(1...65_536)), "Units of the recurrent layer.")
  var hidden: Given

  @Option(
    .init("forget-bias", \.forgetBias, .within(-1e6...1e6)),
    "Initial bias of an LSTM's forget gates.")
  var forgetBias: Given

  var given: [Given] { [cell, hidden, forgetBias] }
}

/// What only VGG has.
struct VGGOptions: NetworkOptions {
  static let kind = NetworkKind.vgg
  static let title = "a small VGG with batch normalisation"
  static let about = """
    Six convolutions of 3x3 in three groups, each group with twice the filters of the one before, three \
    poolings, the mean of each filter, dense. tbtrain recipe cifar10-color is a training for CIFAR-10 \
    in colour.
    """

  @Option(
    .init("width", \.width, .within(1...4096)), "Filters of the first group.",
    default: "32", value: "filters")
  var width: Given

  var given: [Given] { [width] }
}
