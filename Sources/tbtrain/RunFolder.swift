import CommandSupport
import Foundation

/// The folder of a run below the log directory.
struct RunFolder {
  /// Its path.
  let path: String
  /// The run's name, as TensorBoard shows it.
  let name: String

  /// Makes a folder for a new run.
  ///
  /// - Parameter name: nil for the first free one of `lenet-1`, `lenet-2`, …. Programs that start
  ///   together each get their own: a folder is taken by making it.
  /// - Throws: `CommandFailure` when the run is there already, or the folder can't be made.
  init(new name: String?, kind: String, logdir: String) throws {
    do {
      let above = name.map { Self.joined(logdir, $0) }.map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().path
      }
      try FileManager.default.createDirectory(
        atPath: above ?? logdir, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure("\(logdir): can't be made: \(error.localizedDescription)")
    }
    if let name {
      let path = Self.joined(logdir, name)
      if try !Self.take(path) {
        let inside = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? ["?"]
        guard inside.isEmpty else {
          throw CommandFailure(
            "\(path): exists already; --resume goes on with it, another --run starts a new one")
        }
      }
      self.init(path: path, name: name)
      return
    }
    var number = 1
    while try !Self.take(Self.joined(logdir, "\(kind)-\(number)")) { number += 1 }
    let name = "\(kind)-\(number)"
    self.init(path: Self.joined(logdir, name), name: name)
  }

  /// A run of a sweep, whose folder is there or not.
  ///
  /// - Throws: `CommandFailure` when the folder can't be made.
  init(shared name: String, logdir: String) throws {
    let path = Self.joined(logdir, name)
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure("\(path): can't be made: \(error.localizedDescription)")
    }
    self.init(path: path, name: name)
  }

  /// Another program trains the run.
  struct Occupied: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path): is being trained by another program" }
  }

  /// Keeps everybody else from training this run, as long as the lock lives.
  ///
  /// - Throws: `Occupied` when another program trains it.
  func lock() throws -> FileLock {
    guard let lock = try FileLock(path: Self.joined(path, ".lock")) else {
      throw Occupied(path: path)
    }
    return lock
  }

  /// Whether events were logged here.
  var hasEvents: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.contains { $0.contains("tfevents") }
  }

  /// A run that is there.
  init(path: String, name: String) {
    self.path = path
    self.name = name
  }

  /// Makes a folder; false when something has that name.
  private static func take(_ path: String) throws -> Bool {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false)
      return true
    } catch let error as CocoaError where error.code == .fileWriteFileExists {
      return false
    } catch {
      throw CommandFailure("\(path): can't be made: \(error.localizedDescription)")
    }
  }

  static func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
