import CommandSupport
import Files

/// Where an export's bytes go: stdout, or a file that gets its name when it is whole.
final class ExportSink {
  private var waiting: [UInt8] = []
  private var file: AtomicFile?
  private static let chunk = 1 << 20

  /// - Parameter output: nil for stdout.
  init(_ output: OutputFile?) throws {
    waiting.reserveCapacity(Self.chunk + 4096)
    if let output { file = try AtomicFile(path: output.path) }
  }

  /// Adds what `body` appends.
  @inline(__always)
  func add(_ body: (inout [UInt8]) -> Void) throws {
    body(&waiting)
    if waiting.count >= Self.chunk { try flush() }
  }

  /// Adds bytes.
  func add(_ bytes: [UInt8]) throws { try add { $0 += bytes } }

  private func flush() throws {
    if file == nil { try Console.write(waiting) }
    try waiting.withUnsafeBytes { try file?.write($0) }
    waiting.removeAll(keepingCapacity: true)
  }

  /// Writes the rest, and gives a file its name; without it nothing is left behind.
  func finish() throws {
    try flush()
    try file.take()?.commit()
  }
}
