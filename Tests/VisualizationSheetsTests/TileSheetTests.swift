import Charts
import Images
import Tensors
import Testing

@testable import Visualization
@testable import VisualizationSheets

@Suite struct TileSheetTests {
  private func tile(_ gray: UInt8, _ side: Int = 5) -> Image {
    Image(width: side, height: side, channels: 1, filledWith: Color(gray: gray))
  }

  /// How many pixels have a colour.
  private func count(_ image: Image, _ color: Color) -> Int {
    (0..<image.height).reduce(0) { sum, y in
      sum + (0..<image.width).count { image[$0, y] == color }
    }
  }

  @Test func everyTileIsOnTheSheetEnlarged() {
    func sheet(side: Int?) -> TileSheet {
      let tiles = [10, 11, 12, 13, 14].map {
        TileSheet.Tile(tile($0), side: side, caption: "\($0)")
      }
      return TileSheet(title: "five", tiles: tiles, columns: 3)
    }
    #expect(sheet(side: 23).rows.map(\.tiles.count) == [3, 2])
    let image = sheet(side: 23).drawing().image()
    // Letters without jags may have any gray: the tiles' pixels are together.
    for gray: UInt8 in 10...14 { #expect(count(image, Color(gray: gray)) >= 20 * 20) }
    #expect((25..<50).contains(count(sheet(side: nil).drawing().image(), Color(gray: 10))))
  }

  @Test func captionsStandBesideRowsAndOverColumns() {
    let bare = TileSheet(
      title: "t", rows: [TileSheet.Row([TileSheet.Tile(tile(9))])]
    ).drawing()
    let full = TileSheet(
      title: "t", columnCaptions: ["step 1"],
      rows: [TileSheet.Row(caption: "filter 7", [TileSheet.Tile(tile(9))])]
    ).drawing()
    #expect(full.width > bare.width && full.height > bare.height)
    #expect((25..<50).contains(count(full.image(), Color(gray: 9))))
  }

  @Test func aMarkedTileHasAnotherFrame() {
    let mark = SheetPalette().mark
    func marks(_ isMarked: Bool) -> Int {
      count(
        TileSheet(title: "t", tiles: [TileSheet.Tile(tile(9), isMarked: isMarked)])
          .drawing().image(), mark)
    }
    #expect(marks(false) == 0)
    #expect(marks(true) == 9 * 9 - 5 * 5)
  }

  @Test func anEmptyPlaceKeepsItsCaption() {
    let sheet = TileSheet(
      title: "t",
      tiles: [TileSheet.Tile(nil, caption: "2: dead"), TileSheet.Tile(tile(9), side: 50)])
    let image = sheet.drawing().image()
    #expect((2500..<2550).contains(count(image, Color(gray: 9))))
    #expect(count(image, SheetPalette().ink) > 20)
  }

  @Test func projectionsOfAFilterMayShareAScale() {
    func projection(_ value: Float) -> UnitProjection {
      UnitProjection(
        unit: FeatureUnit(
          image: 0, filter: 0, activation: Activation2D(y: 0, x: 0, value: value)),
        field: (0..<2, -1..<1), imageShape: [4, 4, 1],
        window: Tensor(shape: [1, 1, 1], scalars: [value]), corner: (0, 0))
    }
    let both = [projection(4), projection(-2)]
    let shared = ContrastScale.shared(by: both)
    #expect(shared.farthest == 4)
    #expect(both[1].image(scale: shared).pixels[0] == 65)
    #expect(both[1].image().pixels[0] == 1)
    #expect(both[0].reachesOverBorder)
    // The column outside is marked by a colour.
    #expect(both[0].patchImage()[0, 0] == SheetPalette().outside)
    #expect(both[0].patchImage()[1, 0] == .white)
  }
}
