import Datasets
import Images
import ModelFiles
import Charts
import NeuralNetworks
import Tensors
import TestFixtures
import Testing
import VisualizationSheets

@testable import Visualization

@Suite struct ArchitectureReportTests {
  private func conv(_ kernel: Extent, stride: Int = 1, _ scalars: [Float]) -> Conv2D {
    Conv2D(
      weight: Tensor(
        shape: [kernel.height, kernel.width, 1, scalars.count / kernel.height / kernel.width],
        scalars: scalars), bias: nil, stride: Extent(stride), padding: Padding(0))
  }

  @Test func flatFiltersAreLowAndChecksAreHigh() throws {
    // Filter 0 is flat, 1 a chess board, 2 a single pixel, which has all frequencies alike, 3 nothing.
    let scalars = (0..<16).flatMap { place -> [Float] in
      [1, (place / 4 + place % 4).isMultiple(of: 2) ? 1 : -1, place == 5 ? 1 : 0, 0]
    }
    let spectra = FilterSpectrum.spectra(of: conv(Extent(4), scalars))
    #expect(spectra.count == 4)
    #expect(spectra[0].low > 0.6 && spectra[0].high < 0.2)
    #expect(spectra[1].high > 0.9 && spectra[1].low < 0.01)
    for spectrum in spectra.dropLast() {
      #expect(abs(spectrum.low + spectrum.middle + spectrum.high - 1) < 1e-12)
    }
    // A disc of radius 1/6 of a square of side 1, but for the grid.
    #expect(abs(spectra[2].low - Double.pi / 36) < 0.01)
    #expect(abs(spectra[2].middle - 3 * Double.pi / 36) < 0.02)
    #expect(spectra[3].low == 0 && spectra[3].middle == 0 && spectra[3].high == 0)
    // Parseval: the mean power is the sum of squares.
    let mean = spectra[0].power.reduce(0, +) / Float(FilterSpectrum.side * FilterSpectrum.side)
    #expect(abs(mean - 16) < 1e-3)
    // The power of frequency 0 is the sum, squared.
    let center = FilterSpectrum.side / 2 * (FilterSpectrum.side + 1)
    #expect(abs(spectra[0].power[center] - 256) < 1e-3)
  }

  @Test func normsAreOfEachFilter() throws {
    let convolution = conv(Extent(height: 1, width: 2), [3, 1, 4, -1])
    let norms = try #require(FilterNorms.rootMeanSquares(of: convolution))
    #expect(abs(norms[0] - Float(12.5).squareRoot()) < 1e-6 && norms[1] == 1)
    let dense = Dense(weight: Tensor(shape: [2, 2], scalars: [0, 2, 0, 2]), bias: nil)
    #expect(FilterNorms.rootMeanSquares(of: dense) == [0, 2])
    #expect(FilterNorms.rootMeanSquares(of: ReLU()) == nil)
  }

  /// The report of a network over images.
  private func report(_ model: Sequential, _ images: Tensor) -> ArchitectureReport {
    let deconvnet = Deconvnet(of: model)
    var statistics = deconvnet.layers.map { ActivationStatistics(of: $0) }
    deconvnet.forEachLayer(of: images) { layer, activations in
      #expect(activations == deconvnet.activations(of: images, layer: layer))
      statistics[layer.number - 1].look(at: activations)
    }
    return ArchitectureReport(of: deconvnet, statistics)
  }

  @Test func eachFaultIsFoundAndAdvised() throws {
    var weights = [Float](repeating: 0, count: 4 * 5)
    for place in 0..<4 {
      weights[place * 5] = place == 0 ? 1 : 0.1
      weights[place * 5 + 1] = place == 0 ? -1 : -0.1  // never active on what is positive
      weights[place * 5 + 2] = 0.2 * (place == 3 ? -1 : 1)
      weights[place * 5 + 3] = 40
      weights[place * 5 + 4] = 0.3
    }
    let model = Sequential(["conv": conv(Extent(2), stride: 2, weights), "relu": ReLU()])
    let report = report(model, Tensor(shape: [2, 6, 6, 1], repeating: 1))
    #expect(report.imageCount == 2)
    #expect(report.layers[0].dead == [1])
    #expect(report.layers[0].rare == [])
    let findings = report.findings
    #expect(findings.map(\.name) == ["dead", "aliasing", "dominating"])
    #expect(
      findings[0].description.hasPrefix(
        "1 of 5 filters of layer 1 (conv) are dead: 0 on all 2 images."))
    #expect(
      findings[1].description.hasPrefix(
        "layer 1 (conv) moves its 2x2 filters by 2,2 pixels, more than a third of their size"))
    #expect(
      findings[2].description.hasPrefix("1 of 5 filters of layer 1 (conv) dominate"))
    #expect(findings[2].filters == [3])
    let sheet = report.sheet(title: "t", filters: nil)
    #expect(sheet.width > 50 && sheet.height > 60)
  }

  @Test(arguments: [(11, 4, true), (7, 2, false), (5, 1, false), (2, 1, false), (3, 2, true)])
  func strideOverAThirdAliases(kernel: Int, stride: Int, isTold: Bool) {
    let weights = (0..<kernel * kernel).map { Float($0 % 5) - 1 }
    let model = Sequential([
      "conv": conv(Extent(kernel), stride: stride, weights), "relu": ReLU(),
    ])
    let report = report(model, Tensor(shape: [1, 16, 16, 1], repeating: 1))
    #expect(report.findings.contains { $0.name == "aliasing" } == isTold)
  }

  @Test func checksAndFlatsWithoutAMiddleAreTold() throws {
    let checks = (0..<64).map { Float(($0 / 8 + $0 % 8).isMultiple(of: 2) ? 1 : -1) }
    let model = Sequential(["conv": conv(Extent(8), checks), "relu": ReLU()])
    let report = report(
      model, Tensor(shape: [1, 9, 9, 1], scalars: (0..<81).map { Float($0 % 2) }))
    let finding = try #require(report.findings.first { $0.name == "little_middle" })
    #expect(finding.description.contains("of their power at middle frequencies"))
    #expect(finding.filters == [])
  }

  @Test func rareFiltersAreActiveInOneOfAThousand() {
    var images = Tensor(shape: [200, 1, 1, 1], repeating: -1)
    images[17, 0, 0, 0] = 1
    let model = Sequential(["conv": conv(Extent(1), [1]), "relu": ReLU()])
    let report = report(model, images)
    #expect(report.layers[0].rare == [0] && report.layers[0].dead == [])
    #expect(
      report.findings.first?.description.hasPrefix(
        "1 of 1 filters of layer 1 (conv) are active in fewer than 1 % of 200 images.") == true)
  }

  @Test(.enabled(if: sharedIsThere, needsShared)) func normsOfTheFixtureMatch() throws {
    let lenet = try LeNetFixture()
    let archive = try FixtureArchive(leNet: "stats")
    for number in [1, 2] {
      let layer = try #require(lenet.model["conv\(number)"])
      let norms = try #require(FilterNorms.rootMeanSquares(of: layer))
      #expect(
        relativeDifference(norms, try archive.array("w\(number)_rms")) < fixtureTolerance)
    }
  }

  @Test(.enabled(if: LeNetTestImages.areThere, needsShared))
  func fiftyOfSixtyFourAreDeadInTheDeadRun() throws {
    let file = try SafetensorsFile(
      path: SharedFolder.path("fixtures/lenet/dead_run_conv_weights.safetensors"))
    func layer(_ name: String) throws -> Conv2D {
      Conv2D(
        weight: try file.tensor(named: "step1500.\(name).weight").permuted(2, 3, 1, 0),
        bias: try file.tensor(named: "step1500.\(name).bias"), padding: Padding(2))
    }
    let deconvnet = Deconvnet(
      of: Sequential([
        "conv1": try layer("conv1"), "relu1": ReLU(), "pool1": MaxPool2D(2),
        "conv2": try layer("conv2"), "relu2": ReLU(), "pool2": MaxPool2D(2),
      ]))
    var statistics = deconvnet.layers.map { ActivationStatistics(of: $0) }
    for batch in try LeNetTestImages.load().test.batches(of: 100) {
      deconvnet.forEachLayer(of: batch.images) { layer, activations in
        statistics[layer.number - 1].look(at: activations)
      }
    }
    let report = ArchitectureReport(of: deconvnet, statistics)
    let archive = try FixtureArchive(leNet: "dead_run_stats")
    for layer in report.layers {
      let name = "l\(layer.layer.number)_"
      let dead = try archive.array(name + "dead").integers
      #expect(layer.dead == dead.indices.filter { dead[$0] == 1 })
      #expect(
        relativeDifference(layer.activity.map(\.maximum), try archive.array(name + "max"))
          < fixtureTolerance)
      #expect(
        relativeDifference(
          layer.activity.map { Float($0.mean) }, try archive.array(name + "mean"))
          < fixtureTolerance)
    }
    #expect(report.layers[1].dead.count == 50)
    let finding = try #require(report.findings.first { $0.layer.number == 2 })
    #expect(
      finding.description.hasPrefix(
        "50 of 64 filters of layer 2 (conv2) are dead: 0 on all 1000 images."))
  }
}
