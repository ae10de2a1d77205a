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
      #expect(
        failed.errors.hasSuffix(
          "fetching it again goes on from there; --mirror takes the files from elsewhere\n"))
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

  @Test func `evaluated again, the numbers come and the image stays`() throws {
    try withTemporaryFolder { folder in
      func run(_ arguments: String) throws -> Tool.Result {
        try Tool.tbtrain.run(arguments.split(separator: " ").map(String.init), in: folder)
      }
      let flags = "--hidden 4 --train-per-class 5 --test-per-class 5 --steps 2 --quiet"
      #expect(try run("rnn \(flags) --class-names a,b,c,d,e,f,g,h,i,j").code == 0)
      let first = try run("evaluate --quiet")
      #expect(first.code == 0 && first.errors == "")
      #expect(first.output.contains("0  a      "))
      let image = folder + "/confusion.png"
      let written = try FileManager.default.attributesOfItem(atPath: image)[.modificationDate]
      let again = try run("evaluate --quiet")
      #expect(again.code == 0)
      #expect(again.errors == "tbtrain: confusion.png: exists already; --force replaces it\n")
      #expect(
        again.lines.filter { $0.hasPrefix("test ") } == first.lines.filter { $0.hasPrefix("test ") }
      )
      #expect(
        try FileManager.default.attributesOfItem(atPath: image)[.modificationDate] as? Date
          == written as? Date)
      // A file that was asked for is missed; other classes are said.
      #expect(try run("evaluate --quiet --output confusion.png").code == 1)
      let other = try run("evaluate --quiet --data shapes --force")
      #expect(other.code == 0)
      #expect(
        other.errors.hasPrefix(
          "tbtrain: the classes of shapes are disc, ring, half disc, crescent, heart, triangle"))
      #expect(
        other.errors.hasSuffix(
          "learned a, b, c, d, e, f, g, h, i, j: they are compared by position\n"))
    }
  }

  @Test func `data that no network can learn from is refused in words`() throws {
    try withTemporaryFolder { folder in
      func write(_ name: String, side: Int, classes: [String]) throws {
        for part in ["Train", "Test"] {
          for name in classes.map({ "\(folder)/\(name)/\(part)/\($0)" }) {
            try FileManager.default.createDirectory(
              atPath: name, withIntermediateDirectories: true)
            try Image(width: side, height: side, channels: 1, filledWith: .white)
              .write(to: name + "/1.png")
          }
        }
      }
      try write("tiny", side: 3, classes: ["a", "b"])
      try write("one", side: 28, classes: ["a"])
      try write("two", side: 8, classes: ["a", "b"])
      for (flags, sentence) in [
        (
          "--data tiny",
          "tiny: has images of 3x3x1, but LeNet-5 pools twice and takes 4x4 or larger"
        ),
        ("--data one", "one: has a single class, a; a classifier tells two or more apart"),
        ("--data two --class-names cat", "two: has 2 classes, but --class-names names 1"),
      ] {
        let result = try Tool.tbtrain.run(
          ("lenet " + flags).split(separator: " ").map(String.init), in: folder)
        #expect(result.code == 1)
        #expect(result.errors == "tbtrain: \(sentence)\n")
      }
      let result = try Tool.tbtrain.run(
        "lenet --data two --batch-size 5 --steps 2 --quiet".split(separator: " ").map(String.init),
        in: folder)
      #expect(result.code == 0)
      #expect(
        result.errors
          == "tbtrain: --batch-size 5 is more than the 2 training images: each update learns from "
          + "all of them\n")
    }
  }

  @Test func `test images alone are enough to evaluate`() throws {
    try withTemporaryFolder { folder in
      let flags = "rnn --hidden 4 --train-per-class 5 --test-per-class 5 --steps 2 --quiet"
      #expect(
        try Tool.tbtrain.run(flags.split(separator: " ").map(String.init), in: folder).code == 0)
      // MNIST's test files without the others: an image of each digit.
      let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28]
      let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 10]
      try FileManager.default.createDirectory(
        atPath: folder + "/t10k", withIntermediateDirectories: false)
      try Data(images + [UInt8](repeating: 7, count: 7840)).write(
        to: URL(fileURLWithPath: folder + "/t10k/t10k-images-idx3-ubyte"))
      try Data(labels + (0..<10)).write(
        to: URL(fileURLWithPath: folder + "/t10k/t10k-labels-idx1-ubyte"))
      for digit in 0..<10 {
        let path = "\(folder)/tree/Test/\(digit)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Image(width: 28, height: 28, channels: 1, filledWith: .white).write(to: path + "/1.png")
      }
      for data in ["t10k", "tree"] {
        let result = try Tool.tbtrain.run(
          ["evaluate", "--quiet", "--force", "--data", data], in: folder)
        #expect(result.code == 0 && result.errors == "", "\(result.errors)")
        #expect(result.lines.contains { $0.hasPrefix("data ") && $0.contains("10 test images") })
        let trained = try Tool.tbtrain.run(["rnn", "--data", data], in: folder)
        #expect(trained.code == 1 && trained.errors.contains("not found"), "\(trained.errors)")
      }
    }
  }
}
