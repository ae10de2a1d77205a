import Logging
import TensorBoard
import TensorBoardLogging
import Testing

@Suite struct TensorBoardLoggingTests {
  private let log = InMemoryLog()
  private let clock = StepClock(step: 1)

  private func texts(_ tag: String) throws -> [(Int, String)] {
    try log.values(tag: tag).map { step, value in
      guard case .tensor(let tensor)? = value.content, let text = tensor.strings?.first else {
        return (step, "")
      }
      return (step, String(decoding: text, as: UTF8.self))
    }
  }

  private func logger(_ lines: TensorBoardLogLines, level: Logger.Level = .info) -> Logger {
    Logger(label: "net") { TensorBoardLogHandler(label: $0, lines: lines, logLevel: level) }
  }

  @Test func `lines of a step are one text, with level and metadata`() throws {
    let lines = TensorBoardLogLines(writer: try SummaryWriter(log), clock: clock)
    var logger = logger(lines)
    logger[metadataKey: "run"] = "a"
    logger.info("started", metadata: ["b": "2"])
    logger.debug("left out")
    logger.warning("two\nlines *plain*")
    clock.advance(to: 7)
    logger.error("later")
    lines.write()
    let texts = try texts("log/net")
    #expect(texts.map(\.0) == [1, 7])
    #expect(
      texts.map(\.1) == [
        "    info started b=2 run=a\n    warning two\n    lines *plain* run=a",
        "    error later run=a",
      ])
  }

  @Test func `many lines are written before the step ends`() throws {
    let lines = TensorBoardLogLines(writer: try SummaryWriter(log), clock: clock)
    let logger = logger(lines, level: .trace)
    for index in 0..<(TensorBoardLogLines.batchSize + 1) { logger.trace("line \(index)") }
    #expect(try texts("log/net").count == 1)
    lines.write()
    #expect(try texts("log/net").count == 2)
  }

  @Test func `what waits is written at the end`() throws {
    let writer = try SummaryWriter(log)
    do {
      let lines = TensorBoardLogLines(writer: writer, clock: clock)
      logger(lines).info("last words")
    }
    #expect(try texts("log/net").map(\.1) == ["    info last words"])
  }
}
