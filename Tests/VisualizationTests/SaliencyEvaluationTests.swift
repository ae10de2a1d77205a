import NeuralNetworks
import Tensors
import TestFixtures
import Testing

@testable import Visualization

/// Equality with curves and correlations that PyTorch and SciPy made in Float64
/// (Fixtures/make_evaluation.py).
@Suite struct SaliencyEvaluationTests {
  private static let methods: [SaliencyMethod] = [.gradient, .deconvnet, .guided, .gradcam]

  /// Networks whose upper layers' weights stand in reverse order, one layer more each.
  private func forgetting(_ model: Sequential) -> [Deconvnet] {
    var model = model
    return ["fc2.", "fc1.", "conv2.", "conv1."].map { layer in
      model.visitParameters { name, parameter in
        guard name.hasPrefix(layer) else { return }
        parameter = Tensor(shape: parameter.shape, scalars: parameter.scalars.reversed())
      }
      return Deconvnet(of: model)
    }
  }

  @Test func curvesAndCorrelationsMatchTheReference() throws {
    let (lenet, archive) = try (LeNetFixture(.small), FixtureSet.small.archive("evaluation"))
    var evaluation = SaliencyEvaluation(
      of: Self.methods + [nil], in: lenet.deconvnet, randomized: forgetting(lenet.model),
      SaliencySettings(), .init(perStep: 56, fill: [0.5], blur: 2))
    let labels = try archive.array("label").integers
    for (index, label) in labels.enumerated() {
      try evaluation.look(at: lenet.image(index), label: label)
    }
    let (curves, areas) = try (archive.array("curves").floats, archive.array("areas").floats)
    let points = 784 / 56 + 1
    for (place, score) in evaluation.scores.dropLast().enumerated() {
      for (image, _) in labels.enumerated() {
        for (number, kind) in PixelCurve.Kind.allCases.enumerated() {
          let curve = try #require(score.curves[kind])[image]
          let row = (image * Self.methods.count + place) * 2 + number
          let expected = curves[row * points..<(row + 1) * points]
          for (found, wanted) in zip(curve.probabilities, expected) {
            #expect(abs(found - Double(wanted)) < 1e-4, "\(score.name) \(kind) of image \(image)")
          }
          #expect(abs(curve.area - Double(areas[row])) < 1e-4)
          #expect(curve.shares.last == 1 && curve.shares.count == points)
        }
      }
      for (name, values) in [("magnitudes", score.magnitudes), ("signed", score.signed)] {
        let expected = try archive.array(name).floats
        for (layer, values) in values.enumerated() {
          // SciPy has NaN where a map is even; here the image is left out.
          let wanted = labels.indices.map {
            expected[($0 * Self.methods.count + place) * 4 + layer]
          }
          .filter { !$0.isNaN }
          #expect(values.count == wanted.count)
          for (found, wanted) in zip(values, wanted) {
            #expect(abs(found - Double(wanted)) < 1e-4, "\(score.name) \(name) at \(layer)")
          }
        }
      }
    }
    let control = try #require(evaluation.scores.last)
    #expect(control.method == nil && control.magnitudes.isEmpty)
    let mean = try #require(control.meanCurve(.deletion))
    #expect(mean.shares.count == points && evaluation.seen == 3)
  }

  @Test func ranksOfEqualNumbersAreShared() {
    #expect(RankCorrelation.spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1)
    #expect(RankCorrelation.spearman([1, 2, 3, 4], [4, 3, 2, 1]) == -1)
    // scipy.stats.spearmanr([1, 2, 2, 5], [3, 3, 1, 4]) = 0.5.
    let shared = RankCorrelation.spearman([1, 2, 2, 5], [3, 3, 1, 4]) ?? 0
    #expect(abs(shared - 0.5) < 1e-12)
    #expect(RankCorrelation.spearman([1, 1], [1, 2]) == nil)
  }

  @Test func weightsAreDrawnAnewFromTheTopAndKeepTheirSize() throws {
    let model = Sequential.leNet5(input: [12, 12, 1], classes: 4, seed: 3)
    let cascade = RandomizedWeights.cascade(of: model, seed: 7)
    #expect(cascade.map(\.layer.name) == ["fc2", "fc1", "conv2", "conv1"])
    for (step, randomized) in cascade.enumerated() {
      let changed = Set(cascade[...step].map(\.layer.name))
      for (name, tensor) in model.parameters {
        let new = try #require(randomized.model.parameters[name])
        let isDrawn = changed.contains(name.split(separator: ".").first.map(String.init) ?? "")
        let isConstant = Set(tensor.scalars).count == 1
        #expect((new != tensor) == (isDrawn && !isConstant), "\(name) at \(step)")
        guard isDrawn, !isConstant, tensor.count > 1000 else { continue }
        func deviation(_ tensor: Tensor) -> Double {
          (tensor.scalars.reduce(0) { $0 + Double($1) * Double($1) } / Double(tensor.count))
            .squareRoot()
        }
        #expect(abs(deviation(new) / deviation(tensor) - 1) < 0.1, "\(name)")
      }
    }
    let again = RandomizedWeights.cascade(of: model, seed: 7)
    #expect(
      again[2].model.parameters["conv2.weight"] == cascade[2].model.parameters["conv2.weight"])
    let other = RandomizedWeights.cascade(of: model, seed: 8)
    #expect(
      other[2].model.parameters["conv2.weight"] != cascade[2].model.parameters["conv2.weight"])
  }
}
