import EventFiles
import Testing

@Suite struct EventFileNameTests {
  private func name(after existing: [String], process: Int32 = 7, counter: Int = 0) -> String {
    EventFileName(host: "host", process: process, suffix: ".v2")
      .next(after: existing, seconds: 1_700_000_000, counter: counter)
  }

  @Test func aFirstNameTellsTimeHostProcessAndCounter() {
    #expect(name(after: []) == "events.out.tfevents.1700000000.host.7.0.v2")
  }

  @Test func theHostsNameCanNotBreakThePath() {
    let names = EventFileName(host: "a/b c.d", process: 1, suffix: "")
    #expect(
      names.next(after: [], seconds: 5, counter: 2) == "events.out.tfevents.0000000005.a-b-c-d.1.2")
  }

  @Test func namesSortInTheOrderOfTheirCreation() {
    var existing: [String] = []
    for counter in 0..<30 {
      // Numbers that get longer, processes that get shorter: as text, both sort the wrong way.
      let new = name(
        after: existing.shuffled(), process: Int32(1_000_000 / (counter + 1)), counter: counter)
      existing.append(new)
    }
    #expect(Set(existing).count == existing.count)
    #expect(existing.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } == existing)
  }

  @Test func aFileFromTheFutureStaysBefore() {
    #expect(
      name(after: ["events.out.tfevents.1800000000.other.9.0"])
        == "events.out.tfevents.1800000001.host.7.0.v2")
  }

  @Test func filesOfOtherFormsAreNoMatter() {
    let others = ["zzz.tfevents", "events.out.tfevents.host", "events.out.tfevents.99.x", "~"]
    #expect(name(after: others) == "events.out.tfevents.1700000000.host.7.0.v2")
  }
}
