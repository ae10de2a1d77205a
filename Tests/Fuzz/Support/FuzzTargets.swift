private import Files
internal import FuzzDriver

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Darwin)
  private import Darwin
#endif

/// What is done with an input. Whatever it throws is a refusal, and no finding.
package typealias FuzzTarget = @Sendable (_ input: [UInt8]) throws -> Void

/// The target that this process runs. Written once, before the fuzzer starts.
nonisolated(unsafe) private var chosen: FuzzTarget = { _ in }

/// Runs the target that the program is called by, as busybox does: run.sh makes a link for each.
package func runFuzzer(_ targets: [String: FuzzTarget]) -> Never {
  let name = Path.lastComponent(of: CommandLine.arguments.first ?? "")
  guard let target = targets[name] else {
    print("call it by one of these names: \(targets.keys.sorted().joined(separator: ", "))")
    exit(64)
  }
  chosen = target
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  exit(
    LLVMFuzzerRunDriver(&count, &arguments) { start, count in
      // A copy of its own, so that the address sanitizer sees each step outside.
      try? chosen(Array(UnsafeRawBufferPointer(start: start, count: count)))
      return 0
    })
}

/// Ends the process where two answers differ that should be one.
package func expect(
  _ condition: Bool, _ sentence: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition { fatalError(sentence(), file: file, line: line) }
}

/// A file in memory, which readers of files open.
package final class ScratchFile: Sendable {
  package let path: String

  /// A folder in memory for the files of this process: run.sh makes and removes it.
  package static let folder = getenv("FUZZ_FOLDER").map { String(cString: $0) } ?? "/dev/shm"

  /// An empty file of this name; it may have folders before it.
  package init(_ name: String) {
    path = Path.joined(Self.folder, name)
    do { try Directory.make(Path.directory(of: path)) } catch { fatalError("\(error)") }
    write([])
  }

  /// Puts another file in its place.
  package func replace(by bytes: [UInt8]) {
    do { try AtomicFile.write(bytes, to: path) } catch { fatalError("\(error)") }
  }

  /// Changes what the file holds.
  package func write(_ bytes: [UInt8]) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    expect(descriptor >= 0, "\(path) can't be written")
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    expect(count == bytes.count, "\(path) can't be written")
  }
}

/// Files for another program to judge, when run.sh asks for them: see oracle.py.
package enum Dump {
  private static let folder = getenv("FUZZ_DUMP").map { String(cString: $0) }
  /// The input's number. Written by the only thread that runs targets.
  nonisolated(unsafe) private static var number = 0

  /// Whether anybody asks.
  package static var isWanted: Bool { folder != nil }

  /// Counts an input.
  package static func begin() { number += 1 }

  /// Keeps bytes under the input's number.
  package static func keep(_ bytes: [UInt8], _ ending: String) {
    guard let folder else { return }
    do { try AtomicFile.write(bytes, to: "\(folder)/\(number).\(ending)") } catch {
      fatalError("\(error)")
    }
  }
}
