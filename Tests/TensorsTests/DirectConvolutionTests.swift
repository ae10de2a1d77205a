import Tensors
import Testing

/// Convolutions as layers ask for them, against loops written out.
@Suite struct DirectConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var input: [Int]
    var filters: Int
    var kernel: Extent
    var stride = Extent(1)
    var padding = Padding(0)
    var groups = 1

    var testDescription: String {
      "\(input) to \(filters) by \(kernel.text), stride \(stride.text), \(groups) groups"
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        input: input, kernel: kernel, outChannels: filters, stride: stride, padding: padding,
        groups: groups)
    }
  }

  static let cases = [
    // Much work and few images, so that threads share rows, with poolings' odd edges in mind.
    Case(input: [37, 41, 16], filters: 40, kernel: 3, padding: 1),
    Case(input: [40, 33, 3], filters: 64, kernel: 7, stride: 2, padding: 3),
    Case(input: [29, 31, 40], filters: 70, kernel: 1),
    Case(input: [29, 31, 40], filters: 70, kernel: 1, stride: 2),
    // More weights than pixels: threads share filters.
    Case(input: [7, 7, 48], filters: 100, kernel: 3, padding: 1),
    Case(input: [3, 5, 300], filters: 130, kernel: 1),
    // Rows that see nothing but padding.
    Case(
      input: [3, 30, 64], filters: 64, kernel: Extent(height: 2, width: 3),
      padding: Padding(top: 9, left: 0, bottom: 8, right: 4)),
    // Groups, and each channel by itself.
    Case(input: [30, 29, 24], filters: 36, kernel: 3, padding: 1, groups: 4),
    Case(input: [60, 57, 37], filters: 37, kernel: 3, stride: 2, padding: 1, groups: 37),
    Case(
      input: [60, 57, 20], filters: 20, kernel: 5,
      padding: Padding(top: 2, left: 1, bottom: 0, right: 4), groups: 20),
    Case(input: [20, 20, 8], filters: 16, kernel: 3, padding: 1, groups: 8),
  ]

  private func random(_ shape: [Int], _ seed: Int) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(
      shape: shape,
      scalars: (0..<shape.reduce(1, *)).map { _ in generator.nextUniform() - 0.5 })
  }

  /// The definition, in double precision.
  private func reference(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ size: Case) -> [Double] {
    let (g, (x, weight, bias)) = (size.geometry, (x.scalars, weight.scalars, bias.scalars))
    let (inputs, filters) = (g.inChannels / g.groups, g.outChannels / g.groups)
    var y: [Double] = []
    for image in 0..<x.count / g.inputCount {
      for oy in 0..<g.output.height {
        for ox in 0..<g.output.width {
          for o in 0..<g.outChannels {
            var sum = Double(bias[o])
            for ky in 0..<g.kernel.height {
              for kx in 0..<g.kernel.width {
                let row = oy * g.stride.height + ky - g.padding.top
                let column = ox * g.stride.width + kx - g.padding.left
                guard row >= 0, row < g.input.height, column >= 0, column < g.input.width
                else { continue }
                let pixel = (image * g.input.height + row) * g.input.width + column
                let from = pixel * g.inChannels + o / filters * inputs
                for i in 0..<inputs {
                  let at = ((ky * g.kernel.width + kx) * inputs + i) * g.outChannels + o
                  sum += Double(x[from + i]) * Double(weight[at])
                }
              }
            }
            y.append(sum)
          }
        }
      }
    }
    return y
  }

  private func tensors(_ size: Case, batch: Int) -> (x: Tensor, weight: Tensor, bias: Tensor) {
    let (kernel, inputs) = (size.kernel, size.input[2] / size.groups)
    return (
      random([batch] + size.input, 1),
      random([kernel.height, kernel.width, inputs, size.filters], 2), random([size.filters], 3)
    )
  }

  @Test(arguments: cases) func convolutionEqualsItsDefinition(size: Case) {
    let (x, weight, bias) = tensors(size, batch: 1)
    let y = Kernels.convolution(x, weight: weight, bias: bias, size.geometry, byTiles: false)
    let want = reference(x, weight, bias, size)
    let scale = want.map(abs).max() ?? 1
    let worst = zip(y.output.scalars, want).map { abs(Double($0) - $1) / scale }.max() ?? 0
    #expect(worst < 2e-6)
  }

  @Test(arguments: cases, [1, 2, 3, 9])
  func theNumberOfThreadsChangesNoBit(size: Case, batch: Int) {
    let (x, weight, bias) = tensors(size, batch: batch)
    let geometry = size.geometry
    let output = [batch, geometry.output.height, geometry.output.width, size.filters]
    let added = random(output, 4)
    let results = [1, 2, 5].map { workers in
      Parallel.$workers.withValue(workers) {
        [false, true].flatMap { byTiles in
          [
            Kernels.convolution(x, weight: weight, bias: bias, geometry, byTiles: byTiles).output,
            Kernels.convolution(
              x, weight: weight, bias: bias, geometry,
              Kernels.Followers(added: added, relu: true, ceiling: 1), byTiles: byTiles
            ).output,
          ]
        }
      }
    }
    #expect(results[1] == results[0])
    #expect(results[2] == results[0])
    // What follows gives the bits of one after the other.
    for (plain, followed) in [(0, 1), (2, 3)] {
      let one = zip(results[0][plain].scalars, added.scalars).map { min(max($0 + $1, 0), 1) }
      #expect(one == results[0][followed].scalars)
    }
  }

  @Test(arguments: [1, 3], [Extent(2), Extent(3)])
  func poolingAlongIsPoolingAfterwards(batch: Int, window: Extent) throws {
    let size = Self.cases[0]
    let (x, weight, bias) = tensors(size, batch: batch)
    let pooling = PoolingGeometry(
      input: [37, 41, 40], window: window, stride: 2, padding: Padding(window.height / 3))
    let results = [1, 2, 5].map { workers in
      Parallel.$workers.withValue(workers) {
        let map = Kernels.convolution(
          x, weight: weight, bias: bias, size.geometry, Kernels.Followers(relu: true))
        let (output, switches) = Kernels.maxPool(map.output, pooling)
        let along = Kernels.convolution(
          x, weight: weight, bias: bias, size.geometry,
          Kernels.Followers(relu: true, pooling: pooling))
        #expect(along.output == output)
        let ones = Tensor(shape: output.shape, repeating: 1)
        if let own = along.switches {
          #expect(Kernels.maxUnpool(ones, own) == Kernels.maxUnpool(ones, switches))
        }
        return output
      }
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }

  /// What was made of the weights isn't used any more when they have changed.
  @Test func changedWeightsAreNotMistakenForTheOldOnes() {
    let size = Case(input: [12, 12, 16], filters: 8, kernel: 3, padding: 1)
    let (x, first, bias) = tensors(size, batch: 1)
    var weight = first
    func output(_ weight: Tensor, _ byTiles: Bool) -> Tensor {
      Kernels.convolution(x, weight: weight, bias: bias, size.geometry, byTiles: byTiles).output
    }
    for byTiles in [false, true] {
      let before = output(weight, byTiles)
      let copy = weight
      weight.withUnsafeMutableBufferPointer { for index in $0.indices { $0[index] *= 2 } }
      #expect(output(copy, byTiles) == before)
      let fresh = Tensor(shape: weight.shape, scalars: weight.scalars)
      #expect(output(weight, byTiles) == output(fresh, byTiles))
      // With memory of its own now, it changes in place.
      weight[0, 0, 0, 0] += 1
      let again = Tensor(shape: weight.shape, scalars: weight.scalars)
      #expect(output(weight, byTiles) == output(again, byTiles))
      #expect(output(weight, byTiles) != output(fresh, byTiles))
    }
  }

  /// Tensors of other shapes may share memory, but not what is made of it.
  @Test func weightsOfAnotherShapeArePreparedByThemselves() {
    let weight = tensors(Case(input: [4, 4, 4], filters: 8, kernel: 1, padding: 0), batch: 1).1
    func output(_ weight: Tensor) -> Tensor {
      let channels = weight.shape[2]
      let x = Tensor(
        shape: [1, 4, 4, channels], scalars: (0..<16 * channels).map { Float($0 % 7) - 3 })
      return Kernels.convolution(
        x, weight: weight, bias: nil,
        ConvolutionGeometry(
          input: [4, 4, channels], kernel: 1, outChannels: weight.shape[3], stride: 1, padding: 0)
      ).output
    }
    _ = output(weight)
    let other = weight.reshaped(to: [1, 1, 8, 4])
    #expect(output(other) == output(Tensor(shape: other.shape, scalars: other.scalars)))
  }
}
