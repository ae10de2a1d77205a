public import Images

extension Dataset {
  /// Reads the data set that a directory, or a directory in it, holds: a tree of image files, CIFAR-10's
  /// binary files, or MNIST's.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - formats: What the files of a tree may be.
  ///   - trainingPerClass: Keeps at most so many images of each class, the first ones; nil: all; 0: none,
  ///     and none need to be there.
  ///   - testPerClass: The same for the test images.
  ///   - inColor: Whether CIFAR-10's binary files are read as they are, 32x32 RGB, not as 28x28 gray.
  /// - Throws: `DatasetError`.
  public init(
    path: String, formats: [ImageFormat] = [.png], trainingPerClass: Int? = nil,
    testPerClass: Int? = nil, inColor: Bool = false
  ) throws(DatasetError) {
    let (directory, kind) = try Self.find(in: DataDirectory(path), formats, depth: 2)
    let whole: Dataset
    switch kind {
    case .imageTree:
      whole = try .imageTree(
        directory: directory.path, formats: formats, trainingPerClass: trainingPerClass,
        testPerClass: testPerClass)
    case .cifar10:
      whole = try .cifar10(
        directory: directory.path, channels: inColor ? 3 : 1, side: inColor ? 32 : 28,
        readsTraining: trainingPerClass != 0)
    case .mnist: whole = try .mnist(directory: directory.path, readsTraining: trainingPerClass != 0)
    }
    self = whole.limited(trainingPerClass: trainingPerClass, testPerClass: testPerClass)
  }

  /// A data set by the name of a drawn one, `shapes` or `digits`, or by the path of a directory.
  ///
  /// - `formats`: What the files of a tree may be.
  /// - `seed`: What a drawn set is made from; a directory's images don't depend on it.
  /// - `trainingPerClass`: At most so many training images of each class; nil: all, and 1000 of a
  ///   drawn set.
  /// - `testPerClass`: The same for the test images; nil: all, and 100 of a drawn set.
  /// - `inColor`: Whether CIFAR-10's binary files are read as they are, 32x32 RGB, not as 28x28 gray.
  /// - Throws: `DatasetError`, also when a drawn set is asked for more than `largestDrawnClass`
  ///   images of a class.
  public init(
    nameOrPath: String, formats: [ImageFormat] = [.png], seed: Int = 1,
    trainingPerClass: Int? = nil, testPerClass: Int? = nil, inColor: Bool = false
  ) throws(DatasetError) {
    guard Self.drawnNames.contains(nameOrPath) else {
      do throws(DatasetError) {
        try self.init(
          path: nameOrPath, formats: formats, trainingPerClass: trainingPerClass,
          testPerClass: testPerClass, inColor: inColor)
      } catch .missing(nameOrPath, _) where !nameOrPath.contains("/") {
        throw .missing(
          path: nameOrPath,
          expected: "a directory, or a drawn set: \(Self.drawnNames.joined(separator: " or "))")
      }
      return
    }
    let (ofTraining, ofTest) = (trainingPerClass ?? 1_000, testPerClass ?? 100)
    for (count, least) in [(ofTraining, 0), (ofTest, 1)]
    where !(least...Self.largestDrawnClass).contains(count) {
      throw .malformed(
        path: nameOrPath, found: "can't be drawn with \(count) images of a class",
        expected: "1 to \(Self.largestDrawnClass)")
    }
    let draw = nameOrPath == "shapes" ? Self.shapes : Self.digits
    self = draw(10 * ofTraining, 10 * ofTest, seed)
  }

  /// The most images of a class that a drawn set has: all ten classes take 0.8 GB then.
  public static let largestDrawnClass = 100_000

  /// The names of the sets that need no file.
  public static let drawnNames = ["shapes", "digits"]

  private enum Kind {
    case imageTree, cifar10, mnist
  }

  private static func kind(of directory: DataDirectory) -> Kind? {
    if isImageTree(directory) { return .imageTree }
    if isCIFAR10(directory) { return .cifar10 }
    return isMNIST(directory) ? .mnist : nil
  }

  /// The data set in a directory, or the only one in its directories.
  private static func find(
    in directory: DataDirectory, _ formats: [ImageFormat], depth: Int
  ) throws(DatasetError) -> (DataDirectory, Kind) {
    if let kind = kind(of: directory) { return (directory, kind) }
    var found: [(DataDirectory, Kind)] = []
    if depth > 0 {
      for name in directory.directories {
        if let inner = try? find(
          in: DataDirectory(directory.path(of: name)), formats, depth: depth - 1)
        {
          found.append(inner)
        }
      }
    }
    if found.count == 1 { return found[0] }
    throw .unrecognized(
      path: directory.path, hint: hint(directory, formats, found: found.map(\.0.path)))
  }

  private static func hint(
    _ directory: DataDirectory, _ formats: [ImageFormat], found: [String]
  ) -> String {
    if !found.isEmpty { return "it holds several, name one of \(found.joined(separator: ", "))" }
    if directory.files.contains("data_batch_1") {
      return "this is CIFAR-10's Python version, the binary version is read"
    }
    return "expected Train and Test with a directory of \(formats.names) files for each class, "
      + "CIFAR-10's data_batch_1.bin and so on, or MNIST's train-images-idx3-ubyte and so on"
  }
}
