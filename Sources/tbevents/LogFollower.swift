import EventFiles

/// Runs that come, grow, are replaced and go, read on from time to time.
struct LogFollower {
  let selection: Selection
  private(set) var contents: [RunContents] = []
  /// What was told; nothing is told twice.
  private var told: Set<[UInt8]> = []

  init(selection: Selection) { self.selection = selection }

  /// Reads what was written since the last time; returns what there is to tell of it.
  mutating func readOn() -> [String] {
    var sentences: [String] = []
    do {
      for index in contents.indices { try contents[index].readOn() }
    } catch {
      sentences.append("\(error); waiting for it")
    }
    do {
      let (runs, failures) = try selection.find()
      let known = Set(contents.map(\.run.name.key))
      contents += try readAll(runs.filter { !known.contains($0.name.key) }) {
        [wants = selection.wantsTag] in wants($0) || isHyperparameters($0)
      }
      sentences += damage(in: contents, failures) + oddities(in: contents)
    } catch {
      sentences.append("\(error); waiting for it")
    }
    return sentences.filter { told.insert($0.key).inserted }
  }
}
