import Testing

/// What needs a terminal is in Tests/Conformance/check_watch.py.
@Suite struct TBEventsWatchTests {
  @Test func `without a terminal watch says what to do`() throws {
    try withTemporaryFolder { folder in
      let result = try Tool.tbevents.run(["watch", "logdir"], in: folder)
      #expect(result.code == 1 && result.output.isEmpty)
      #expect(
        result.errors == """
          tbevents: standard input isn't a terminal, so there are no keys; tbevents tail -f prints \
          new values as lines

          """)
      #expect(try Tool.tbevents.run(["watch", "--help"], in: folder).code == 0)
      #expect(try Tool.tbevents.run(["watch", "a", "--interval", "0"], in: folder).code == 64)
      #expect(try Tool.tbevents.run(["watch", "a", "--smoothing", "1"], in: folder).code == 64)
    }
  }
}
