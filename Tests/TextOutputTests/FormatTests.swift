import Testing

@testable import TextOutput

@Suite struct FormatTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (3_274_634, "3,274,634"),
    (-12_345, "-12,345"), (-999, "-999"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func countsHaveTheirThousandsApart(value: Int, text: String) {
    #expect(Format.count(value) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.53421, "0.5342"), (1.0, "1.000"), (1853.4, "1,853"), (-2.5, "-2.500"),
    (0.000021, "2.10e-5"), (0.0001234, "0.0001234"), (1e12, "1.00e12"), (.nan, "nan"),
    (.infinity, "inf"), (-.infinity, "-inf"), (0.99996, "1.000"), (-0.0, "0"),
    (.leastNormalMagnitude, "2.23e-308"),
  ])
  func numbersKeepFourSignificantDigits(value: Double, text: String) {
    #expect(Format.number(value) == text)
  }

  @Test(arguments: [
    (0.5, "0.5"), (10.0, "10"), (0.001, "0.001"), (123.4, "123"), (0.10000001, "0.1"),
    (2e-9, "2e-9"),
    (1_500_000.0, "1,500,000"), (0, "0"),
  ])
  func shortNumbersEndWithoutZeros(value: Double, text: String) {
    #expect(Format.short(value) == text)
  }

  @Test(
    arguments: [
      (Float(0.001_031_08), Float(0.001_031_42), "0.00103108", "0.00103142"),
      (0, 1, "0", "1"), (0.1, 0.9, "0.1", "0.9"), (5, 5, "5", "5"), (99.1, 99.2, "99.1", "99.2"),
      (-0.5, 0.5, "-0.5", "0.5"), (1, Float(1).nextUp, "1", "1.00000012"), (.nan, 1, "nan", "1"),
    ] as [(Float, Float, String, String)])
  func endsOfARangeAreToldApart(low: Float, high: Float, first: String, last: String) {
    let range = Format.range(low, high)
    #expect(range.low == first && range.high == last, "\(range)")
  }

  @Test(
    arguments: [
      (0.5, 2, "0.50"), (-0.5, 1, "-0.5"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"),
      (12.345, 2, "12.35"),
      (3, 0, "3"), (1.005, 3, "1.005"), (0.125, 2, "0.12"), (2.5, 0, "2"),
      (1e20, 0, "100000000000000000000"),
      (0.285, 2, "0.28"), (-1234.5678, 3, "-1234.568"), (1e-9, 10, "0.0000000010"),
      (.nan, 1, "nan"),
    ] as [(Double, Int, String)])
  func numbersHaveFixedDecimals(number: Double, decimals: Int, text: String) {
    #expect(Format.fixed(number, decimals: decimals) == text)
  }

  @Test func theShortWayToFixedDecimalsGivesWhatCGives() {
    var bits: UInt64 = 1
    for _ in 0..<20_000 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = (Double(bits >> 11) * 0x1p-53 - 0.5) * power(ofTen: Double(bits % 9))
      for decimals in 0...4 {
        let expected = rounded(number, decimals, .fixed)
        let isZero = !expected.contains { ("1"..."9").contains($0) }
        #expect(
          Format.fixed(number, decimals: decimals)
            == (isZero && expected.hasPrefix("-") ? String(expected.dropFirst()) : expected))
      }
    }
  }

  @Test(arguments: [(0.50, "0.5"), (12, "12"), (-0.04, "0"), (100, "100"), (3.26, "3.3")])
  func coordinatesAreShort(value: Double, text: String) {
    #expect(Format.trimmed(value, decimals: 1) == text)
  }

  @Test(arguments: [(0.123456789, "0.12346"), (1e-7, "1e-07"), (123_456, "1.2346e+05"), (2, "2")])
  func compactNumbersHaveFewLetters(value: Double, text: String) {
    #expect(Format.compact(value, digits: 5) == text)
  }

  @Test(arguments: [(1.25, "+1.2"), (-0.3, "-0.3"), (0.01, "0.0"), (-0.01, "0.0"), (0, "0.0")])
  func changesHaveASign(value: Double, text: String) {
    #expect(Format.change(value, decimals: 1) == text)
  }

  @Test(
    arguments: [
      (3.0, false, "3"), (0.1, false, "0.1"), (Double(Float(0.1)), true, "0.1"),
      (.nan, false, "nan"),
      (1e300, false, "1e+300"), (-0.0, false, "-0"),
    ] as [(Double, Bool, String)])
  func exactNumbersReadBack(value: Double, isSingle: Bool, text: String) {
    #expect(Format.exact(value, isSingle: isSingle) == text)
    var bytes: [UInt8] = []
    bytes.append(exact: value, isSingle: isSingle)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test(
    arguments: [
      (0.2, 0.2, "0.2"), (1, 0.2, "1.0"), (5_000, 5_000, "5,000"), (2e-5, 1e-5, "2e-5"),
      (0, 1, "0"),
      (1e-9, 1, "0"), (2e6, 1e6, "2e6"), (-40, 20, "-40"), (0.25, 0.05, "0.25"),
    ] as [(Double, Double, String)])
  func ticksHaveNoDigitsThatSayNothing(value: Double, step: Double, text: String) {
    #expect(Format.tick(value, step: step) == text)
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
