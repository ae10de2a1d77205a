import ArgumentParser
import CommandSupport
import Datasets
import Images
import JPEGImages
import TextOutput

/// `tbtrain data preview`: a labelled contact sheet.
struct DataPreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "preview", "Write a contact sheet of a data set: a row of images for each class.")

  @Option("A directory, shapes or digits.") var data = "shapes"
  @Option("Images of each class.", "count", .within(1...100)) var perClass = 12

  @Flag(name: .customLong("test"), help: "Show test images, not training images.")
  var showsTest = false

  @Option("The PNG to write.", "path") var output = "preview.png"
  @Flag(.force) var force = false

  func run() throws {
    let output = try OutputFile(path: output, force: force)
    let dataset = try Dataset(nameOrPath: data, formats: .photographs)
    let images = showsTest ? dataset.test : dataset.training
    try sheet(of: images, classNames: dataset.classNames).write(to: output.path)
    var result = CommandResult()
    result.fact("data", dataset.name)
    result.fact(
      "holds",
      """
      \(Format.count(dataset.training.count)) training and \(Format.count(dataset.test.count)) \
      test images, \(images.width)x\(images.height) \(images.channels == 1 ? "gray" : "RGB")
      """)
    result.fact("classes", Format.count(dataset.classNames.count))
    result.fact("output", output.path)
    try Console.print(result.text)
  }

  /// A row a class: its name, how many images it has, and the first of them.
  private func sheet(of images: LabeledImages, classNames: [String]) -> Image {
    let scale = max(1, 56 / max(images.width, images.height))
    let longest = classNames.map { Image.text("\($0)\n1,000,000").width }.max() ?? 0
    let indices = images.labels.indices
    let byClass = Dictionary(grouping: indices) { images.labels[$0] }
    let rows = classNames.enumerated().map { label, name in
      let members = byClass[label] ?? []
      let text = Image.text("\(name)\n\(Format.count(members.count))")
      let caption = text.cropped(x: 0, y: 0, width: longest, height: text.height)
      let tiles = members.prefix(perClass).map { images.image(at: $0).enlarged(by: scale) }
      let cells =
        tiles
        + Array(
          repeating: Image(
            width: images.width * scale, height: images.height * scale, channels: images.channels,
            filledWith: .black), count: perClass - tiles.count)
      return Image.beside([caption] + cells, spacing: 2)
    }
    return Image.stacked(rows, spacing: 2).framed(by: 6)
  }
}
