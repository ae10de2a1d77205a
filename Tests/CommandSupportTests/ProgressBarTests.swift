import Synchronization
import Testing

@testable import CommandSupport

@Suite struct ProgressBarTests {
  /// A terminal that remembers what was written, and a clock that stands still until told.
  private final class Recorder: Sendable {
    let text = Mutex("")
    let time = Mutex(0.0)

    func bar(total: Int, done: Int = 0, style: ProgressBar.Style) -> ProgressBar {
      ProgressBar(
        unit: "step", total: total, done: done, style: style,
        seconds: { [self] in time.withLock { $0 } },
        write: { [self] more in text.withLock { $0 += more } })
    }
    var written: String { text.withLock { $0 } }
    func wait(_ seconds: Double) { time.withLock { $0 += seconds } }
  }

  private let plain = Terminal(isLive: true, hasColor: false, speaksUnicode: true)

  private func frame(
    done: Int, details: [String], elapsed: Double, columns: Int, terminal: Terminal? = nil
  ) -> String {
    Recorder().bar(total: 10_000, style: .live(plain)).frame(
      done: done, details: details, elapsed: elapsed, columns: columns, terminal: terminal ?? plain)
  }

  @Test func tellsStepDetailsAndTimeLeft() {
    let text = frame(
      done: 2_500, details: ["loss 0.534", "accuracy 81.0 %", "1,850 images/s"], elapsed: 60,
      columns: 120)
    #expect(
      text == "step 2,500/10,000 ━━━━━━━╸──────────────────────  loss 0.534  accuracy 81.0 %"
        + "  1,850 images/s  3 min 00 s left")
  }

  @Test func isAsciiWhereTheLocaleIs() {
    let ascii = Terminal(isLive: true, hasColor: false, speaksUnicode: false)
    let text = frame(done: 5_000, details: [], elapsed: 0, columns: 80, terminal: ascii)
    #expect(text == "step 5,000/10,000 ===============...............")
  }

  @Test(arguments: 20...140)
  func neverReachesTheLastColumn(columns: Int) {
    let text = frame(
      done: 2_500, details: ["loss 0.534", "accuracy 81.0 %", "1,850 images/s"], elapsed: 60,
      columns: columns)
    #expect(text.count < columns)
    #expect(text.hasPrefix("step 2,500/10,000"))
  }

  @Test func narrowTerminalsKeepTheTimeLeftLongest() {
    let text = frame(
      done: 2_500, details: ["loss 0.534", "accuracy 81.0 %"], elapsed: 60, columns: 50)
    #expect(text.contains("3 min 00 s left"))
    #expect(!text.contains("accuracy"))
  }

  @Test func isRedrawnTenTimesASecondAtMost() {
    let recorder = Recorder()
    var bar = recorder.bar(total: 1_000, style: .live(plain))
    for step in 1...999 {
      recorder.wait(0.01)
      bar.update(step)
    }
    let frames = recorder.written.split(separator: "\r").count
    #expect(frames > 80 && frames <= 101)
    bar.update(1_000)
    #expect(recorder.written.contains("step 1,000/1,000"))
    bar.finish()
    #expect(recorder.written.hasSuffix("\r\u{1B}[K"))
  }

  @Test func aResumedRunCountsItsOwnStepsForTheTimeLeft() {
    let recorder = Recorder()
    let bar = recorder.bar(total: 1_000, done: 900, style: .live(plain))
    let text = bar.frame(done: 950, details: [], elapsed: 10, columns: 80, terminal: plain)
    #expect(text.hasSuffix("10 s left"))
  }

  @Test func elsewhereOnlyPlainLinesAreWritten() {
    let recorder = Recorder()
    var bar = recorder.bar(total: 10, style: .lines)
    for step in 1...10 {
      recorder.wait(1)
      bar.update(step, ["loss 1"])
    }
    bar.line("epoch 1/1: loss 1")
    bar.finish()
    #expect(recorder.written == "epoch 1/1: loss 1\n")
  }

  @Test func aLiveBarPrintsNoPlainLines() {
    let recorder = Recorder()
    recorder.bar(total: 10, style: .live(plain)).line("epoch 1")
    #expect(recorder.written == "")
  }

  @Test func silenceIsSilent() {
    let recorder = Recorder()
    var bar = recorder.bar(total: 10, style: .silent)
    bar.update(5)
    bar.line("epoch 1")
    bar.finish()
    #expect(recorder.written == "")
  }

  @Test func warningsStandAboveTheBar() {
    let recorder = Recorder()
    var bar = recorder.bar(total: 10, style: .live(plain))
    bar.update(5)
    bar.tell("the disk is full")
    #expect(recorder.written.contains("\r\u{1B}[K\(Console.toolName): the disk is full\n\rstep 5"))
  }
}
