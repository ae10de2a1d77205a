import EventFiles

/// Runs that come, grow, are replaced and go, read on from time to time.
struct LogFollower {
  let find: () throws -> (runs: [Run], failures: [EventFileError])
  let wantsTag: @Sendable (String) -> Bool
  private(set) var contents: [RunContents] = []
  /// What was told; nothing is told twice.
  private var told: Set<[UInt8]> = []

  init(
    wantsTag: @escaping @Sendable (String) -> Bool = { _ in true },
    find: @escaping () throws -> (runs: [Run], failures: [EventFileError])
  ) {
    (self.find, self.wantsTag) = (find, wantsTag)
  }

  init(selection: Selection) {
    self.init(wantsTag: selection.wantsTag) { try selection.find() }
  }

  /// Reads what was written since the last time; returns what there is to tell of it.
  mutating func readOn() -> [String] {
    var sentences: [String] = []
    for index in contents.indices {
      do { try contents[index].readOn() } catch {
        sentences.append("\(error); waiting for it")
      }
    }
    do {
      let (runs, failures) = try find()
      let known = Set(contents.map(\.run.name.key))
      contents += try readAll(runs.filter { !known.contains($0.name.key) }) { [wantsTag] in
        wantsTag($0) || isHyperparameters($0)
      }
      sentences += damage(in: contents, failures) + oddities(in: contents)
    } catch {
      sentences.append("\(error); waiting for it")
    }
    return sentences.filter { told.insert($0.key).inserted }
  }
}
