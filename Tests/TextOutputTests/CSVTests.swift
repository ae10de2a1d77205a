import Testing
import TextOutput

@Suite struct CSVTests {
  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"a\"", "\"say \"\"a\"\"\""),
    ("a\nb", "\"a\nb\""),
    ("=1+2", "'=1+2"), ("+cmd|x", "'+cmd|x"), ("-a", "'-a"), ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"), ("=\"a\",b", "\"'=\"\"a\"\",b\""), ("-1.5", "-1.5"), ("+3e-4", "+3e-4"),
    ("-inf", "-inf"), ("", ""), ("a=b", "a=b"), ("-1-2", "'-1-2"),
  ])
  func cellsAreQuotedAndNeverComputed(text: String, field: String) {
    #expect(CSV.field(text) == field)
  }

  @Test func objectsMakeATable() {
    let table = CSV.table([
      JSON(["a": 1, "b": "x,y"]), JSON(["a": 2.5, "c": Float.nan, "b": true]),
      JSON(["l": [-1, 2], "d": JSON(["e": 1]), "m": [1, -2, 3, 4, 5]]),
    ])
    #expect(
      table == """
        a,b,c,l_0,l_1,d,m
        1,"x,y",,,,,
        2.5,true,nan,,,,
        ,,,-1,2,"{""e"":1}",1 -2 3 4 5
        """)
  }

  @Test func aListOfObjectsMakesARowEach() {
    let table = CSV.table([
      JSON(["filter": 1, "best": [JSON(["y": 3]), JSON(["y": 4])], "dead": false]),
      JSON(["filter": 2, "best": [JSON](), "dead": true]),
    ])
    #expect(
      table == """
        filter,dead,y
        1,false,3
        1,false,4
        2,true,
        """)
  }
}
