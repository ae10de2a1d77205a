import ArgumentParser
import CommandSupport
import Foundation
import NumPyFiles

/// The flags that ask for raw numbers.
struct RawOptions: ParsableArguments {
  /// How the result is printed.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Option(
    help: ArgumentHelp("Write the numbers as .npy files to this folder.", valueName: "folder"))
  var npy: String?

  @Option(help: ArgumentHelp("text, for people, or json, an object a line.", valueName: "format"))
  var format = Format.text

  /// Takes the names of arrays; ask before the work begins.
  func files(_ names: [String], force: Bool) throws -> RawFiles {
    var files: [String: OutputFile] = [:]
    if let npy {
      for name in names {
        files[name] = try OutputFile(path: Self.joined(npy, "\(name).npy"), force: force)
      }
    }
    return RawFiles(files: files)
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// Prints the result: a text for people, or each object as a line of JSON.
  func print(text: @autoclosure () -> String, objects: @autoclosure () -> [any Encodable]) throws {
    switch format {
    case .text: try Console.print(text())
    case .json: try Console.print(objects().map { try JSONLine.text($0) }.joined(separator: "\n"))
    }
  }
}

/// The `.npy` files of a command, or none.
struct RawFiles {
  fileprivate let files: [String: OutputFile]

  /// Whether numbers were asked for: arrays that cost something are made only then.
  var areWanted: Bool { !files.isEmpty }

  /// Writes an array, if numbers were asked for.
  func write<Scalar: NumPyScalar>(_ name: String, _ scalars: [Scalar], shape: [Int]) throws {
    try files[name]?.write(Data(NumPyFile.bytes(of: scalars, shape: shape)))
  }
}

/// Results as JSON (RFC 8259), an object a line, keys in alphabetical order.
enum JSONLine {
  /// An object's line; what isn't finite becomes a string.
  static func text(_ object: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(object), as: UTF8.self)
  }
}
