import ArgumentParser
import CommandSupport
import Datasets
import Images
import TextOutput

/// `tbtrain data preview`: a labelled contact sheet.
struct DataPreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview",
    abstract: "Write a contact sheet of a data set: a row of images for each class.",
    discussion: ExitStatus.helpText)

  @Option(help: "A folder, shapes or digits.")
  var data = "shapes"

  @Option(help: ArgumentHelp("Images of each class.", valueName: "count"))
  var perClass = 12

  @Flag(name: .customLong("test"), help: "Show test images, not training images.")
  var showsTest = false

  @Option(help: ArgumentHelp("The PNG to write.", valueName: "path"))
  var output = "preview.png"

  @OptionGroup var force: ForceOption

  func validate() throws {
    guard (1...100).contains(perClass) else {
      throw ValidationError("--per-class lies in 1 ... 100")
    }
  }

  func run() throws {
    let output = try OutputFile(path: output, force: force.isOn)
    let dataset = try Dataset(nameOrPath: data)
    let images = showsTest ? dataset.test : dataset.training
    try sheet(of: images, classNames: dataset.classNames).write(to: output.path)
    var table = TextTable(("", .left), ("", .left))
    table.add("data", dataset.name)
    table.add(
      "holds",
      """
      \(Format.count(dataset.training.count)) training and \(Format.count(dataset.test.count)) \
      test images, \(images.width)x\(images.height) \(images.channels == 1 ? "gray" : "RGB")
      """)
    table.add("classes", Format.count(dataset.classNames.count))
    table.add("output", output.path)
    try Console.print(table.rendered())
  }

  /// A row a class: its name, how many images it has, and the first of them.
  private func sheet(of images: LabeledImages, classNames: [String]) -> Image {
    let scale = max(1, 56 / max(images.width, images.height))
    let longest = classNames.map(\.count).max() ?? 0
    let indices = images.labels.indices
    let byClass = Dictionary(grouping: indices) { images.labels[$0] }
    let rows = classNames.enumerated().map { label, name in
      let members = byClass[label] ?? []
      let caption =
        name + String(repeating: " ", count: longest - name.count)
        + "\n\(Format.count(members.count))"
      let tiles = members.prefix(perClass).map { images.image(at: $0).enlarged(by: scale) }
      let cells =
        tiles
        + Array(
          repeating: Image(
            width: images.width * scale, height: images.height * scale, channels: images.channels,
            filledWith: .black), count: perClass - tiles.count)
      return Image.beside([Image.text(caption)] + cells, spacing: 2)
    }
    return Image.stacked(rows, spacing: 2).framed(by: 6)
  }
}
