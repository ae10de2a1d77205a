import Foundation
import NeuralNetworks
import Tensors
import Testing

@Suite struct ReadmeTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
      .components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  /// The README and the articles of the catalogs.
  private static let texts = [
    "README.md", "Sources/TensorBoard/TensorBoard.docc/LogFromYourOwnLoop.md",
    "Sources/TensorBoard/TensorBoard.docc/LogFromACallback.md",
    "Sources/TensorBoard/TensorBoard.docc/LogAServer.md",
    "Sources/Visualization/Visualization.docc/ProjectAFeatureMap.md",
    "Sources/EventFiles/EventFiles.docc/TheEventFileFormat.md",
    "Sources/NeuralNetworks/NeuralNetworks.docc/WriteALayer.md",
  ]

  /// The layers of the article *Write a layer* have the gradients that finite differences have.
  @Test func layersOfTheArticleHaveRightGradients() {
    let input = Tensor(shape: [2, 3], scalars: [-2, -0.5, 0.1, 0.7, 1.5, 3])
    var scale = Scale(features: 3)
    scale.weight = Tensor(shape: [3], scalars: [0.5, -2, 3])
    for layer in [SiLU(), scale] as [any Layer] {
      let (output, trace) = layer.forward(input)
      let gradients = layer.backward(Tensor(shape: output.shape, repeating: 1), trace)
      for position in 0..<input.count {
        let got = gradients.input?.scalars[position] ?? .nan
        #expect(abs(got - slope(of: layer, at: input, position)) < 1e-2, "\(layer) \(position)")
      }
    }
    #expect(scale.backward(input, scale.forward(input).trace).parameters["weight"]?.count == 3)
    let model = articleLayers()
    #expect(model(Tensor(zeros: [5, 4])).shape == [5, 3])
    #expect(model.parameters["scale.weight"]?.count == 8)
  }

  @Test(arguments: texts) func everySwiftBlockIsCompiled(text: String) throws {
    let compiled = try lines("Tests/ReadmeTests/ReadmeBlocks.swift")
    var blocks: [[String]] = []
    var isInside = false
    for line in try lines(text) {
      if line == "```swift" {
        isInside = true
        blocks.append([])
      } else if line.hasPrefix("```") {
        isInside = false
      } else if isInside, !line.hasPrefix("import ") {
        blocks[blocks.count - 1].append(line)
      } else if isInside {
        #expect(compiled.contains(line), "\(text) imports what the tests don't: \(line)")
      }
    }
    #expect(blocks.count >= 2)
    for block in blocks {
      let isThere = compiled.indices.contains { compiled[$0...].starts(with: block) }
      #expect(isThere, "\(text) has a block that ReadmeBlocks.swift hasn't:\n\(block)")
    }
  }

  @Test func everyFileThatIsLinkedIsThere() throws {
    let text = try lines("README.md").joined(separator: "\n")
    let links = text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    #expect(!links.isEmpty)
    for link in links where !link.hasPrefix("http") {
      let path = Self.root.appending(path: link).path
      #expect(FileManager.default.fileExists(atPath: path), "README.md links to \(link)")
    }
  }
}
