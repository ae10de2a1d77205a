import NeuralNetworks
import Tensors

extension LayerType {
  static let functions = [
    simple("ReLU", "relu", "inplace") { ReLU() }, simple("Sigmoid", "sigmoid") { Sigmoid() },
    simple("Tanh", "tanh") { Tanh() }, simple("Softmax", "softmax", "dim") { Softmax() },
    simple("LogSoftmax", "logsoftmax", "dim") { LogSoftmax() },
    LayerType(
      "LeakyReLU", "leakyrelu", "negative_slope inplace",
      describe: { (layer: LeakyReLU) in ["negative_slope": JSONValue(layer.slope)] },
      make: { LeakyReLU(slope: try $0.number("negative_slope", 0.01)) }),
    LayerType(
      "Dropout", "dropout", "p inplace",
      describe: { (layer: Dropout) in ["p": JSONValue(layer.rate)] },
      make: { layer in
        let rate = try layer.number("p", 0.5)
        guard (0..<1).contains(rate) else { throw layer.bad("the impossible dropout rate \(rate)") }
        return Dropout(rate: rate)
      }),
    LayerType("ReLU6", "relu", "inplace") { _ in Hardtanh(least: 0, most: 6) },
    LayerType(
      "Hardtanh", "hardtanh", "min_val max_val inplace",
      describe: { (layer: Hardtanh) in
        ["min_val": JSONValue(layer.least), "max_val": JSONValue(layer.most)]
      },
      make: { layer in
        let (least, most) = (try layer.number("min_val", -1), try layer.number("max_val", 1))
        guard least <= most else {
          throw layer.bad("the min_val \(least) above the max_val \(most)")
        }
        return Hardtanh(least: least, most: most)
      }),
    LayerType(
      "Hardsigmoid", "hardsigmoid", "alpha beta inplace",
      describe: { (layer: Hardsigmoid) in
        ["alpha": JSONValue(layer.alpha), "beta": JSONValue(layer.beta)]
      },
      make: {
        Hardsigmoid(alpha: try $0.number("alpha", 1 / 6), beta: try $0.number("beta", 0.5))
      }),
    simple("Hardswish", "hardswish", "inplace") { Hardswish() },
    simple("SiLU", "silu", "inplace") { SiLU() },
    LayerType(
      "ELU", "elu", "alpha inplace",
      describe: { (layer: ELU) in ["alpha": JSONValue(layer.alpha)] },
      make: { ELU(alpha: try $0.number("alpha", 1)) }),
    LayerType(
      "GELU", "gelu", "approximate",
      describe: { (layer: GELU) in ["approximate": .string(layer.usesTanh ? "tanh" : "none")] },
      make: { GELU(usesTanh: try $0.word("approximate", "none", of: ["none", "tanh"]) == "tanh") }),
    LayerType(
      "PReLU", "prelu", "num_parameters",
      describe: { (layer: PReLU) in ["num_parameters": JSONValue(layer.weight.count)] },
      make: { layer in
        let shape = try layer.shape(of: "weight", rank: 1)
        try layer.expect("num_parameters", shape[0], by: shape)
        return PReLU(weight: try layer.parameter("weight", shape))
      }),
  ]

  static let rows =
    [
      simple("Add", "add") { Add() }, simple("Concat", "concat") { Concat() },
      simple("Mul", "mul") { Mul() }, simple("Sub", "sub") { Sub() },
      simple("Flatten", "flatten") { Flatten() },
      simple("RowSequence", "rows") { RowSequence() },
      LayerType(
        "Linear", "fc", "in_features out_features bias",
        describe: { (layer: Dense) in
          [
            "in_features": JSONValue(layer.inputs), "out_features": JSONValue(layer.outputs),
            "bias": .bool(layer.bias != nil),
          ]
        },
        make: { layer in
          let shape = try layer.shape(of: "weight", rank: 2)
          try layer.expect("in_features", shape[1], by: shape)
          try layer.expect("out_features", shape[0], by: shape)
          return Dense(
            weight: try layer.parameter("weight", shape), bias: try layer.bias(shape[0]))
        }),
    ] + [
      recurrent("RNN", "rnn") { SimpleRNN(weights: $0, returnsSequence: $1) },
      recurrent("LSTM", "lstm") { LSTM(weights: $0, returnsSequence: $1) },
      recurrent("GRU", "gru") { GRU(weights: $0, returnsSequence: $1) },
    ]

  /// A layer that is made of nothing.
  static func simple<Simple: Layer>(
    _ name: String, _ kind: String, _ settings: String = "",
    _ make: @escaping @Sendable () -> Simple
  ) -> LayerType {
    LayerType(name, kind, settings, describe: { (_: Simple) in [:] }, make: { _ in make() })
  }

  private static func recurrent<Recurrent: RecurrentLayer>(
    _ name: String, _ kind: String,
    _ make: @escaping @Sendable (RecurrentWeights, _ returnsSequence: Bool) -> Recurrent
  ) -> LayerType {
    LayerType(
      name, kind, "input_size hidden_size batch_first returns_sequence",
      describe: { (layer: Recurrent) in
        [
          "input_size": JSONValue(layer.inputs), "hidden_size": JSONValue(layer.hidden),
          "batch_first": true, "returns_sequence": .bool(layer.returnsSequence),
        ]
      },
      make: { layer in
        let input = try layer.shape(of: "weight_ih_l0", rank: 2)
        let hidden = try layer.shape(of: "weight_hh_l0", rank: 2)[1]
        try layer.expect("input_size", input[1], by: input)
        try layer.expect("hidden_size", hidden, by: [input[0], hidden])
        guard try layer.flag("batch_first", true) else {
          throw layer.bad("the batch in the second dimension; \"batch_first\" must be true")
        }
        let (rows, isTooLarge) = hidden.multipliedReportingOverflow(by: Recurrent.gates)
        guard !isTooLarge, hidden <= 65536 else { throw layer.bad("\(hidden) hidden units") }
        return make(
          RecurrentWeights(
            input: try layer.parameter("weight_ih_l0", [rows, input[1]]),
            recurrent: try layer.parameter("weight_hh_l0", [rows, hidden]),
            inputBias: try layer.parameter("bias_ih_l0", [rows]),
            recurrentBias: try layer.parameter("bias_hh_l0", [rows])),
          try layer.flag("returns_sequence", false))
      })
  }
}
