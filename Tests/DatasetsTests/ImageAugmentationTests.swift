import Tensors
import Testing

@testable import Datasets

/// Images of so many pixels, each byte telling where it is: 1, 2, 3, …, never black.
private func ramp(
  _ count: Int, height: Int = 4, width: Int = 5, channels: Int = 1
) -> LabeledImages {
  let size = height * width * channels
  return LabeledImages(
    height: height, width: width, channels: channels,
    pixels: (0..<count).flatMap { _ in (0..<size).map { UInt8($0 % 254 + 1) } },
    labels: [Int](repeating: 0, count: count),
    sources: ImageSources([String](repeating: "", count: count)))
}

/// An independent way of cropping: the image is really padded, and a part of it taken.
private func cropped(
  _ bytes: [UInt8], height: Int, width: Int, channels: Int, padding: Int, top: Int, left: Int
) -> [UInt8] {
  let wide = width + 2 * padding
  var padded = [UInt8](repeating: 0, count: (height + 2 * padding) * wide * channels)
  for y in 0..<height {
    for at in 0..<width * channels {
      padded[((y + padding) * wide + padding) * channels + at] = bytes[y * width * channels + at]
    }
  }
  var part: [UInt8] = []
  for y in 0..<height {
    let first = ((y + top) * wide + left) * channels
    part += padded[first..<first + width * channels]
  }
  return part
}

@Suite struct ImageAugmentationTests {
  private func bytes(
    _ data: LabeledImages, _ augmentation: ImageAugmentation, seed: Int = 1, epochs: Int = 1,
    startingAt step: Int = 0
  ) -> [(image: Int, epoch: Int, bytes: [UInt8])] {
    let size = data.imageShape.reduce(1, *)
    return data.batches(
      of: 16, epochs: epochs, seed: seed, startingAt: step, augmentation: augmentation
    ).flatMap { batch in
      let scalars = batch.images.scalars
      return batch.indices.enumerated().map { row, index in
        (
          index, batch.epoch,
          scalars[row * size..<(row + 1) * size].map { UInt8(($0 * 255).rounded()) }
        )
      }
    }
  }

  @Test(arguments: [1, 3])
  func `a crop is one of the padded image's parts, each as often as the others`(channels: Int) {
    let data = ramp(2_000, channels: channels)
    let original = Array(data.pixels[..<(20 * channels)])
    var places: [[UInt8]: Int] = [:]
    for top in 0...4 {
      for left in 0...4 {
        let part = cropped(
          original, height: 4, width: 5, channels: channels, padding: 2, top: top, left: left)
        places[part] = 0
      }
    }
    #expect(places.count == 25)
    for image in bytes(data, ImageAugmentation(crop: 2)) {
      #expect(places[image.bytes] != nil)
      places[image.bytes, default: 0] += 1
    }
    // 80 of each are expected, with a deviation of 9.
    #expect(places.values.allSatisfy { (45...115).contains($0) }, "\(places.values.sorted())")
  }

  @Test func `a crop farther than the image leaves black`() {
    let all = bytes(ramp(400), ImageAugmentation(crop: 20))
    #expect(all.contains { $0.bytes.allSatisfy { $0 == 0 } })
    #expect(all.contains { !$0.bytes.allSatisfy { $0 == 0 } })
  }

  @Test func `a mirrored crop is the crop's mirror image`() {
    let data = ramp(300, channels: 3)
    let plain = bytes(data, ImageAugmentation(crop: 2), seed: 4)
    let both = bytes(data, ImageAugmentation(flips: true, crop: 2), seed: 4)
    var mirrored = 0
    for (plain, both) in zip(plain, both) where plain.bytes != both.bytes {
      mirrored += 1
      for (at, byte) in both.bytes.enumerated() {
        let (row, column, channel) = (at / 15, at / 3 % 5, at % 3)
        #expect(byte == plain.bytes[(row * 5 + 4 - column) * 3 + channel])
      }
    }
    #expect((110...190).contains(mirrored))
  }

  @Test func `a cutout covers a square around any pixel`() {
    let data = ramp(3_000, height: 6, width: 7, channels: 3)
    let original = Array(data.pixels[..<(6 * 7 * 3)])
    var centers: [[Int]: Int] = [:]
    for image in bytes(data, ImageAugmentation(cutout: 4)) {
      let covered = (0..<42).filter { pixel in
        (0..<3).allSatisfy { image.bytes[3 * pixel + $0] == 128 }
      }
      // DeVries & Taylor: rows y - 2 ..< y + 2 of the image, and columns likewise.
      let rows = covered.map { $0 / 7 }
      let columns = covered.map { $0 % 7 }
      let box = [rows.min() ?? -1, rows.max() ?? -1, columns.min() ?? -1, columns.max() ?? -1]
      #expect(covered.count == (box[1] - box[0] + 1) * (box[3] - box[2] + 1))
      centers[box, default: 0] += 1
      for pixel in 0..<42 where !covered.contains(pixel) {
        #expect(
          Array(image.bytes[3 * pixel..<3 * pixel + 3])
            == Array(original[3 * pixel..<3 * pixel + 3]))
      }
    }
    var expected: Set<[Int]> = []
    for y in 0..<6 {
      for x in 0..<7 {
        expected.insert([max(0, y - 2), min(5, y + 1), max(0, x - 2), min(6, x + 1)])
      }
    }
    // Boxes at the edges that two centres share count for both.
    #expect(Set(centers.keys) == expected)
    #expect(centers.values.allSatisfy { $0 > 30 }, "71 a centre are expected")
  }

  @Test(arguments: [PixelRange.zeroToOne, .minusOneToOne])
  func `black and the middle are those of the pixels' range`(range: PixelRange) {
    let data = ramp(60)
    var seen: Set<Float> = []
    for batch in data.batches(
      of: 60, epochs: 1, seed: 1, pixelRange: range,
      augmentation: ImageAugmentation(crop: 3, cutout: 2))
    {
      seen.formUnion(batch.images.scalars)
    }
    #expect(seen.contains(range.lowest))
    #expect(seen.contains((range.scalar(of: 0) + range.scalar(of: 255)) / 2))
  }

  @Test func `it depends on seed, epoch and image alone`() {
    let data = ramp(90, height: 9, width: 9)
    let all = ImageAugmentation(flips: true, crop: 3, cutout: 3)
    let whole = bytes(data, all, epochs: 3)
    let perEpoch = (90 + 15) / 16
    let rest = bytes(data, all, epochs: 3, startingAt: perEpoch + 2)
    #expect(whole.suffix(rest.count).map(\.bytes) == rest.map(\.bytes))
    for workers in [1, 2, 5] {
      Parallel.$workers.withValue(workers) {
        #expect(bytes(data, all, epochs: 3).map(\.bytes) == whole.map(\.bytes))
      }
    }
    let first = Dictionary(
      uniqueKeysWithValues: whole.filter { $0.epoch == 0 }.map { ($0.image, $0.bytes) })
    let second = Dictionary(
      uniqueKeysWithValues: whole.filter { $0.epoch == 1 }.map { ($0.image, $0.bytes) })
    #expect((0..<90).filter { first[$0] == second[$0] }.count < 5)
    #expect(bytes(data, all, seed: 2).map(\.bytes) != bytes(data, all, seed: 1).map(\.bytes))
    // A golden choice, so that another version, machine or library resumes what this one began.
    #expect(
      all.choice(for: 7, seed: 1, epoch: 2, height: 9, width: 9)
        == ImageAugmentation.Choice(
          isMirrored: true, down: -2, right: 3, coveredRows: 3..<6, coveredColumns: 1..<4))
  }
}
