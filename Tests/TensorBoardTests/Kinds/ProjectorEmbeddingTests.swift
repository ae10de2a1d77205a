import EventFiles
import Foundation
import Images
import TensorBoard
import Testing

@Suite struct ProjectorEmbeddingTests {
  private let vectors: [[Float]] = [[1, 0.5], [-2, 3], [0, 0]]

  /// A run with an embedding: its folder and configuration, as the body wants them.
  private func withRun(
    _ embeddings: [(ProjectorEmbedding, Int?)], _ body: (String, String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let writer = try SummaryWriter(directory: folder)
      for (embedding, step) in embeddings { try writer.add(embedding, step: step) }
      try writer.close()
      let configuration = try String(
        contentsOfFile: folder + "/projector_config.pbtxt", encoding: .utf8)
      try body(folder, configuration)
    }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func `vectors are raw numbers with their shape`() throws {
    try withRun([(ProjectorEmbedding("e", vectors: vectors), nil)]) { folder, configuration in
      #expect(
        configuration == """
          embeddings {
            tensor_name: "e"
            tensor_shape: 3
            tensor_shape: 2
            tensor_path: "projector/e/tensors.bytes"
          }

          """)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/projector/e/tensors.bytes"))
      #expect(
        [UInt8](bytes)
          == vectors.joined().flatMap {
            withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init)
          })
    }
  }

  @Test func `doubles make the same files`() throws {
    let doubles = vectors.joined().map(Double.init)
    try withRun([(ProjectorEmbedding("e", vectors: doubles, dimension: 2), nil)]) { folder, _ in
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/projector/e/tensors.bytes"))
      #expect(bytes.count == 24)
      #expect(bytes.starts(with: [0, 0, 0x80, 0x3f, 0, 0, 0, 0x3f]))
    }
  }

  @Test func `numbers that could be text are written as text`() throws {
    try withRun([(ProjectorEmbedding("e", vectors: [[0, 0], [0, 2]]), nil)]) {
      folder, configuration in
      #expect(configuration.contains("tensor_path: \"projector/e/tensors.tsv\""))
      let text = try text(folder + "/projector/e/tensors.tsv")
      #expect(text == "0.0\t0.0\n0.0\t2.0\n")
    }
    // The reader would fail in the text before it came to the bytes that are none.
    let late = [Float](repeating: 2, count: 4_000) + [1]
    try withRun([(ProjectorEmbedding("e", vectors: late, dimension: 1), nil)]) {
      folder, configuration in
      #expect(configuration.contains("tensors.tsv"))
      let text = try text(folder + "/projector/e/tensors.tsv")
      #expect(text.hasSuffix("2.0\n1.0\n"))
    }
  }

  @Test func `one column has no name, several have`() throws {
    let one = try ProjectorEmbedding("e", vectors: vectors, columns: ["label": ["a", "", "ü"]])
    try withRun([(one, nil)]) { folder, _ in
      let text = try text(folder + "/projector/e/metadata.tsv")
      #expect(text == "a\n(empty)\nü\n")
    }
    let two = try ProjectorEmbedding(
      "e", vectors: vectors, columns: ["label": ["a", "b", " "], "n": ["1", "", "3"]])
    try withRun([(two, nil)]) { folder, configuration in
      let text = try text(folder + "/projector/e/metadata.tsv")
      #expect(text == "label\tn\na\t1\nb\t\n(empty)\t3\n")
      #expect(configuration.contains("metadata_path: \"projector/e/metadata.tsv\""))
    }
  }

  @Test func `sprites are one image of rows and columns`() throws {
    let sprites = (0..<3).map {
      Image(width: 4, height: 2, channels: 1, filledWith: Color(gray: UInt8($0 * 50)))
    }
    let embedding = try ProjectorEmbedding("e", vectors: vectors, sprites: sprites)
    try withRun([(embedding, nil)]) { folder, configuration in
      let shown = try Image(contentsOf: folder + "/projector/e/sprite.png")
      #expect(shown == Image.grid(sprites, columns: 2, spacing: 0))
      #expect(
        configuration.contains(
          """
            sprite {
              image_path: "projector/e/sprite.png"
              single_image_dim: 4
              single_image_dim: 2
            }
          """))
    }
  }

  /// TensorBoard finds a sprite's row by the number of rows, not of columns.
  @Test(arguments: [(1, 1), (2, 2), (5, 3), (300, 18)])
  func `sprites have as many rows as columns`(count: Int, side: Int) throws {
    let sprite = Image(width: 4, height: 2, channels: 3, filledWith: .white)
    let embedding = try ProjectorEmbedding(
      "e", vectors: (0..<count).map { [Float($0), 1, 2] },
      sprites: [Image](repeating: sprite, count: count))
    try withRun([(embedding, nil)]) { folder, _ in
      let shown = try Image(contentsOf: folder + "/projector/e/sprite.png")
      #expect((shown.width, shown.height) == (4 * side, 2 * side))
    }
  }

  @Test func `sprites shrink to what browsers draw`() throws {
    let sprite = Image(width: 5_000, height: 500, channels: 1, filledWith: .gray)
    let embedding = try ProjectorEmbedding(
      "e", vectors: vectors, sprites: [Image](repeating: sprite, count: 3))
    try withRun([(embedding, nil)]) { folder, configuration in
      let shown = try Image(contentsOf: folder + "/projector/e/sprite.png")
      #expect((shown.width, shown.height) == (8_192, 818))
      #expect(configuration.contains("single_image_dim: 4096\n    single_image_dim: 409\n"))
    }
  }

  @Test func `several embeddings and steps stand side by side, and one replaces itself`() throws {
    let first = try ProjectorEmbedding("e", vectors: vectors)
    let wide = try ProjectorEmbedding("e", vectors: [[1, 2, 3]], columns: ["label": ["} \"x\""]])
    let other = try ProjectorEmbedding(#"a"\{/ü"#, vectors: vectors)
    try withRun([(first, 5), (other, nil), (first, -100_000), (wide, 5)]) { folder, configuration in
      let names = configuration.split(separator: "\n").filter { $0.contains("tensor_name") }
      #expect(
        names == [
          #"  tensor_name: "a\"\\{/ü""#, #"  tensor_name: "e:-100000""#,
          #"  tensor_name: "e:00005""#,
        ])
      #expect(
        configuration.hasSuffix(
          "    tensor_shape: 3\n".dropFirst(2) + """
              tensor_path: "projector/e%3A00005/tensors.bytes"
              metadata_path: "projector/e%3A00005/metadata.tsv"
            }

            """))
      #expect(FileManager.default.fileExists(atPath: folder + "/projector/a%22%5C%7B%2F%C3%BC"))
    }
  }

  @Test func `what others wrote into the configuration stays`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/projector_config.pbtxt"
      let before = "model_checkpoint_path: \"m\"\nembeddings {\n  tensor_name: \"t\"\n}\n"
      try before.write(toFile: path, atomically: true, encoding: .utf8)
      try ProjectorEmbedding("e", vectors: vectors).write(toRun: folder)
      #expect(try text(path).hasPrefix(before + "embeddings {\n  tensor_name: \"e\"\n"))
      try ProjectorEmbedding("t", vectors: vectors).write(toRun: folder)
      #expect(
        try text(path).hasPrefix("model_checkpoint_path: \"m\"\nembeddings {\n  tensor_name: \"e\"")
      )
      #expect(try text(path).components(separatedBy: "tensor_name").count == 3)
    }
  }

  @Test func `an embedding whose files can't be made is told`() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/projector"))
      let error = #expect(throws: EventFileError.self) {
        try ProjectorEmbedding("e", vectors: vectors).write(toRun: folder)
      }
      #expect(error?.description.contains(folder + "/projector/e") == true)
    }
  }

  @Test func `what is no embedding is refused`() {
    func refusal(
      _ vectors: [[Float]], _ columns: KeyValuePairs<String, [String]> = [:],
      _ sprites: [Image] = [], name: String = "e"
    ) -> SummaryError? {
      #expect(throws: SummaryError.self) {
        try ProjectorEmbedding(name, vectors: vectors, columns: columns, sprites: sprites)
      }
    }
    #expect(refusal([]) == .empty(tag: "e", what: "vectors"))
    #expect(refusal([[]]) == .empty(tag: "e", what: "vectors"))
    #expect(refusal(vectors, name: "") == .empty(tag: "embedding", what: "letters in its name"))
    #expect(
      refusal([[1, 2], [1]])
        == .wrongCount(
          tag: "e", what: "numbers in vector 1", got: 1, expected: "2 as in the first"))
    #expect(
      refusal([[1, .infinity]])
        == .notFinite(tag: "e", what: "vectors", index: 1, value: .infinity))
    #expect(
      refusal(vectors, ["l": ["a"]])
        == .wrongCount(
          tag: "e", what: "values in the column l", got: 1, expected: "3, one a vector"))
    #expect(
      refusal(vectors, ["l": ["a", "b", "c"], "l": ["a", "b", "c"]])
        == .duplicate(tag: "e", what: "column", name: "l"))
    for text in ["a\tb", "a\nb", "a\r\nb", "a\u{2028}b"] {
      #expect(
        refusal(vectors, ["l": ["a", text, "c"]])
          == .outOfRange(
            tag: "e", what: "a text in the column l", value: text.debugDescription,
            expected: "a text without tabs and line feeds"))
    }
    #expect(refusal(vectors, ["l\t": ["a", "b", "c"]]) != nil)
    let small = Image(width: 2, height: 2, channels: 1, filledWith: .black)
    let wide = Image(width: 3, height: 2, channels: 1, filledWith: .black)
    #expect(
      refusal(vectors, [:], [small])
        == .wrongCount(tag: "e", what: "sprites", got: 1, expected: "3, one a vector"))
    #expect(
      refusal(vectors, [:], [small, small, wide])
        == .outOfRange(
          tag: "e", what: "sprite 2", value: "3x2 gray", expected: "2x2 as the first"))
    #expect(throws: SummaryError.self) {
      try ProjectorEmbedding("e", vectors: [1.0, 2, 3], dimension: 2)
    }
    #expect(throws: SummaryError.self) {
      try ProjectorEmbedding("e", vectors: [1.0, 2, 3], dimension: 0)
    }
  }
}
