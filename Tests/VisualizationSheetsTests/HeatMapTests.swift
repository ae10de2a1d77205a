import Charts
import Images
import Testing
import Visualization

@testable import VisualizationSheets

@Suite struct HeatMapTests {
  @Test func theLowestIsDarkestAndTheHighestLightest() {
    let map = HeatMap([-2, 0, 1, 4], rows: 2, columns: 2)
    let image = map.image()
    #expect(image[0, 0] == ColorMap.heat[0] && image[1, 1] == ColorMap.heat[1])
    #expect(image[1, 0] == ColorMap.heat[1 / 3.0])
    #expect(!map.isConstant)
  }

  @Test func aConstantMapIsOfTheMiddleColor() {
    let map = HeatMap([3, 3], rows: 1, columns: 2)
    #expect(map.isConstant)
    #expect(map.image()[0, 0] == ColorMap.heat[0.5])
  }

  @Test func overAImageColorsAreMixed() {
    let map = HeatMap([0, 1], rows: 1, columns: 2)
    let image = Image(width: 2, height: 1, channels: 1, pixels: [0, 255])
    #expect(map.image(over: image, opacity: 1) == map.image())
    #expect(map.image(over: image, opacity: 0) == image.converted(toChannels: 3))
  }

  @Test func aMapThatHardlyVariesSaysSo() {
    func height(_ values: [Float]) -> Int {
      HeatMap(values, rows: 1, columns: 2).legend(width: 80, palette: SheetPalette()).height
    }
    #expect(height([0.001_031_08, 0.001_031_42]) > height([0.1, 0.9]))
    #expect(height([0.1, 0.9]) > height([0.5, 0.5]))
  }
}
