import Foundation
import NeuralNetworks
import ProtobufWire
import Tensors
import Testing

@testable import ModelFiles

/// Model files that a fuzzer found, and what must happen instead of a trap, a wrong number or a read
/// outside of a buffer.
@Suite struct HostileModelTests {
  typealias Initializer = ONNXBytes.Initializer
  typealias Node = ONNXBytes.Node

  private func expect(
    _ model: ONNXBytes, _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try model.withFile { path in
      let error = #expect(throws: ONNXError.self, sourceLocation: sourceLocation) {
        try Checkpoint(path: path).makeModel()
      }
      #expect(error?.description == "\(path): \(sentence)", sourceLocation: sourceLocation)
    }
  }

  private let convolution = Node(type: "Conv", inputs: ["x", "w"], output: "y")

  @Test(arguments: [
    // Pieces that add up to the right number of bytes, but hold no whole number each.
    (1, [1, 1, 1, 1, 1, 1, 1, 1], 2), (1, [3, 5], 2), (1, [7, 1], 2), (11, [4, 12], 2),
    (10, [1, 3], 2), (7, [3, 5], 1), (6, [1, 3], 1),
  ])
  func `pieces of tensors hold whole numbers`(type: Int, pieces: [Int], count: Int) throws {
    let tensor = Initializer(name: "w", shape: [count, 1, 1, 1], type: type) { encoder in
      for piece in pieces { encoder.encode([UInt8](repeating: 0x41, count: piece), field: 4) }
    }
    let width = pieces.reduce(0, +) / count
    try expect(
      ONNXBytes(nodes: [convolution], initializers: [tensor]),
      "tensor \"w\" comes in pieces that don't hold whole numbers of \(width) bytes")
  }

  @Test func `pieces of whole numbers are read`() throws {
    let tensor = Initializer(name: "w", shape: [4, 1, 1, 1]) { encoder in
      for number in [[Float(1)], [2, 3], [4]] {
        encoder.encode(
          number.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }, field: 4)
      }
    }
    try ONNXBytes(nodes: [convolution], initializers: [tensor]).withFile { path in
      let model = try Checkpoint(path: path).makeModel()
      #expect((model.layers[0].layer as? Conv2D)?.weight.scalars == [1, 2, 3, 4])
    }
  }

  @Test func `a transposed constant may be seen under another shape`() throws {
    // m is [[0, …, 31], [32, …, 63]]; its transpose seen as [16, 4] begins 0, 32, 1, 33.
    let model = ONNXBytes(
      nodes: [
        Node(
          type: "Transpose", inputs: ["m"], output: "mt", integers: ["perm": [1, 0]]),
        Node(type: "Reshape", inputs: ["mt", "s"], output: "w"),
        Node(type: "Flatten", inputs: ["x"], output: "f"),
        Node(type: "Gemm", inputs: ["f", "w"], output: "y"),
      ],
      initializers: [
        .floats("m", [2, 32], (0..<64).map(Float.init)), .integers("s", [16, 4]),
      ])
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      var x = Tensor(zeros: [1, 4, 4, 1])
      x[0, 0, 0, 0] = 1
      #expect(network(x).scalars == [0, 32, 1, 33])
    }
  }

  @Test func `a transposed constant may be a bias`() throws {
    let model = ONNXBytes(
      nodes: [
        Node(type: "Transpose", inputs: ["m"], output: "mt", integers: ["perm": [1, 0]]),
        Node(type: "Reshape", inputs: ["mt", "s"], output: "b"),
        Node(type: "Conv", inputs: ["x", "w", "b"], output: "y"),
      ],
      initializers: [
        .floats("w", [4, 1, 1, 1], [1, 1, 1, 1]), .floats("m", [2, 2], [1, 2, 3, 4]),
        .integers("s", [4]),
      ])
    try model.withFile { path in
      let layer = try #require(try Checkpoint(path: path).makeModel().layers[0].layer as? Conv2D)
      #expect(layer.bias?.scalars == [1, 3, 2, 4])
    }
  }

  @Test func `weights with their dimensions in any order are brought into ours`() throws {
    // HWIO, as TensorFlow has it, twice exchanged on the way.
    let numbers = (0..<24).map(Float.init)
    let model = ONNXBytes(
      nodes: [
        Node(type: "Transpose", inputs: ["m"], output: "a", integers: ["perm": [3, 2, 1, 0]]),
        Node(type: "Transpose", inputs: ["a"], output: "w", integers: ["perm": [0, 1, 3, 2]]),
        Node(type: "Conv", inputs: ["x", "w"], output: "y"),
      ], initializers: [.floats("m", [3, 2, 1, 4], numbers)])
    try model.withFile { path in
      let layer = try #require(try Checkpoint(path: path).makeModel().layers[0].layer as? Conv2D)
      #expect(layer.weight.shape == [3, 2, 1, 4])
      #expect(layer.weight.scalars == numbers)
    }
  }

  @Test func `dimensions are exchanged a few times only`() throws {
    var model = ONNXBytes(nodes: [], initializers: [.floats("v0", [2, 3], [1, 2, 3, 4, 5, 6])])
    model.initializers += [.integers("s", [2, 3])]
    for step in 0..<9 {
      model.nodes.append(Node(type: "Transpose", inputs: ["v\(step)"], output: "t\(step)"))
      model.nodes.append(
        Node(type: "Reshape", inputs: ["t\(step)", "s"], output: "v\(step + 1)"))
    }
    model.nodes.append(Node(type: "Mul", inputs: ["x", "v9"], output: "y"))
    try expect(
      model, "the node that makes \"t8\" (Transpose) exchanges dimensions too often")
  }

  @Test(arguments: [
    [1 << 40, 1 << 40, 0], [0, .max, 1 << 31, 8], [1 << 62, .max, 0, 2], [0, 1 << 40, 1 << 40],
  ])
  func `a shape's other dimensions count where one is 0`(shape: [Int]) throws {
    for (type, node) in [
      (7, Node(type: "Reshape", inputs: ["x", "w"], output: "y")),
      (1, Node(type: "Mul", inputs: ["x", "w"], output: "y")),
      (6, Node(type: "Gather", inputs: ["w", "w"], output: "y")),
      (6, Node(type: "ConstantOfShape", inputs: ["w"], output: "y")),
    ] {
      try expect(
        ONNXBytes(
          nodes: [node], initializers: [Initializer(name: "w", shape: shape, type: type)]),
        "tensor \"w\" has the impossible shape \(shape)")
    }
  }

  @Test func `what nodes make has a possible shape`() throws {
    // 0 numbers of [2^40, 0] picked by 0 indices of [2^30, 0]: [2^40, 2^30, 0].
    try expect(
      ONNXBytes(
        nodes: [
          Node(type: "Gather", inputs: ["w", "i"], output: "v", integers: [:]),
          Node(type: "Mul", inputs: ["x", "v"], output: "y"),
        ],
        initializers: [
          Initializer(name: "w", shape: [0, 1 << 40], type: 7),
          Initializer(name: "i", shape: [1 << 30, 0], type: 7),
        ]),
      """
      the node that makes "v" (Gather) makes the impossible shape [1073741824, 0, 1099511627776]
      """)
  }

  @Test(arguments: [[3, 2, 1, 0], [0, 3, 2, 1]])
  func `an output in another order than layers have is refused`(order: [Int]) throws {
    try expect(
      ONNXBytes(
        nodes: [
          Node(type: "Relu", inputs: ["x"], output: "v"),
          Node(type: "Transpose", inputs: ["v"], output: "y", integers: ["perm": order]),
        ]),
      "its output \"y\" has its dimensions exchanged")
  }

  @Test(arguments: ["SAME_UPPER", "SAME_LOWER"])
  func `strides over more than windows see are refused with auto_pad`(kind: String) throws {
    var model = ONNXBytes(
      nodes: [
        Node(
          type: "MaxPool", inputs: ["x"], output: "y", name: "pool",
          integers: ["kernel_shape": [1, 1], "strides": [3, 3]], strings: ["auto_pad": kind])
      ])
    model.input = [1, 1, 4, 3]
    try expect(
      model,
      """
      node "pool" (MaxPool) strides over more pixels than its windows see, with auto_pad
      """)
    // Nothing is passed over here: the last window ends with the image.
    model.input = [1, 1, 4, 4]
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      #expect(network(Tensor(zeros: [1, 4, 4, 1])).shape == [1, 2, 2, 1])
    }
  }

  @Test func `rows and columns that were exchanged make rows in their order`() throws {
    let model = ONNXBytes(
      nodes: [
        Node(type: "Transpose", inputs: ["x"], output: "v", integers: ["perm": [0, 1, 3, 2]]),
        Node(type: "Flatten", inputs: ["v"], output: "y"),
      ])
    try model.withFile { path in
      let x = Tensor(shape: [1, 4, 4, 1], scalars: (0..<16).map { Float($0) })
      let expected = (0..<16).map { Float($0 % 4 * 4 + $0 / 4) }
      let network = try Checkpoint(path: path).makeModel()
      #expect(network(x).scalars == expected)
    }
  }

  @Test func `rows of images with the channels last are no output`() throws {
    var model = ONNXBytes(
      nodes: [
        Node(type: "Relu", inputs: ["x"], output: "v"),
        Node(type: "Transpose", inputs: ["v"], output: "w", integers: ["perm": [0, 2, 3, 1]]),
        Node(type: "Flatten", inputs: ["w"], output: "y"),
      ])
    model.input = [1, 2, 4, 4]
    try expect(model, "its output \"y\" has its dimensions exchanged")
  }

  @Test func `channels that an input only claims take no memory`() throws {
    var model = ONNXBytes(
      nodes: [Node(type: "Add", inputs: ["x", "c"], output: "y")],
      initializers: [.floats("c", [], [1])])
    model.input = [1, 1 << 32]
    try expect(model, "the node that makes \"y\" (Add) has 4294967296 channels")
  }

  @Test func `a scaling that others take under another name stays`() throws {
    let model = ONNXBytes(
      nodes: [
        Node(type: "Mul", inputs: ["x", "a"], output: "m"),
        Node(type: "Identity", inputs: ["m"], output: "v"),
        Node(type: "Add", inputs: ["v", "b"], output: "z"),
        Node(type: "Relu", inputs: ["z"], output: "r"),
        Node(type: "Add", inputs: ["r", "m"], output: "y"),
      ],
      initializers: [.floats("a", [], [2]), .floats("b", [], [-5])])
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      let x = Tensor(shape: [1, 4, 4, 1], scalars: (0..<16).map { Float($0) })
      let expected = x.scalars.map { (value: Float) -> Float in max(0, value * 2 - 5) + value * 2 }
      #expect(network(x).scalars == expected)
    }
  }

  @Test func `a concatenation of nothing is refused`() throws {
    try expect(
      ONNXBytes(nodes: [Node(type: "Concat", inputs: [], output: "y", integer: ["axis": 1])]),
      "the node that makes \"y\" (Concat) has no inputs")
  }

  @Test(arguments: [Int.min, -1, 0, 1 << 62])
  func `images of an impossible size are refused`(side: Int) throws {
    try expect(
      ONNXBytes(
        nodes: [
          Node(
            type: "ConvTranspose", inputs: ["x", "w"], output: "y",
            integers: ["output_shape": [side, 4]])
        ],
        initializers: [.floats("w", [1, 1, 1, 1], [1])]),
      "the node that makes \"y\" (ConvTranspose) has the impossible output_shape [\(side), 4]")
  }

  /// What a file only claims takes neither memory nor time.
  @Test func `parts of what is only claimed cost nothing`() throws {
    var model = ONNXBytes(
      nodes: [
        Node(
          type: "Slice", inputs: ["x"], output: "v",
          integers: ["starts": [0], "ends": [1 << 40], "axes": [1]]),
        Node(type: "Gather", inputs: ["v", "i"], output: "y", integer: ["axis": 1]),
      ],
      initializers: [.integers("i", [0, 1, (1 << 40) - 1])])
    model.input = [1, 1 << 40]
    try expect(
      model,
      "the node that makes \"y\" (Gather) takes [0, 1, 1099511627775] of 1099511627776, not one after the other"
    )
    try expect(
      ONNXBytes(
        nodes: [
          Node(
            type: "Slice", inputs: ["w"], output: "v",
            integers: ["starts": [0], "ends": [1 << 40], "axes": [1]]),
          Node(type: "Mul", inputs: ["x", "v"], output: "y"),
        ],
        initializers: [Initializer(name: "w", shape: [0, 1 << 40], type: 7)]),
      "the node that makes \"v\" (Slice) makes too many numbers")
    try expect(
      ONNXBytes(
        nodes: [
          Node(type: "Gather", inputs: ["w", "i"], output: "v", integer: ["axis": 1]),
          Node(type: "Mul", inputs: ["x", "v"], output: "y"),
        ],
        initializers: [
          Initializer(name: "w", shape: [1 << 40, 0], type: 7),
          Initializer(name: "i", shape: [0], type: 7),
        ]),
      "the node that makes \"v\" (Gather) makes too many numbers")
  }

  @Test(arguments: ["../\u{301}secret", "/\u{301}secret", "a/../\u{301}secret"])
  func `paths are cut at every slash`(location: String) throws {
    let tensor = Initializer(name: "w", shape: [1, 1, 1, 1]) { encoder in
      encoder.encodeMessage(field: 13) {
        $0.encode("location", field: 1)
        $0.encode(location, field: 2)
      }
      encoder.encode(1, field: 14)
    }
    let what = location.utf8.first == 0x2F ? "is an absolute path" : "leads out of the directory"
    try expect(
      ONNXBytes(nodes: [convolution], initializers: [tensor]),
      """
      the weights of tensor "w" should lie in \(location), which \(what); weights are read from \
      the model's own directory only
      """)
  }

  // MARK: Work that grows with the file

  /// `count` nodes in a row.
  private func chain(_ type: String, _ count: Int, _ second: String) -> ONNXBytes {
    var model = ONNXBytes(
      nodes: [Node(type: "Conv", inputs: ["x", "w"], output: "v0")],
      initializers: [.floats("w", [1, 1, 1, 1], [1]), .floats("c", [], [1.0001])])
    for step in 1...count {
      model.nodes.append(
        Node(type: type, inputs: ["v\(step - 1)", second], output: "v\(step)", name: "/a/c"))
    }
    return model
  }

  @Test func `many factors become one`() throws {
    try chain("Mul", 90_000, "c").withFile { path in
      let model = try Checkpoint(path: path).makeModel()
      #expect(model.layers.count == 1)
      let factor = try #require((model.layers[0].layer as? Conv2D)?.weight.scalars.first)
      #expect(abs(factor / 8_099 - 1) < 1e-2, "\(factor)")
    }
  }

  /// Both sides of a branch are affine: what the branch takes too isn't made a part of what follows it.
  @Test func `factors that others take stay layers`() throws {
    let model = ONNXBytes(
      nodes: [
        Node(type: "Mul", inputs: ["x", "c"], output: "a"),
        Node(type: "Add", inputs: ["a", "d"], output: "b"),
        Node(type: "Mul", inputs: ["b", "d"], output: "e"),
        Node(type: "Add", inputs: ["a", "e"], output: "y"),
      ], initializers: [.floats("c", [], [3]), .floats("d", [], [10])])
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      let x = Tensor(shape: [1, 4, 4, 1], scalars: (0..<16).map(Float.init))
      // 3x + 10 (3x + 10)
      #expect(network(x).scalars == (0..<16).map { 33 * Float($0) + 100 })
    }
  }

  @Test(arguments: [(5, 2, 2), (2, 1, 0), (1, 0, 0)])
  func `a response normalisation over one channel is read`(
    size: Int, before: Int, after: Int
  ) throws {
    // As PyTorch's exporter writes it for images of one channel: with a batch of one and a single channel,
    // three dimensions are 1 long, and only the padding tells which are the channels.
    let model = ONNXBytes(
      nodes: [
        Node(type: "Mul", inputs: ["x", "x"], output: "s"),
        Node(type: "Reshape", inputs: ["s", "five"], output: "s5"),
        Node(type: "Pad", inputs: ["s5", "pads"], output: "p"),
        Node(
          type: "AveragePool", inputs: ["p"], output: "m",
          integers: ["kernel_shape": [size, 1, 1], "strides": [1, 1, 1]]),
        Node(type: "Squeeze", inputs: ["m", "axis"], output: "m4"),
        Node(type: "Reshape", inputs: ["m4", "four"], output: "r"),
        Node(type: "Mul", inputs: ["r", "alpha"], output: "t"),
        Node(type: "Add", inputs: ["t", "k"], output: "u"),
        Node(type: "Pow", inputs: ["u", "beta"], output: "v"),
        Node(type: "Div", inputs: ["x", "v"], output: "y"),
      ],
      initializers: [
        .integers("five", [1, 1, 1, 4, 4]), .integers("four", [1, 1, 4, 4]),
        .integers("pads", [0, 0, before, 0, 0, 0, 0, after, 0, 0]), .integers("axis", [1]),
        .floats("alpha", [], [0.5]), .floats("k", [], [2]), .floats("beta", [], [0.75]),
      ])
    try model.withFile { path in
      let network = try Checkpoint(path: path).makeModel()
      let x = Tensor(shape: [1, 4, 4, 1], scalars: (0..<16).map { Float($0) - 7 })
      for (y, x) in zip(network(x).scalars, x.scalars) {
        #expect(abs(y - x / pow(2 + 0.5 * x * x / Float(size), 0.75)) < 1e-5)
      }
    }
  }

  @Test func `layers of one name grow linearly`() throws {
    func seconds(_ count: Int) throws -> Double {
      try chain("Conv", count, "w").withFile { path in
        // Processor time: other programs don't count.
        func now() -> Double {
          var time = timespec()
          clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
          return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        let model = try Checkpoint(path: path).makeModel()
        let time = now() - start
        #expect(model.layers.count == count + 1)
        #expect(model.layers[count].name == "a_\(count)")
        return time
      }
    }
    let times = try [5_000, 20_000].map { count in
      try (0..<3).map { _ in try seconds(count) }.min() ?? 0
    }
    // Four times as many: 4 if linear, 16 if quadratic.
    #expect(times[1] < 2.6 * 2.6 * times[0] + 0.01, "\(times) seconds")
  }

  // MARK: safetensors

  @Test func `a safetensors shape's other dimensions count where one is 0`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/s.safetensors"
      let header =
        #"{"a":{"dtype":"F32","shape":[1099511627776,1099511627776,0],"#
        + #""data_offsets":[0,0]}}"#
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init)
      try write(length + Array(header.utf8), to: path)
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
      #expect(
        error?.problem
          == .shapeTooLarge(tensor: "a", shape: [1 << 40, 1 << 40, 0]))
    }
  }
}
