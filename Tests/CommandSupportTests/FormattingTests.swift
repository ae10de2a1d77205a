import Testing

@testable import CommandSupport

@Suite struct FormattingTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (3_274_634, "3,274,634"),
    (-12_345, "-12,345"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func countsHaveTheirThousandsApart(value: Int, text: String) {
    #expect(Format.count(value) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.53421, "0.5342"), (1.0, "1.000"), (1853.4, "1,853"), (-2.5, "-2.500"),
    (0.000021, "2.10e-05"), (0.0001234, "0.0001234"), (1e12, "1.00e+12"), (.nan, "nan"),
    (.infinity, "inf"), (-.infinity, "-inf"),
  ])
  func numbersKeepFourSignificantDigits(value: Double, text: String) {
    #expect(Format.number(value) == text)
  }

  @Test(arguments: [
    (0.0, "0.0 s"), (-1, "0.0 s"), (0.44, "0.4 s"), (0.97, "1 s"), (59.4, "59 s"),
    (59.6, "1 min 00 s"), (83, "1 min 23 s"), (7_500, "2 h 05 min"), (273_600, "3 d 04 h"),
    (.infinity, "forever"), (.nan, "forever"),
  ])
  func durationsHaveTwoUnitsAtMost(seconds: Double, text: String) {
    #expect(Format.duration(seconds: seconds) == text)
  }

  @Test(arguments: [
    (1, "1 byte"), (816, "816 bytes"), (1_000, "1.00 kB"), (13_099_360, "13.1 MB"),
    (999_999_999, "1.00 GB"), (999_400, "999 kB"),
  ])
  func sizesChooseTheirUnit(count: Int, text: String) {
    #expect(Format.bytes(count) == text)
  }

  @Test func sharesArePercentAndNounsAgreeWithTheirCount() {
    #expect(Format.percent(0.6134) == "61.3 %")
    #expect(Format.percent(.nan) == "nan %")
    #expect(Format.counted(1, "image") == "1 image")
    #expect(Format.counted(1_000, "image") == "1,000 images")
    #expect(Format.counted(2, "class", plural: "classes") == "2 classes")
  }
}
