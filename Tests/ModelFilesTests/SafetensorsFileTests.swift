import Foundation
import Tensors
import Testing

@testable import ModelFiles

@Suite struct SafetensorsFileTests {
  /// Written by safetensors 0.8.0 of PyPI:
  /// `safetensors.torch.save({"a.weight": tensor([[1.5, -2], [3.25, inf]]), "b": half([.1, -65504, 6e-8]),
  /// "c": bfloat16([1, -3.140625]), "d": double(2.5), "e": zeros(0, 3), "n": int64([7])},
  /// {"note": "hé \"q\"\n😀"})`
  static let writtenByPython =
    """
    gAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoiaMOpIFwicVwiXG7wn5iAIn0sIm4iOnsiZHR5cGUiOiJJNjQi\
    LCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbXSwiZGF0\
    YV9vZmZzZXRzIjpbOCwxNl19LCJhLndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZz\
    ZXRzIjpbMTYsMzJdfSwiZSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMzIsMzJd\
    fSwiYyI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlszMiwzNl19LCJiIjp7ImR0eXBl\
    IjoiRjE2Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbMzYsNDJdfX0gICAHAAAAAAAAAAAAAAAAAARAAADAPwAA\
    AMAAAFBAAACAf4A/ScBmLv/7AQA=
    """

  @Test func readsWhatPythonWrote() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/python.safetensors"
      try write(try #require(Data(base64Encoded: Self.writtenByPython)), to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == ["note": "hé \"q\"\n😀"])
      #expect(file.entries.map(\.name) == ["n", "d", "a.weight", "e", "c", "b"])
      #expect(
        try file.tensor(named: "a.weight")
          == Tensor(shape: [2, 2], scalars: [1.5, -2, 3.25, .infinity]))
      #expect(
        try file.tensor(named: "b")
          == Tensor(shape: [3], scalars: [0.0999755859375, -65504, 0x1p-24]))
      #expect(try file.tensor(named: "c") == Tensor(shape: [2], scalars: [1, -3.140625]))
      #expect(try file.tensor(named: "d") == Tensor(shape: [], scalars: [2.5]))
      #expect(try file.tensor(named: "e") == Tensor(zeros: [0, 3]))
      #expect(
        throws: SafetensorsError(path, .notFloatingPoint(tensor: "n", type: "I64")),
        performing: { try file.tensor(named: "n") })
      #expect(
        throws: SafetensorsError(path, .noSuchTensor("x")),
        performing: { try file.tensor(named: "x") })
    }
  }

  private func example() -> NamedTensors {
    var tensors = NamedTensors()
    tensors["conv1.weight"] = Tensor(shape: [2, 1, 1, 2], scalars: [1, -2, .nan, 4])
    tensors["a \"strange\" näme\u{1}"] = Tensor(shape: [], scalars: [0.5])
    tensors["none"] = Tensor(zeros: [0])
    return tensors
  }

  @Test func readsBackWhatItWrote() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.safetensors"
      let metadata = ["seed": "1", "text": "two\nlines, \"quoted\" \\ and 😀\u{7}"]
      try SafetensorsFile.write(example(), metadata: metadata, to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == metadata)
      let tensors = try file.tensors()
      #expect(tensors.names == example().names)
      for (name, tensor) in example() {
        #expect(tensors[name]?.shape == tensor.shape)
        #expect(tensors[name]?.scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
      }
    }
  }

  @Test func theSameTensorsGiveTheSameBytesAndAnAlignedHeader() throws {
    try withTemporaryFolder { folder in
      let metadata = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key\($0)", "\($0)") })
      try SafetensorsFile.write(example(), metadata: metadata, to: folder + "/1")
      try SafetensorsFile.write(example(), metadata: metadata, to: folder + "/2")
      let first = try Data(contentsOf: URL(fileURLWithPath: folder + "/1"))
      #expect(try first == Data(contentsOf: URL(fileURLWithPath: folder + "/2")))
      #expect(first.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }.isMultiple(of: 8))
    }
  }

  @Test func aFileThatCantBeWrittenLeavesNothingBehind() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/missing/x.safetensors"
      #expect(
        throws: SafetensorsError(path, .system("can't be written: No such file or directory"))
      ) { try SafetensorsFile.write(example(), to: path) }
      // A folder can't be replaced by a file: the rename fails, after everything was written.
      try FileManager.default.createDirectory(
        atPath: folder + "/taken/inside", withIntermediateDirectories: true)
      #expect(throws: SafetensorsError.self) {
        try SafetensorsFile.write(example(), to: folder + "/taken")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    }
  }

  @Test func halvesAreWidenedExactly() {
    #expect(SafetensorsType.float(half: 0x3C00) == 1)
    #expect(SafetensorsType.float(half: 0xC000) == -2)
    #expect(SafetensorsType.float(half: 0x0001) == 0x1p-24)
    #expect(SafetensorsType.float(half: 0x7BFF) == 65504)
    #expect(SafetensorsType.float(half: 0xFC00) == -.infinity)
    #expect(SafetensorsType.float(half: 0x7E01).isNaN)
    #expect(SafetensorsType.float(half: 0x8000).sign == .minus)
    #if !(os(macOS) && arch(x86_64))
      for bits in UInt16.min...UInt16.max where !Float16(bitPattern: bits).isNaN {
        #expect(SafetensorsType.float(half: bits) == Float(Float16(bitPattern: bits)))
      }
    #endif
  }
}
