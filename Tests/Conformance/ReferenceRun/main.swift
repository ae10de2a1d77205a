// Writes runs that hold every kind of summary there is, the same values each time; what they must look
// like to TensorBoard is in ../reference.json.
//
// usage: reference-run LOGDIR

import Foundation
import TensorBoard

guard CommandLine.arguments.count == 2 else {
  print("usage: reference-run LOGDIR")
  exit(64)
}
let logdir = CommandLine.arguments[1]
do {
  let writer = try SummaryWriter(directory: logdir + "/main")
  try addHyperparameters(to: writer)
  try addScalars(to: writer)
  try addHistograms(to: writer)
  try addImages(to: writer)
  try addSounds(to: writer)
  try addTexts(to: writer)
  try addCurves(to: writer)
  try addMeshes(to: writer)
  try addTensors(to: writer)
  try addGraph(to: writer)
  try addEmbeddings(to: writer)
  try writer.add(.runEnded(.success), step: 60)
  try writer.add(SessionLog(status: .stop, message: "all kinds are written"), step: 60)
  // The last that a reader comes to.
  try writer.add(.scalar("end", 1), step: 60)
  try writer.close()
  for trial in 1...3 { try addTrial(trial, logdir: logdir) }
} catch {
  print("reference-run: \(error)")
  exit(1)
}
