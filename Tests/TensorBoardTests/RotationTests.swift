import EventFiles
import Foundation
import Testing

@testable import TensorBoard

@Suite struct RotationTests {
  @Test func `files end at a size, each whole in itself, and none of the closed ones changes`()
    throws
  {
    try withTemporaryFolder { directory in
      let writer = try SummaryWriter(directory: directory, rotation: .bytes(2_000))
      var sizes: [String: Int] = [:]
      for round in 0..<6 {
        for step in 0..<20 {
          try writer.add(.scalar("loss", step), step: round * 20 + step)
          try writer.add(.text("note", "step \(step)"), step: round * 20 + step)
        }
        try writer.flush()
        let files = try Run(directory: directory).eventFiles()
        #expect(writer.path == files.last)
        for path in files.dropLast() {
          let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
          #expect(sizes[path, default: size] == size)
          sizes[path] = size
        }
      }
      try writer.close()
      let files = try Run(directory: directory).eventFiles()
      #expect(files.count > 2)
      for path in files {
        var reader = try EventFileReader(path: path)
        #expect(try reader.next()?.content == .fileVersion("brain.Event:2"))
        // The first text of a file says of which kind it is.
        var texts: [Summary.Value] = []
        while let event = try reader.next() {
          if case .summary(let summary)? = event.content {
            texts += summary.values.filter { $0.tag == "note" }
          }
        }
        #expect(texts.first?.metadata?.pluginName == "text")
      }
      #expect(try Run(directory: directory).scalars(tag: "loss").map(\.step) == Array(0..<120))
    }
  }

  @Test func `files end at an age, but only where there is something to write`() throws {
    try withTemporaryFolder { directory in
      // An age that is over whenever there is something to write.
      let writer = try SummaryWriter(directory: directory, rotation: .every(.nanoseconds(1)))
      for _ in 0..<3 { try writer.flush() }
      #expect(try Run(directory: directory).eventFiles().count == 1)
      for step in 0..<3 {
        try writer.add(.scalar("loss", step), step: step)
        try writer.flush()
      }
      try writer.close()
      #expect(try Run(directory: directory).eventFiles().count >= 3)
      #expect(try Run(directory: directory).scalars(tag: "loss").map(\.step) == [0, 1, 2])
    }
  }

  @Test func `where no next file can be made, the present one goes on`() throws {
    try withTemporaryFolder { directory in
      let run = directory + "/run"
      let writer = try SummaryWriter(directory: run, rotation: .bytes(1))
      try FileManager.default.moveItem(atPath: run, toPath: directory + "/moved")
      try Data().write(to: URL(fileURLWithPath: run))
      for step in 0..<3 {
        try writer.add(.scalar("loss", step), step: step)
        try writer.flush()
      }
      try writer.close()
      #expect(try Run(directory: directory + "/moved").scalars(tag: "loss").count == 3)
    }
  }

  @Test func `without a directory runs lie where torch's users look`() {
    let directory = SummaryWriter.defaultDirectory(comment: "-adam")
    let form = /runs\/[A-Z][a-z]{2}[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}_.+-adam/
    #expect(directory.wholeMatch(of: form) != nil, "\(directory)")
  }

  @Test func `memory holds what a file would`() throws {
    let log = InMemoryLog()
    let writer = try SummaryWriter(log)
    try writer.add(.scalar("loss", 0.5), .text("note", "hi"), step: 3, wallTime: 12)
    #expect(try log.scalars(tag: "loss") == [ScalarPoint(step: 3, wallTime: 12, value: 0.5)])
    #expect(try log.values(tag: "note").map(\.step) == [3])
    try writer.close()
    #expect(try log.events().count == 2)
  }
}
