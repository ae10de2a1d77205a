package import ArgumentParser
private import Files
import Charts
import Images
import TensorBoard
package import TextOutput

/// `--npy`, `--format`, `--force`, `--threads` and `--quiet`: what every command takes that computes a
/// result.
package struct ResultOptions: ParsableArguments {
  @Option("Write the numbers as .npy files to this directory.", "directory") var npy: String?
  @Option(.format) private var format = OutputFormat.text
  @Flag(.force) var force = false

  /// `--threads`.
  @Option(.threads) package var threads: Int?
  @Flag(.quiet) private var quiet = false

  /// Text, no arrays.
  package init() {}

  /// The progress style that `--quiet` and stderr ask for.
  package var progress: ProgressBar.Style { .automatic(quiet: quiet) }

  /// A file that the command writes besides.
  package func file(_ path: String?) throws -> OutputFile? {
    try path.map { try OutputFile(path: $0, force: force) }
  }

  /// Takes the names of all that will be written: an hour of computing shouldn't end in "exists
  /// already".
  ///
  /// - Parameters:
  ///   - image: the path of what is drawn; nil for nothing.
  ///   - arrays: the names of the result's arrays.
  ///   - run: the directory and the step of the TensorBoard run; nil for none.
  /// - Throws: `CommandFailure`, and what the run's writer throws.
  package func outputs(
    image: String?, arrays: [String] = [],
    run: (directory: String, step: Int)? = nil
  ) throws -> Outputs {
    if let image { try Self.check(image) }
    var files: [(name: String, file: OutputFile)] = []
    if let npy {
      if arrays.isEmpty {
        throw CommandFailure("there are no arrays to write to \(npy); leave --npy out")
      }
      files = try arrays.map {
        ($0, try OutputFile(path: Path.joined(npy, "\($0).npy"), force: force))
      }
    }
    return Outputs(
      format: format, image: try file(image), arrays: files,
      run: try run.map { (try SummaryWriter(directory: $0.directory), $0.step) })
  }

  /// Refuses the names of images that aren't written: `x.jpg` would hold a PNG.
  private static func check(_ path: String) throws(CommandFailure) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return }
    let others = ["jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "pdf", "heic", "avif"]
    let ending = name[dot...].dropFirst().lowercased()
    if others.contains(ending) {
      throw CommandFailure(
        "\(path): a PNG or SVG is written; give a name that ends in .png or .svg")
    }
  }
}

/// The one place that turns a command's result into what its flags ask for.
package struct Outputs {
  let format: OutputFormat
  let image: OutputFile?
  let arrays: [(name: String, file: OutputFile)]
  let run: (writer: SummaryWriter, step: Int)?

  /// Whether arrays are written: some cost much to make.
  package var wantsArrays: Bool { !arrays.isEmpty }

  /// Where the drawing goes, for programs.
  package var json: JSON { JSON(["output": image?.path]) }

  /// Writes the image, the arrays and the run, and prints the result.
  package func write(_ result: CommandResult) throws {
    var result = result
    if let image {
      guard let drawing = result.drawing else {
        preconditionFailure("nothing is drawn for \(image.path)")
      }
      if image.path.lowercased().hasSuffix(".svg") {
        try image.write(drawing.svg().utf8)
      } else {
        try drawing.image().write(to: image.path)
      }
      result.fact("output", image.path)
    }
    for (name, file) in arrays {
      guard let bytes = result.arrays[name] else {
        preconditionFailure("no array \(name) among \(result.arrays.keys.sorted())")
      }
      try file.write(bytes())
    }
    if let run {
      if let graph = result.graph { try run.writer.add(graph) }
      for logged in result.logged {
        try run.writer.add(logged.summary(), step: logged.step ?? run.step)
      }
      try run.writer.close()
    }
    try format.print(result)
  }
}
