import Files
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One file on its way from a server to the disk, in a `.part` file that a later try goes on with.
struct Download {
  /// What is known of the file.
  let file: PublishedDataset.File
  /// Where it is.
  let url: URL
  /// Where it goes.
  let path: String
  /// How long the server may say nothing, in seconds.
  let patience: Double

  private var partPath: String { path + ".part" }

  /// Fetches the file, unless it is there already.
  ///
  /// - Parameter progress: called with the bytes that are there, from time to time.
  func run(progress: @escaping @Sendable (Int) -> Void) throws(FetchError) {
    if try isWhole(path) { return progress(file.byteCount) }
    var have = Self.length(of: partPath)
    // A part that can't be the beginning of the file is of no use.
    if have > file.byteCount {
      try remove(partPath)
      have = 0
    }
    if have < file.byteCount { try receive(from: have, progress: progress) }
    let sum = try Self.checksum(of: partPath)
    guard sum == file.sha256 else {
      try remove(partPath)
      throw .wrongFile(
        url: url.absoluteString, found: "its SHA-256 is \(sum)", expected: file.sha256)
    }
    do { try Directory.rename(partPath, to: path) } catch {
      throw .file(path: path, reason: "can't be put in place: \(error.reason)")
    }
  }

  private func receive(
    from have: Int, progress: @escaping @Sendable (Int) -> Void
  ) throws(FetchError) {
    let file: OpenFile
    do { file = try OpenFile(appendingTo: partPath) } catch {
      throw .file(path: partPath, reason: "can't be written: \(error.reason)")
    }
    var request = URLRequest(url: url, timeoutInterval: patience)
    // Bytes as they are published: a packed transfer would have another length.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if have > 0 { request.setValue("bytes=\(have)-", forHTTPHeaderField: "Range") }
    let transfer = Transfer(
      have: have, expected: self.file.byteCount, file: file,
      url: url.absoluteString, progress: progress)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = patience
    let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
    session.dataTask(with: request).resume()
    let failure = transfer.wait()
    session.invalidateAndCancel()
    if let failure {
      if case .wrongFile = failure { try remove(partPath) }
      throw failure
    }
  }

  /// Whether a file is there and is the published one.
  private func isWhole(_ path: String) throws(FetchError) -> Bool {
    guard Self.length(of: path) == file.byteCount else { return false }
    return try Self.checksum(of: path) == file.sha256
  }

  private func remove(_ path: String) throws(FetchError) {
    do { try Directory.removeAll(path) } catch {
      throw .file(path: path, reason: "can't be deleted: \(error.reason)")
    }
  }

  /// The bytes of a file, 0 if there is none.
  private static func length(of path: String) -> Int { FileStatus(path: path)?.size ?? 0 }

  private static func checksum(of path: String) throws(FetchError) -> String {
    do {
      let file = try OpenFile(reading: path)
      var sum = SHA256()
      var chunk = [UInt8](repeating: 0, count: 1 << 20)
      var offset = 0
      while true {
        let count = try file.read(into: &chunk, at: offset)
        guard count > 0 else { return sum.finish() }
        chunk.withUnsafeBytes { sum.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        offset += count
      }
    } catch {
      throw .file(path: path, reason: "can't be read: \(error.reason)")
    }
  }
}

/// The delegate of one request: writes what comes, and remembers what went wrong.
private final class Transfer: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var received: Int
    var failure: FetchError?
  }

  private let state: Mutex<State>
  private let end = DispatchSemaphore(value: 0)
  private let start: Int
  private let expected: Int
  private let file: OpenFile
  private let url: String
  private let progress: @Sendable (Int) -> Void

  init(
    have: Int, expected: Int, file: OpenFile, url: String,
    progress: @escaping @Sendable (Int) -> Void
  ) {
    state = Mutex(State(received: have, failure: nil))
    start = have
    self.expected = expected
    self.file = file
    self.url = url
    self.progress = progress
  }

  private static func words(_ error: any Error) -> String {
    (error as? FileError)?.reason ?? "\(error)"
  }

  /// Waits for the end and tells what went wrong.
  func wait() -> FetchError? {
    end.wait()
    return state.withLock { $0.failure }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let response = response as? HTTPURLResponse
    let status = response?.statusCode ?? 0
    let isAllowed = state.withLock { state in
      do {
        if status == 206, start > 0 {
          // The server goes on where the part ends, and nowhere else.
          let range = response?.value(forHTTPHeaderField: "Content-Range") ?? ""
          guard range.hasPrefix("bytes \(start)-") else {
            state.failure = .wrongFile(
              url: url, found: "the server sends the range \"\(range)\"",
              expected: "bytes from \(start)")
            return false
          }
          try file.truncate(to: start)
        } else if status == 200 {
          try file.truncate(to: 0)
          state.received = 0
        } else {
          state.failure = .refused(url: url, status: status)
          return false
        }
        return true
      } catch {
        state.failure = .file(
          path: file.path, reason: "can't be written: \(Self.words(error))")
        return false
      }
    }
    completionHandler(isAllowed ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let received = state.withLock { state -> Int? in
      guard state.failure == nil else { return nil }
      state.received += data.count
      guard state.received <= expected else {
        state.failure = .wrongFile(
          url: url, found: "it is longer", expected: "\(expected) bytes")
        return nil
      }
      do {
        try data.withUnsafeBytes { try file.writeAll($0) }
      } catch {
        state.failure = .file(
          path: file.path, reason: "can't be written: \(Self.words(error))")
        return nil
      }
      return state.received
    }
    if let received { progress(received) } else { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    state.withLock { state in
      guard state.failure == nil else { return }
      if let error {
        state.failure = .interrupted(
          url: url, reason: error.localizedDescription, received: state.received,
          expected: expected)
      } else if state.received < expected {
        state.failure = .interrupted(
          url: url, reason: "the server ended the transfer", received: state.received,
          expected: expected)
      }
    }
    end.signal()
  }
}
