import Images
import Testing

struct ContrastScaleTests {
  @Test func minMaxSpreadsOverAllBytesAndRoundsHalvesUp() {
    let scale = ContrastScale(.minMax, of: [-1, 0, 0.5, 1])
    #expect([-1, 0, 0.5, 1].map(scale.byte(of:)) == [0, 128, 191, 255])
    #expect([-5, 5].map(scale.byte(of:)) == [0, 255], "outside the scale")
  }

  @Test func symmetricKeepsZeroInTheMiddle() {
    let scale = ContrastScale(.symmetric, of: [-2, 0, 1])
    #expect([-2, -1, 0, 1, 2].map(scale.byte(of:)) == [1, 65, 128, 192, 255])
  }

  @Test(arguments: ContrastRule.allCases)
  func aConstantPlaneIsToldAndNeverNaN(rule: ContrastRule) {
    for constant: Float in [0, 3, -7] {
      let scale = ContrastScale(rule, of: [constant, constant, constant])
      #expect(scale.isConstant)
      #expect(scale.lowest == constant)
    }
    #expect(ContrastScale(.minMax, of: [3, 3]).byte(of: 3) == 128)
    #expect(ContrastScale(.symmetric, of: [0, 0]).byte(of: 0) == 128)
    #expect(
      !ContrastScale(rule, of: [0, .leastNonzeroMagnitude]).isConstant,
      "even a denormal is contrast")
  }

  @Test(arguments: ContrastRule.allCases)
  func whatIsNotFiniteDoesNotChangeTheScale(rule: ContrastRule) {
    let finite: [Float] = [-1, 0.25, 2]
    let scale = ContrastScale(rule, of: finite + [.nan, .infinity, -.infinity])
    #expect(scale == ContrastScale(rule, of: finite))
    #expect(scale.byte(of: .infinity) == 255)
    #expect(scale.byte(of: -.infinity) == 0)
    #expect(scale.byte(of: .nan) == (rule == .minMax ? 0 : 128))
    #expect(ContrastScale(rule, of: [.nan, .infinity]).isConstant)
    #expect(ContrastScale(rule, of: []).isConstant)
  }

  @Test func theWidestRangeOfFloatsDoesNotOverflow() {
    let greatest = Float.greatestFiniteMagnitude
    let scale = ContrastScale(.minMax, of: [-greatest, 0, greatest])
    #expect([-greatest, 0, greatest].map(scale.byte(of:)) == [0, 128, 255])
  }

  @Test func planesHaveAScaleOfTheirOwnOrShareOne() {
    let planes: [[Float]] = [[0, 1], [0, 10], [4, 4]]
    let own = Image.contrastStretched(planes, width: 2, height: 1)
    #expect(own.images.map(\.pixels) == [[0, 255], [0, 255], [128, 128]])
    #expect(own.scales.map(\.isConstant) == [false, false, true])
    let shared = Image.contrastStretched(planes, width: 2, height: 1, sharingScale: true)
    #expect(shared.images.map(\.pixels) == [[0, 26], [0, 255], [102, 102]])
    #expect(shared.scales.allSatisfy { $0 == ContrastScale(.minMax, lowest: 0, highest: 10) })
  }
}
