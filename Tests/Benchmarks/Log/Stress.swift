import Foundation
import Synchronization
import TensorBoard

/// 64 threads log into a disk that is filled and emptied again and again; afterwards each event must be
/// in a file or reported as lost.
///
/// The directory lies on a small disk of its own: `mount -t tmpfs -o size=4m none DIRECTORY`.
final class Stress: Sendable {
  private static let threadCount = 64

  private let directory: String
  private let writer: SummaryWriter
  private let added = Atomic(0)
  private let isOver = Atomic(false)
  private let reported = Atomic(0)
  private let written = Atomic(0)

  init(directory: String) throws {
    self.directory = directory + "/run"
    writer = try SummaryWriter(
      directory: directory + "/run", flushInterval: .milliseconds(20),
      maximumBufferedBytes: 256 << 10, rotation: .bytes(256 << 10))
  }

  /// Logs for some seconds, then prints what was added, written and lost.
  ///
  /// - Returns: Whether that adds up.
  func run(seconds: Double) throws -> Bool {
    let group = DispatchGroup()
    for thread in 0..<Self.threadCount {
      group.enter()
      Thread.detachNewThread {
        self.log("thread\(thread)")
        group.leave()
      }
    }
    let ballast = directory + "/../ballast"
    let end = Date(timeIntervalSinceNow: seconds)
    var rounds = 0
    while Date() < end {
      rounds += 1
      let zeros = Data(count: 64 << 10)
      _ = FileManager.default.createFile(atPath: ballast, contents: nil)
      if let file = FileHandle(forWritingAtPath: ballast) {
        while (try? file.write(contentsOf: zeros)) != nil {}
      }
      report { try writer.flush() }
      Thread.sleep(forTimeInterval: 0.05)
      try FileManager.default.removeItem(atPath: ballast)
      report { try writer.flush() }
      try readClosedFiles()
      Thread.sleep(forTimeInterval: 0.05)
    }
    isOver.store(true, ordering: .relaxed)
    group.wait()
    report { try writer.close() }
    try readClosedFiles()
    let (added, written, lost) = (
      added.load(ordering: .relaxed), written.load(ordering: .relaxed),
      reported.load(ordering: .relaxed)
    )
    print("rounds \(rounds), added \(added), written \(written), lost \(lost)")
    return added == written + lost && lost == writer.droppedEventCount
  }

  private func log(_ tag: String) {
    var step = 0
    while !isOver.load(ordering: .relaxed) {
      for _ in 0..<100 where (try? writer.add(.scalar(tag, step), step: step)) != nil {
        step += 1
      }
      usleep(10_000)
    }
    added.wrappingAdd(step, ordering: .relaxed)
  }

  private func report(_ body: () throws -> Void) {
    do { try body() } catch SummaryWriterError.notWritten(_, _, _, let dropped) {
      reported.wrappingAdd(dropped, ordering: .relaxed)
    } catch {
      print(error)
    }
  }

  /// Counts the events of the files that the writer has done with, and removes these.
  private func readClosedFiles() throws {
    let files = try Run(directory: directory).eventFiles()
    for path in files.dropLast(isOver.load(ordering: .relaxed) ? 0 : 1) {
      var reader = try EventFileReader(path: path)
      while let event = try reader.next() {
        if case .summary? = event.content { written.wrappingAdd(1, ordering: .relaxed) }
      }
      try FileManager.default.removeItem(atPath: path)
    }
  }
}
