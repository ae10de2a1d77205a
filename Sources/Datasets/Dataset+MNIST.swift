extension Dataset {
  /// Reads MNIST, or Fashion-MNIST, whose files have the same form: `train-images-idx3-ubyte`,
  /// `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, plain or with
  /// `.gz`.
  ///
  /// Nothing in the files tells the two apart: the classes have the names of clothes when `fashion`
  /// is in the directory's name.
  ///
  /// - `readsTraining`: false reads the test files alone; then there are no training images.
  /// - Source: LeCun, Cortes & Burges, http://yann.lecun.com/exdb/mnist/; Xiao, Rasul & Vollgraf,
  ///   "Fashion-MNIST", 2017, arXiv:1708.07747.
  /// - Throws: `DatasetError`.
  public static func mnist(
    directory: String, readsTraining: Bool = true
  ) throws(DatasetError) -> Dataset {
    let directory = try DataDirectory(directory)
    let isFashion = directory.path.lowercased().contains("fashion")
    let test = try mnistPart("t10k", of: directory)
    let training = readsTraining ? try mnistPart("train", of: directory) : test.selecting([])
    guard training.imageShape == test.imageShape else {
      throw .malformed(
        path: directory.path, found: "the test images are \(test.width)x\(test.height)",
        expected: "\(training.width)x\(training.height) as the training images")
    }
    return Dataset(
      name: isFashion ? "fashion-mnist" : "mnist",
      classNames: isFashion
        ? [
          "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
          "ankle boot",
        ] : (0...9).map(String.init), training: training, test: test)
  }

  /// Whether the directory has one of MNIST's files.
  static func isMNIST(_ directory: DataDirectory) -> Bool {
    ["train-images", "train-labels", "t10k-images", "t10k-labels"].contains { name in
      directory.files.contains { $0.hasPrefix(name) && $0.contains("ubyte") }
    }
  }

  private static func mnistPart(
    _ part: String, of directory: DataDirectory
  ) throws(DatasetError) -> LabeledImages {
    let images = try idxFile("\(part)-images", rank: 3, of: directory)
    let labels = try idxFile("\(part)-labels", rank: 1, of: directory)
    guard labels.dimensions[0] == images.dimensions[0] else {
      throw .malformed(
        path: labels.path, found: "has \(labels.dimensions[0]) labels",
        expected: "one for each of the \(images.dimensions[0]) images of \(images.path)")
    }
    let classes = labels.elements.map(Int.init)
    if let wrong = classes.firstIndex(where: { $0 > 9 }) {
      throw .malformed(
        path: labels.path, found: "label \(wrong) is \(classes[wrong])", expected: "0 to 9")
    }
    return LabeledImages(
      height: images.dimensions[1], width: images.dimensions[2], channels: 1,
      pixels: Array(images.elements), labels: classes,
      sources: ImageSources(file: images.path, count: classes.count))
  }

  /// The file of a part, with either separator that is about, plain before packed.
  private static func idxFile(
    _ name: String, rank: Int, of directory: DataDirectory
  ) throws(DatasetError) -> IDXFile {
    for separator in ["-", "."] {
      for ending in ["", ".gz"] {
        let file = "\(name)\(separator)idx\(rank)-ubyte\(ending)"
        if directory.files.contains(file) { return try IDXFile(file, of: directory, rank: rank) }
      }
    }
    throw .missing(
      path: directory.path(of: "\(name)-idx\(rank)-ubyte"),
      expected: "a file of MNIST, or it with .gz"
    )
  }
}
