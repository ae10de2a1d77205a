/// A data set that its authors offer for download, and what its files are known to be.
package struct PublishedDataset: Sendable, Equatable {
  /// A file as it is published.
  package struct File: Sendable, Equatable {
    /// Its name, the last part of its address.
    package let name: String
    /// Its length in bytes.
    package let byteCount: Int
    /// Its SHA-256, in hexadecimal digits.
    package let sha256: String
  }

  /// What `tbtrain data fetch` calls it.
  package let name: String
  /// What it is, in a few words.
  package let summary: String
  /// The address of the directory that holds the files.
  package let address: String
  /// The files.
  package let files: [File]
  /// The directory that the only file, an archive, unpacks to; nil where files are read as they are.
  package let archiveDirectory: String?

  /// All that can be fetched.
  package static let all = [mnist, fashionMNIST, cifar10]

  /// The data set of a name.
  package static func named(_ name: String) -> PublishedDataset? { all.first { $0.name == name } }

  /// The bytes of all files.
  package var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  /// Handwritten digits: LeCun et al., Proc. IEEE 1998. The authors' own address no longer serves
  /// them; this one, of the Computer Vision Foundation, has the same bytes.
  static let mnist = PublishedDataset(
    name: "mnist", summary: "handwritten digits, 28x28 gray, 60,000 + 10,000",
    address: "https://storage.googleapis.com/cvdf-datasets/mnist/",
    files: [
      File(
        name: "train-images-idx3-ubyte.gz", byteCount: 9_912_422,
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
      File(
        name: "train-labels-idx1-ubyte.gz", byteCount: 28_881,
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
      File(
        name: "t10k-images-idx3-ubyte.gz", byteCount: 1_648_877,
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
      File(
        name: "t10k-labels-idx1-ubyte.gz", byteCount: 4_542,
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ],
    archiveDirectory: nil)

  /// Articles of clothing: Xiao, Rasul & Vollgraf, arXiv:1708.07747.
  static let fashionMNIST = PublishedDataset(
    name: "fashion-mnist", summary: "articles of clothing, 28x28 gray, 60,000 + 10,000",
    address: "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    files: [
      File(
        name: "train-images-idx3-ubyte.gz", byteCount: 26_421_880,
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
      File(
        name: "train-labels-idx1-ubyte.gz", byteCount: 29_515,
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
      File(
        name: "t10k-images-idx3-ubyte.gz", byteCount: 4_422_102,
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
      File(
        name: "t10k-labels-idx1-ubyte.gz", byteCount: 5_148,
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ],
    archiveDirectory: nil)

  /// Photographs of ten kinds: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
  /// 2009; the binary version.
  static let cifar10 = PublishedDataset(
    name: "cifar10", summary: "photographs of ten kinds, 32x32 RGB, 50,000 + 10,000",
    address: "https://www.cs.toronto.edu/~kriz/",
    files: [
      File(
        name: "cifar-10-binary.tar.gz", byteCount: 170_052_171,
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
    ],
    archiveDirectory: "cifar-10-batches-bin")
}
