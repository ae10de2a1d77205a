import Testing

@testable import CommandSupport

@Suite struct TextTableTests {
  @Test func columnsAreAlignedAndLinesEndWithoutSpaces() {
    var table = TextTable(("layer", .left), ("outputs", .right), ("note", .left))
    table.add("conv1", "25,088", "")
    table.add("fc2", "10", "logits")
    #expect(
      table.rendered() == """
        layer  outputs  note
        conv1   25,088
        fc2         10  logits
        """)
  }

  @Test func emptyTitlesMeanNoHead() {
    var table = TextTable(("", .left), ("", .left))
    table.add("run", "logdir/lenet")
    table.add("accuracy", "61.0 %")
    #expect(table.rendered() == "run       logdir/lenet\naccuracy  61.0 %")
  }
}
