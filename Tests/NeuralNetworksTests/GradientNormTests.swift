import NeuralNetworks
import Tensors
import Testing

@Suite struct GradientNormTests {
  private let gradients: NamedTensors = {
    var gradients = NamedTensors()
    gradients["a"] = Tensor(shape: [2], scalars: [3, 0])
    gradients["b"] = Tensor(shape: [1, 2], scalars: [0, -4])
    return gradients
  }()

  @Test func `gradients are measured as one vector`() {
    let norm = GradientNorm(of: gradients)
    #expect(norm.total == 5)
    #expect(norm.parts.map(\.name) == ["a", "b"])
    #expect(norm.parts.map(\.norm) == [3, 4])
    var long = NamedTensors()
    long["x"] = Tensor(shape: [1003], repeating: 2)
    #expect(abs(GradientNorm(of: long).total - 2 * 1003.0.squareRoot()) < 1e-9)
    #expect(GradientNorm(of: NamedTensors()).total == 0)
  }

  @Test func `long gradients are shortened, short ones stay`() {
    var clipped = gradients
    clipped.clip(toNorm: 1, measuring: GradientNorm(of: gradients))
    #expect(abs(GradientNorm(of: clipped).total - 1) < 1e-6)
    #expect(abs((clipped["a"]?[0] ?? 0) - 0.6) < 1e-6)
    var untouched = gradients
    untouched.clip(toNorm: 5, measuring: GradientNorm(of: gradients))
    #expect(untouched == gradients)
  }
}
