import Foundation
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
  ]

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
