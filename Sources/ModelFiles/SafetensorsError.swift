/// Why a safetensors file can't be read or written.
public struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, with the facts.
  public enum Problem: Sendable, Equatable {
    /// The system can't open, read or write it; its words.
    case system(String)
    /// Too short to hold the length of a header: its size in bytes.
    case tooShort(size: Int)
    /// The header would end after the file does.
    case headerBeyondFile(headerLength: UInt64, fileSize: Int)
    /// More than the 100 MB the format allows.
    case headerTooLong(headerLength: UInt64)
    /// Not the JSON the format prescribes, at this byte of the file.
    case notAHeader(String, byte: Int)
    /// Two tensors, or two metadata entries, have one name.
    case duplicateName(String)
    /// A number type that the format doesn't know.
    case unknownType(tensor: String, type: String)
    /// More scalars than memory has addresses.
    case shapeTooLarge(tensor: String, shape: [Int])
    /// The bytes given aren't those the shape needs.
    case wrongSize(tensor: String, shape: [Int], type: String, needed: Int, given: Int)
    /// Its bytes lie outside the file.
    case outsideFile(tensor: String, range: Range<Int>, available: Int)
    /// Its bytes end before they begin.
    case backwards(tensor: String, begin: Int, end: Int)
    /// Its bytes are another tensor's too.
    case overlap(tensor: String, other: String)
    /// Bytes that belong to no tensor.
    case hole(Range<Int>)
    /// No tensor has this name.
    case noSuchTensor(String)
    /// The numbers aren't floating-point ones.
    case notFloatingPoint(tensor: String, type: String)
  }

  /// The file.
  public let path: String
  /// What is wrong with it.
  public let problem: Problem

  init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  /// The sentence for a user.
  public var description: String { "\(path): \(sentence)" }

  /// Whether what was taken for a length is the beginning of a ZIP archive or of a pickle.
  private static func isTorchFile(_ length: UInt64) -> Bool {
    length & 0xFFFF_FFFF == 0x0403_4B50
      || length & 0xFF == 0x80 && (2...5).contains(length >> 8 & 0xFF)
  }

  private var sentence: String {
    switch problem {
    case .headerBeyondFile(let length, _) where Self.isTorchFile(length),
      .headerTooLong(let length) where Self.isTorchFile(length):
      """
      a file of torch.save, not of safetensors: safetensors.torch.save_file(model.state_dict(), \
      "model.safetensors") writes what can be read
      """
    case .system(let reason):
      reason
    case .tooShort(let size):
      "not a safetensors file: \(size) bytes can't hold the header's length"
    case .headerBeyondFile(let headerLength, let fileSize):
      """
      not a whole safetensors file: its header should be \(headerLength) bytes long, the file has \
      \(fileSize)
      """
    case .headerTooLong(let headerLength):
      "not a safetensors file: no header has \(headerLength) bytes, the format allows 100000000"
    case .notAHeader(let what, let byte):
      "not a safetensors file: the header is damaged at byte \(byte): \(what)"
    case .duplicateName(let name):
      "the header names \"\(name)\" twice"
    case .unknownType(let tensor, let type):
      "tensor \"\(tensor)\" has the unknown number type \"\(type)\""
    case .shapeTooLarge(let tensor, let shape):
      "tensor \"\(tensor)\" is too large: \(shape)"
    case .wrongSize(let tensor, let shape, let type, let needed, let given):
      """
      tensor \"\(tensor)\" of \(type) \(shape) needs \(needed) bytes, but the header gives it \
      \(given)
      """
    case .outsideFile(let tensor, let range, let available):
      """
      tensor \"\(tensor)\" should lie at bytes \(range.lowerBound) to \(range.upperBound) of the \
      data, but the file holds only \(available)
      """
    case .backwards(let tensor, let begin, let end):
      "tensor \"\(tensor)\" ends at byte \(end), before its beginning at \(begin)"
    case .overlap(let tensor, let other):
      "tensors \"\(other)\" and \"\(tensor)\" share bytes"
    case .hole(let range):
      "bytes \(range.lowerBound) to \(range.upperBound) of the data belong to no tensor"
    case .noSuchTensor(let name):
      "holds no tensor \"\(name)\""
    case .notFloatingPoint(let tensor, let type):
      "tensor \"\(tensor)\" holds \(type) numbers, not floating-point ones"
    }
  }
}
