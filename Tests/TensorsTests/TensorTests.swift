import Tensors
import Testing

@Suite struct TensorTests {
  @Test func copiesAreValues() {
    let a = Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6])
    var b = a
    b[1, 2] = 9
    #expect(a.scalars == [1, 2, 3, 4, 5, 6])
    #expect(b.scalars == [1, 2, 3, 4, 5, 9])
    #expect(b[0, 1] == 2)
  }

  @Test func reshapingKeepsScalars() {
    let a = Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6])
    #expect(a.reshaped(to: [3, 2]).scalars == a.scalars)
    #expect(a.reshaped(to: [6]) != a)
  }

  @Test func scalarAndEmptyShapes() {
    #expect(Tensor(shape: [], repeating: 4).scalars == [4])
    #expect(Tensor(zeros: [0, 5]).scalars.isEmpty)
  }

  @Test func memoryThatWasGivenBackIsNotSharedWithItsNextOwner() {
    // Large enough for the pool.
    var first: Tensor? = Tensor(shape: [100_000], repeating: 1)
    first = nil
    let second = Tensor(shape: [100_000], repeating: 2)
    let third = Tensor(shape: [100_000], repeating: 3)
    #expect(first == nil)
    #expect(second.scalars.allSatisfy { $0 == 2 })
    #expect(third.scalars.allSatisfy { $0 == 3 })
  }

  @Test func namesKeepTheirOrder() {
    var named = NamedTensors()
    named["b"] = Tensor(zeros: [1])
    named["a"] = Tensor(zeros: [2])
    named["b"] = Tensor(zeros: [3])
    #expect(named.names == ["b", "a"])
    #expect(named.prefixed("x").names == ["x.b", "x.a"])
    named["b"] = nil
    #expect(named.names == ["a"])
    #expect(named.map(\.name) == ["a"])
  }
}

@Suite struct SeededGeneratorTests {
  @Test func aStreamIsAFunctionOfItsCoordinates() {
    func stream(_ generator: SeededGenerator) -> [UInt64] {
      var generator = generator
      return (0..<4).map { _ in generator.next() }
    }
    #expect(stream(SeededGenerator(seed: 1, 2, 3)) == stream(SeededGenerator(seed: 1, 2, 3)))
    let all = [
      SeededGenerator(seed: 1, 2, 3), SeededGenerator(seed: 1, 3, 2), SeededGenerator(seed: 1, 2),
      SeededGenerator(seed: 2, 2, 3), SeededGenerator(seed: -1, 2, 3), SeededGenerator(seed: 0),
    ].flatMap(stream)
    #expect(Set(all).count == all.count)
  }

  @Test func distributionsHaveTheirMoments() {
    var generator = SeededGenerator(seed: 7)
    let uniform = (0..<20_000).map { _ in Double(generator.nextUniform()) }
    let normal = (0..<20_000).map { _ in Double(generator.nextNormal()) }
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(uniform.reduce(0, +) / 20_000 - 0.5) < 0.01)
    #expect(abs(normal.reduce(0, +) / 20_000) < 0.03)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / 20_000 - 1) < 0.03)
  }
}
