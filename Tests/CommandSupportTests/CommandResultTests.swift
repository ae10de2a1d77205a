import ArgumentParser
import Charts
import Foundation
import Images
import NumPyFiles
import TensorBoard
import Testing
import TextOutput

@testable import CommandSupport

@Suite struct CommandResultTests {
  private struct Entry {
    var filter: Int
    var share: Double
    var value: Float?
  }

  private var result: CommandResult {
    var result = CommandResult()
    result.fact("layer", "1 (conv1)")
    result.fact("nothing", nil)
    result.fact("images", "a\u{1B}[2J.png")
    result.summary = [JSON(["images": 2])]
    result.table(
      [
        Entry(filter: 7, share: 0.5, value: 1.23456), Entry(filter: 12, share: 1),
        Entry(filter: 3, share: .nan, value: -2),
      ], shown: 2, remedy: "--rows 0 shows all",
      columns: [
        Column(nil, key: "layer") { _ in 1 }, Column("filter", key: "filter") { $0.filter },
        Column("share", .percent, key: "share") { $0.share },
        Column("value", .number(3), key: "value") { $0.value },
        Column("change", .change(1)) { $0.share - 0.5 },
      ])
    result.section("a sentence")
    result.section(nil)
    result.array("share", [0.5, 1])
    result.array("square", shape: [1, 2, 2], [1, 2, 3, 4] as [Float])
    result.draw(Drawing(Image(width: 3, height: 2, channels: 1, filledWith: .white)), tag: "a/b")
    return result
  }

  @Test func peopleGetFactsTablesAndSentences() {
    #expect(
      result.text == #"""
        layer   1 (conv1)
        images  a\u{1b}[2J.png

        filter    share  value  change
             7   50.0 %   1.23     0.0
            12  100.0 %      -    +0.5
        (1 more; --rows 0 shows all)

        a sentence
        """#)
  }

  @Test func programsGetAnObjectALineTheWholeFirst() {
    #expect(
      result.json == """
        {"images":2}
        {"layer":1,"filter":7,"share":0.5,"value":1.23456}
        {"layer":1,"filter":12,"share":1}
        {"layer":1,"filter":3,"share":"NaN","value":-2}
        """)
  }

  @Test func spreadsheetsGetTheRows() {
    #expect(
      result.csv == """
        layer,filter,share,value
        1,7,0.5,1.23456
        1,12,1,
        1,3,nan,-2
        """)
  }

  @Test func aTableOfNoRowsOrNoTableIsNoText() {
    var result = CommandResult()
    result.table([1, 2], shown: 0, columns: [Column("n", key: "n") { $0 }])
    result.table([Int](), columns: [Column("m", key: "m") { $0 }])
    #expect(result.text.isEmpty && result.csv == "n\n1\n2")
  }

  @Test func allIsWrittenUnderItsName() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outputs-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func options(_ arguments: String...) throws -> ResultOptions {
      try ResultOptions.parse(arguments)
    }
    let outputs = try options("--npy", folder + "/raw", "--format", "json").outputs(
      image: folder + "/sheet.png", arrays: ["share", "square"], run: (folder + "/run", 5))
    #expect(outputs.wantsArrays && outputs.json == JSON(["output": folder + "/sheet.png"]))
    try outputs.write(result)
    #expect(try Image(contentsOf: folder + "/sheet.png").width == 3)
    let array = try Data(contentsOf: URL(fileURLWithPath: folder + "/raw/square.npy"))
    #expect(Array(array) == NumPyFile.bytes(of: [1, 2, 3, 4] as [Float], shape: [1, 2, 2]))
    let run = try FileManager.default.contentsOfDirectory(atPath: folder + "/run")
    #expect(run.count == 1 && run[0].contains("tfevents"))
    // Before the work begins, not after it.
    #expect(throws: CommandFailure("\(folder)/raw/share.npy: exists already; --force replaces it"))
    {
      try options("--npy", folder + "/raw").outputs(image: nil, arrays: ["share"])
    }
    #expect(throws: Never.self) {
      try options("--npy", folder + "/raw", "--force").outputs(image: nil, arrays: ["share"])
    }
  }

  @Test(arguments: [
    ("a.jpg", "a.jpg: a PNG or SVG is written; give a name that ends in .png or .svg"),
    ("b/a.GIF", "b/a.GIF: a PNG or SVG is written; give a name that ends in .png or .svg"),
  ])
  func namesThatPromiseAnotherFormatAreRefused(path: String, sentence: String) {
    #expect(throws: CommandFailure(sentence)) {
      try ResultOptions.parse([]).outputs(image: path)
    }
  }

  @Test func aDrawingIsWrittenAsSVGWhereItsNameSaysSo() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outputs-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try ResultOptions.parse([]).outputs(image: folder + "/sheet.svg").write(result)
    let svg = try String(contentsOfFile: folder + "/sheet.svg", encoding: .utf8)
    #expect(svg.hasPrefix("<svg ") && svg.contains("xlink:href=\"data:image/png;base64,"))
  }
}
