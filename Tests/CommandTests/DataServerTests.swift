import Testing

/// The command line as TensorBoard writes it; what is behind the network is tested against TensorBoard's own
/// data server in Tests/Conformance/check_data_server.py.
@Suite struct DataServerTests {
  private let server = Tool.dataServer

  /// - Source: TensorBoard, `data/server_ingester.py`.
  @Test func tensorBoardsCommandLinesAreRight() {
    let flags = [
      "--logdir=/logs", "--reload=5", "--samples-per-plugin=", "--port=0", "--port-file=/tmp/port",
      "--die-after-stdin", "--error-file=/tmp/error",
    ]
    #expect(server.answer(flags) == nil)
    #expect(server.answer(flags + ["--verbose", "--verbose", "--no-checksum"]) == nil)
    #expect(server.answer("--logdir= --reload=once --samples-per-plugin=images=all,text=7") == nil)
  }

  @Test(arguments: [
    "", "--logdir x --reload 5s", "--logdir x --reload -1", "--logdir x --port 65536",
    "--logdir x --samples-per-plugin scalars", "--logdir x --samples-per-plugin scalars=few",
  ]) func wrongCommandLinesAreRefused(line: String) {
    #expect(server.answer(line)?.code == 64)
  }

  @Test func theHelpHasTheExitCodes() {
    #expect(
      server.help("").contains("8 no log directory that can be served, 9 the port can't be bound"))
  }
}
