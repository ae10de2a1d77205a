// Vectors with labels and images, for TensorBoard's dashboard Projector: small drawings of bars, each a
// vector of its pixels.
//
//     swift run example-projector && tensorboard --logdir logdir

import Images
import TensorBoard

var vectors: [[Float]] = []
var kinds: [String] = []
var images: [Image] = []
for index in 0..<120 {
  let isUpright = index.isMultiple(of: 2)
  let place = Int.random(in: 0..<14)
  var image = Image(width: 16, height: 16, channels: 1, filledWith: .black)
  image.fill(
    x: isUpright ? place : 0, y: isUpright ? 0 : place, width: isUpright ? 3 : 16,
    height: isUpright ? 16 : 3, color: .white)
  vectors.append(image.pixels.map { Float($0) / 255 + Float.random(in: 0...0.1) })
  kinds.append(isUpright ? "upright" : "level")
  images.append(image)
}

let writer = try SummaryWriter(directory: "logdir/projector")
try writer.add(
  ProjectorEmbedding("bars", vectors: vectors, columns: ["kind": kinds], sprites: images))
try writer.close()
print("\(vectors.count) vectors of \(vectors[0].count) numbers in logdir/projector")
