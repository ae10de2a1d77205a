import EventFiles
import Foundation
import Testing

/// Files that torch, tensorboardX and TensorFlow wrote, read by us and by TensorBoard's EventAccumulator.
@Suite struct OtherWritersTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/writers").path

  /// Every curve that EventAccumulator read, as `[step, wall time, value]`, the last two as Python prints them.
  private func expected() throws -> [String: [String: [[Any]]]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/expected.json"))
    let object = try JSONSerialization.jsonObject(with: data)
    return try #require(object as? [String: [String: [[Any]]]])
  }

  @Test func `every point is the one that TensorBoard reads`() throws {
    let expected = try expected()
    let runs = try Run.all(under: Self.folder)
    #expect(runs.map(\.name) == expected.keys.sorted())
    var points = 0
    for run in runs {
      let contents = try run.contents()
      #expect(contents.files.allSatisfy { $0.damageCount == 0 && $0.unfinishedByteCount == 0 })
      let curves = contents.series.filter { $0.kind == .scalar }
      let wanted = expected[run.name] ?? [:]
      #expect(Set(curves.map(\.tag)) == Set(wanted.keys), "\(run.name)")
      for curve in curves {
        let rows = try #require(wanted[curve.tag])
        #expect(curve.count == rows.count)
        for (point, row) in zip(curve.scalars, rows) {
          points += 1
          #expect(point.step == row[0] as? Int)
          #expect(point.wallTime == (row[1] as? String).flatMap(Double.init))
          let text = try #require(row[2] as? String)
          let value = try #require(Double(text))
          #expect(
            point.value == value || point.value.isNaN && value.isNaN, "\(run.name) \(curve.tag)")
        }
      }
    }
    #expect(points > 20)
  }

  @Test(arguments: ["torch", "tensorboardx", "tensorflow"])
  func `pictures, sounds, texts and histograms are found`(writer: String) throws {
    let contents = try Run(directory: "\(Self.folder)/\(writer)").contents()
    func series(_ kind: Series.Kind) throws -> Series {
      try #require(contents.series.first { $0.kind == kind }, "\(kind)")
    }
    let picture = try contents.blobs(0, of: series(.image))
    #expect(picture.count == 1 && picture[0].starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try series(.image).steps == [8])
    let sound = try contents.blobs(0, of: series(.audio))
    #expect(sound.count == 1 && sound[0].starts(with: Array("RIFF".utf8)))
    #expect(try contents.texts(0, of: series(.text)) == ["**bold** text"])
    let buckets = try contents.histogram(0, of: series(.histogram))
    #expect(buckets.reduce(0) { $0 + $1.count } == 50)
    #expect(buckets.first?.left == -1 && buckets.last?.right == 1)
    for (one, next) in zip(buckets, buckets.dropFirst()) { #expect(one.right == next.left) }
  }
}
