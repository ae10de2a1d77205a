import Foundation
import Images
import Testing

@Suite struct TBTrainDataTests {
  @Test func `the data sets known by name are listed`() throws {
    try withTemporaryFolder { folder in
      let result = try Tool.tbtrain.run(["data", "list"], in: folder)
      #expect(result.code == 0)
      #expect(
        result.lines.map { $0.prefix { $0 != " " } } == [
          "name", "shapes", "digits", "mnist", "fashion-mnist", "cifar10",
        ])
    }
  }

  @Test func `a contact sheet has a row of images for each class`() throws {
    try withTemporaryFolder { folder in
      let arguments = ["data", "preview", "--data", "digits", "--per-class", "3"]
      let result = try Tool.tbtrain.run(arguments, in: folder)
      #expect(result.code == 0)
      #expect(result.lines.contains("output   preview.png"))
      let sheet = try Image(contentsOf: folder + "/preview.png")
      #expect(sheet.height == 10 * 56 + 9 * 2 + 12)
      let again = try Tool.tbtrain.run(arguments, in: folder)
      #expect(again.code == 1)
      #expect(again.errors == "tbtrain: preview.png: exists already; --force replaces it\n")
    }
  }

  @Test func `a server that nobody runs is told, and a name that isn't known`() throws {
    try withTemporaryFolder { folder in
      let failed = try Tool.tbtrain.run(
        ["data", "fetch", "mnist", "--mirror", "http://127.0.0.1:1/"], in: folder)
      #expect(failed.code == 1)
      #expect(failed.errors.contains("the same command goes on from there"))
      let unknown = try Tool.tbtrain.run(["data", "fetch", "imagenet"], in: folder)
      #expect(unknown.code == 64)
      #expect(unknown.errors.hasPrefix("tbtrain: there is no data set \"imagenet\" to fetch"))
    }
  }

  @Test func `a checkpoint is evaluated as its training was`() throws {
    try withTemporaryFolder { folder in
      let training = try Tool.tbtrain.run(
        "lenet --data digits --train-per-class 20 --test-per-class 5 --batch-size 20 --steps 30"
          .split(separator: " ").map(String.init), in: folder)
      let accuracy = try #require(training.lines.first { $0.hasPrefix("test accuracy") })
      let result = try Tool.tbtrain.run(["evaluate", "--logdir", "logdir"], in: folder)
      #expect(result.code == 0)
      #expect(result.lines.contains(accuracy))
      #expect(result.lines.contains("data           50 test images of digits"))
      // Each row of the matrix counts the five images of its class.
      for line in result.lines.suffix(10) {
        let numbers = line.split(separator: " ").dropFirst(2).dropLast(2).compactMap { Int($0) }
        #expect(numbers.count == 10 && numbers.reduce(0, +) == 5, "\(line)")
      }
      _ = try Image(contentsOf: folder + "/confusion.png")
      let run = try LoggedRun(folder: folder + "/logdir/evaluate")
      #expect(run.steps("accuracy/test") == [30])
      #expect(run.steps("confusion") == [30])

      let other = try Tool.tbtrain.run(
        ["evaluate", "--data", "nowhere", "--output", "other.png"], in: folder)
      #expect(other.code == 1)
      #expect(!FileManager.default.fileExists(atPath: folder + "/other.png"))
    }
  }
}
