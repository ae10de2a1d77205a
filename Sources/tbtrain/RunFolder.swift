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
