import EventFiles
import Foundation
import Testing

/// Files that torch, tensorboardX and TensorFlow wrote, read by us and by TensorBoard's EventAccumulator.
@Suite struct OtherWritersTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/writers").path

  /// Every curve that EventAccumulator read, as `[step, wall time, value]`, the last two as Python prints them.
  private func expected(_ part: String) throws -> [String: [String: [[Any]]]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/expected.json"))
    let object = try JSONSerialization.jsonObject(with: data)
    let runs = try #require(object as? [String: [String: [String: [[Any]]]]])
    return try runs.mapValues { try #require($0[part]) }
  }

  @Test func `every point is the one that TensorBoard reads`() throws {
    let expected = try expected("scalars")
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

  /// What a value holds: numbers, or strings in base 64, as the fixture tells them.
  private func told(_ value: Summary.Value?) -> [String] {
    func encoded(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
    func text(_ numbers: [Double]) -> [String] { numbers.map { "\($0)" } }
    switch value?.content {
    case .image(let image): return [encoded(image.encoded)]
    case .audio(let audio): return [encoded(audio.encoded)]
    case .histogram(let histogram): return text(histogram.bucketLimits + histogram.buckets)
    case .tensor(let tensor):
      return tensor.strings.map { $0.map(encoded) } ?? text(tensor.numbers ?? [])
    case .scalar, nil: return []
    }
  }

  @Test func `every other value is the one that TensorBoard reads`() throws {
    var count = 0
    for (name, tags) in try expected("others") {
      let contents = try Run(directory: "\(Self.folder)/\(name)").contents()
      let others = contents.series.filter { $0.kind != .scalar }
      #expect(Set(others.map(\.tag)) == Set(tags.keys), "\(name)")
      for series in others {
        let rows = try #require(tags[series.tag])
        #expect(series.steps == rows.map { $0[0] as? Int })
        for (index, row) in rows.enumerated() {
          let wanted = row[1] as? [String] ?? [row[1] as? String ?? ""]
          let got = told(try contents.value(index, of: series))
          #expect(got.count == wanted.count, "\(name) \(series.tag)")
          for (one, other) in zip(got, wanted) {
            #expect(one == other || Double(one) == Double(other) ?? .nan, "\(name) \(series.tag)")
          }
          count += 1
        }
      }
    }
    #expect(count >= 17)
  }

  @Test(arguments: ["torch", "tensorboardx", "tensorflow"])
  func `images, sounds, texts and histograms are found`(writer: String) throws {
    let contents = try Run(directory: "\(Self.folder)/\(writer)").contents()
    func series(_ kind: Series.Kind) throws -> Series {
      try #require(contents.series.first { $0.kind == kind }, "\(kind)")
    }
    let image = try contents.blobs(0, of: series(.image))
    #expect(image.count == 1 && image[0].starts(with: [0x89, 0x50, 0x4E, 0x47]))
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
