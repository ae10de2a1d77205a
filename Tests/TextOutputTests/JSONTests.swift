import Foundation
import Testing
import TextOutput

@Suite struct JSONTests {
  private let value = JSON([
    "layer": 3, "name": "fc1", "none": nil as Int?, "share": 0.5, "float": Float(0.1), "whole": 2.0,
    "dead": false, "list": [1, 2], "empty": [Int](), "inner": JSON(["a": Double.nan]),
  ])

  @Test func membersKeepTheirOrderAndAbsentOnesAreLeftOut() {
    #expect(
      value.text == #"{"layer":3,"name":"fc1","share":0.5,"float":0.1,"whole":2,"dead":false,"#
        + #""list":[1,2],"empty":[],"inner":{"a":"NaN"}}"#)
  }

  @Test func indentedTextHasALineAMember() {
    #expect(
      JSON(["a": [1], "b": JSON(["c": "d"]), "e": JSON([:])]).indentedText == """
        {
          "a": [
            1
          ],
          "b": {
            "c": "d"
          },
          "e": {}
        }
        """)
  }

  @Test(arguments: [
    ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#), ("\u{0}\u{1B}[2J", #""\u0000\u001b[2J""#),
    ("\u{7F}\u{9B}", #""\u007f\u009b""#), ("\u{202E}x\u{2066}", #""\u202ex\u2066""#),
    ("é🙂", "\"é🙂\""), ("</script>", "\"</script>\""), ("", "\"\""),
  ])
  func stringsAreEscaped(text: String, json: String) throws {
    #expect(JSON.quoted(text) == json)
    let decoded = try JSONSerialization.jsonObject(
      with: Data(json.utf8), options: .fragmentsAllowed)
    #expect(decoded as? String == text)
  }

  @Test func nothingEndsAScript() {
    let text = JSON.quoted("</script><!-- & \u{2028}", inMarkup: true)
    #expect(text == #""\u003c/script\u003e\u003c!-- \u0026 \u2028""#)
  }

  @Test func everyTreeReadsBack() throws {
    for text in [value.text, value.indentedText] {
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      #expect(object?.count == 9)
      #expect(object?["name"] as? String == "fc1" && object?["share"] as? Double == 0.5)
    }
  }

  @Test(arguments: [
    (Double.infinity, "\"Infinity\""), (-.infinity, "\"-Infinity\""), (.nan, "\"NaN\""),
    (1e-7, "1e-07"),
    (123_456_789, "123456789"),
  ])
  func numbersAreTheShortestThatReadBack(number: Double, text: String) {
    #expect(JSON.number(number).text == text)
  }

  @Test(arguments: [0, 7, -1, 1_000_000, Int.max, Int.min])
  func integersAreWhole(number: Int) {
    #expect(JSON.integer(number).text == "\(number)")
  }
}
