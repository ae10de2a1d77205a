private import Files

/// A format of image files that can be read.
///
/// PNG is read here. Other rooms may add a format, so that who doesn't need it doesn't link what
/// reads it.
public struct ImageFormat: Sendable {
  /// What an image will be once it is read.
  package typealias Size = (width: Int, height: Int, channels: Int)

  /// What it is called: `PNG`.
  public let name: String
  /// What the names of its files end in, lower case and without the dot.
  public let fileExtensions: [String]
  /// What the header of a file promises.
  package let size: @Sendable (_ bytes: [UInt8], _ name: String) throws(ImageError) -> Size
  /// The image in a file.
  package let decode: @Sendable (_ bytes: [UInt8], _ name: String) throws(ImageError) -> Image

  /// A format.
  ///
  /// - Parameters:
  ///   - name: as `FileSignature` knows it.
  ///   - size: what the header of a file promises; refuses what `Image.maximumByteCount` doesn't allow.
  ///   - decode: the image in a file.
  package init(
    name: String, fileExtensions: [String],
    size: @escaping @Sendable (_ bytes: [UInt8], _ name: String) throws(ImageError) -> Size,
    decode: @escaping @Sendable (_ bytes: [UInt8], _ name: String) throws(ImageError) -> Image
  ) {
    self.name = name
    self.fileExtensions = fileExtensions
    self.size = size
    self.decode = decode
  }

  /// PNG files of any kind.
  public static let png = ImageFormat(
    name: "PNG", fileExtensions: ["png"],
    size: { bytes, name throws(ImageError) in try Image.size(ofPNG: bytes, name: name) },
    decode: { bytes, name throws(ImageError) in try Image(pngData: bytes, name: name) })
}

extension [ImageFormat] {
  /// What they are called, in a sentence: `PNG or JPEG`.
  package var names: String { map(\.name).joined(separator: " or ") }

  /// What the names of their files end in, in a sentence: `.png, .jpg or .jpeg`.
  package var endings: String {
    let endings = flatMap(\.fileExtensions).map { "." + $0 }
    return endings.count < 2
      ? endings.joined()
      : endings.dropLast().joined(separator: ", ") + " or " + endings[endings.count - 1]
  }

  /// Whether a file's name ends as those of one of them do, whatever the case.
  package func name(_ path: String) -> Bool {
    let ending = Path.fileExtension(of: path)
    return contains { $0.fileExtensions.contains(ending) }
  }

  /// The format that bytes have, by their first ones.
  ///
  /// - Throws: `ImageError` when it is none of these.
  package func format(of bytes: [UInt8], name: String) throws(ImageError) -> ImageFormat {
    let found = FileSignature.name(of: bytes)
    if let format = first(where: { $0.name == found }) { return format }
    // The only reader there is may know more of bytes that end too early.
    if found == nil, count == 1 { return self[0] }
    throw ImageError(bytes, name: name, isNone: names)
  }
}
