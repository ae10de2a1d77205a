import Foundation
import TestFixtures
import Testing

@Suite(.enabled(if: sharedIsThere, needsShared)) struct FixtureArchiveTests {
  @Test func everyArrayHasTheShapeThatTheListSays() throws {
    let list = try Data(
      contentsOf: URL(fileURLWithPath: SharedFolder.path("fixtures/lenet/arrays.json")))
    let archives = try #require(
      try JSONSerialization.jsonObject(with: list) as? [String: [String: [Any]]])
    #expect(archives.count > 10)
    for (name, arrays) in archives {
      let archive = try FixtureArchive(leNet: name)
      #expect(archive.names == arrays.keys.sorted())
      for (key, entry) in arrays {
        let array = try archive.array(key)
        #expect(array.shape == entry[1] as? [Int])
        #expect(array.numbers.count + array.strings.count == array.shape.reduce(1, *))
      }
    }
  }

  @Test func stringsAndNumbersAreThoseOfNumpy() throws {
    let archive = try FixtureArchive(leNet: "images")
    let path = try archive.array("path").strings
    #expect(path.allSatisfy { $0.hasPrefix("CIFAR10/Test/") && $0.hasSuffix(".png") })
    // A softmax sums to 1.
    let probabilities = try archive.array("prob")
    #expect(abs(probabilities[3].numbers.reduce(0, +) - 1) < 1e-6)
  }
}
