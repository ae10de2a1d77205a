import Foundation
import Synchronization

/// A web server on 127.0.0.1 that serves a few files, rightly or wrongly.
final class TestServer: Sendable {
  /// How it behaves.
  enum Manner: Sendable {
    /// Serves whole files and ranges.
    case proper
    /// Serves whole files only, whatever range is asked for.
    case withoutRanges
    /// Says how long the file is, sends this many bytes of it and hangs up.
    case cutOff(after: Int)
    /// Sends this many bytes, then nothing more, without hanging up.
    case silent(after: Int)
    /// Answers ranges with the wrong range.
    case wrongRange
  }

  /// What was asked for: the path, and the range if there was one.
  struct Request: Equatable {
    var path: String
    var range: String?
  }

  let port: UInt16
  private let listener: Int32
  private let files: [String: [UInt8]]
  private let manner: Mutex<Manner>
  private let log = Mutex<[Request]>([])

  init(files: [String: [UInt8]], manner: Manner = .proper) throws {
    self.files = files
    self.manner = Mutex(manner)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && getsockname(listener, pointer, &length) == 0
      }
    }
    guard bound, listen(listener, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    start()
  }

  private func start() { Thread { self.serve() }.start() }

  deinit { stop() }

  /// The address of its only folder.
  var address: String { "http://127.0.0.1:\(port)/files/" }

  /// What it was asked for so far.
  var requests: [Request] { log.withLock { $0 } }

  /// Behaves otherwise from now on.
  func behave(_ manner: Manner) { self.manner.withLock { $0 = manner } }

  /// Takes no more requests.
  func stop() { _ = shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      answer(on: connection)
    }
    close(listener)
  }

  private func answer(on connection: Int32) {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else {
        close(connection)
        return
      }
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let lines = text.split(separator: "\r\n")
    let path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    let range = lines.first { $0.lowercased().hasPrefix("range:") }
      .map { $0.dropFirst("range:".count).trimmingCharacters(in: .whitespaces) }
    log.withLock { $0.append(Request(path: path, range: range)) }
    let manner = manner.withLock { $0 }
    guard let file = files[String(path.split(separator: "/").last ?? "")] else {
      send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", connection)
      close(connection)
      return
    }
    var body = file[...]
    var head = "HTTP/1.1 200 OK\r\n"
    if case .withoutRanges = manner {
    } else if let start = range?.dropFirst("bytes=".count).dropLast(), let start = Int(start) {
      let told = if case .wrongRange = manner { start + 1 } else { start }
      head =
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \(told)-\(file.count - 1)/\(file.count)\r\n"
      body = file[start...]
    }
    send(head + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n", connection)
    switch manner {
    case .cutOff(let count): send(Array(body.prefix(count)), connection)
    case .silent(let count):
      send(Array(body.prefix(count)), connection)
      // The client gives up first.
      _ = read(connection, &buffer, buffer.count)
    default: send(Array(body), connection)
    }
    close(connection)
  }

  private func send(_ text: String, _ connection: Int32) { send(Array(text.utf8), connection) }

  private func send(_ bytes: [UInt8], _ connection: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Foundation.send(
          connection, buffer.baseAddress.map { $0 + sent }, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}
