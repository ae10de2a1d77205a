import ArgumentParser
import CommandSupport
import Files
import Foundation
import Visualization

/// Named parts of images: a box in each.
struct PartBoxes {
  /// A part and its box in each image.
  struct Part: Equatable {
    var name: String
    var boxes: [PixelBox]
  }

  /// The images: paths of files, or numbers in the data set.
  let images: [String]
  let parts: [Part]

  /// Reads a file of boxes: CSV with the head `part,image,y,x,height,width`, or JSON, a list of objects
  /// with these keys. Images are numbers in the data set, or files beside the file.
  ///
  /// - Throws: `CommandFailure` that names the file and the line or the part.
  init(path: String) throws {
    let data: Data
    do {
      data = Data(try OpenFile.contents(of: path, limit: 100_000_000))
    } catch {
      throw CommandFailure("\(path): can't be read: \(error.reason)")
    }
    let entries =
      path.hasSuffix(".json") ? try Self.json(data, path) : try Self.csv(data, path)
    guard !entries.isEmpty else { throw CommandFailure("\(path): holds no box") }
    var images: [String] = []
    var names: [String] = []
    for entry in entries {
      if !images.contains(entry.image) { images.append(entry.image) }
      if !names.contains(entry.part) { names.append(entry.part) }
    }
    self.images = images
    parts = try names.map { name in
      Part(
        name: name,
        boxes: try images.map { image in
          let found = entries.filter { $0.part == name && $0.image == image }
          guard found.count == 1 else {
            throw CommandFailure(
              """
              \(path): part "\(name)" has \(found.isEmpty ? "no box" : "\(found.count) boxes") in \
              image \(image); each part needs one in each image
              """)
          }
          return found[0].box
        })
    }
  }

  private struct Entry {
    let part, image: String
    let box: PixelBox

    /// Nil where there is no image or there aren't four numbers.
    init?(_ part: String, _ image: String?, _ numbers: [Int]) {
      guard let image, numbers.count == 4 else { return nil }
      (self.part, self.image) = (part, image)
      box = PixelBox(y: numbers[0], x: numbers[1], height: numbers[2], width: numbers[3])
    }
  }

  private static func csv(_ data: Data, _ path: String) throws -> [Entry] {
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    let head = "part,image,y,x,height,width"
    guard let first = lines.first, first.filter({ $0 != " " }) == head else {
      throw CommandFailure("\(path): its first line isn't \(head)")
    }
    return try lines.dropFirst().enumerated().map { index, line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard fields.count == 6,
        let entry = Entry(fields[0], fields[1], fields.dropFirst(2).compactMap { Int($0) })
      else { throw CommandFailure("\(path): line \(index + 2) isn't \(head): \(line)") }
      return entry
    }
  }

  private static func json(_ data: Data, _ path: String) throws -> [Entry] {
    let objects = try? JSONSerialization.jsonObject(with: data) as? [[String: Any]]
    let entries = objects?.compactMap { object in
      (object["part"] as? String).flatMap { part in
        let image = object["image"] as? String ?? (object["image"] as? Int).map { "\($0)" }
        return Entry(
          part, image, ["y", "x", "height", "width"].compactMap { object[$0] as? Int })
      }
    }
    guard let entries, entries.count == objects?.count else {
      throw CommandFailure(
        """
        \(path): isn't a list of objects with the keys part, image, y, x, height and width
        """)
    }
    return entries
  }
}

/// A part that lies at the same place in all images, written `name=y,x,height,width`.
struct NamedBox: ExpressibleByArgument {
  let name: String
  let box: PixelBox

  init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex else { return nil }
    let numbers = argument[argument.index(after: sign)...].numbers(separator: ",") { Int($0) }
    guard let numbers, numbers.count == 4 else { return nil }
    name = String(argument[..<sign])
    box = PixelBox(y: numbers[0], x: numbers[1], height: numbers[2], width: numbers[3])
  }
}
