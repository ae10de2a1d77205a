import CKernels
import Tensors
import Testing

/// Winograd's tiles against the direct form, which `KernelTests` holds to the definition.
@Suite struct WinogradTests {
  /// One convolution and how it is carried out.
  struct Case: Sendable, CustomTestStringConvertible {
    var height, width, inputs, outputs, kernel, padding: Int
    var testDescription: String {
      "\(height) × \(width) × \(inputs) to \(outputs) by \(kernel), padding \(padding)"
    }

    var conv: ck_conv {
      let shrink = 2 * padding - kernel + 1
      return ck_conv(
        height: height, width: width, in_channels: inputs, top: padding, left: padding,
        bottom: padding, right: padding, kernel_height: kernel, kernel_width: kernel,
        out_channels: outputs, stride_y: 1, stride_x: 1, out_height: height + shrink,
        out_width: width + shrink)
    }
  }

  static let cases = [
    Case(height: 14, width: 14, inputs: 32, outputs: 64, kernel: 5, padding: 2),
    Case(height: 4, width: 21, inputs: 16, outputs: 48, kernel: 5, padding: 2),
    Case(height: 9, width: 10, inputs: 16, outputs: 1, kernel: 5, padding: 0),
    Case(height: 7, width: 6, inputs: 48, outputs: 32, kernel: 3, padding: 1),
    Case(height: 30, width: 4, inputs: 16, outputs: 70, kernel: 3, padding: 2),
    Case(height: 6, width: 6, inputs: 128, outputs: 128, kernel: 3, padding: 0),
  ]
  private static let batch = 3

  private func random(_ count: Int, _ seed: Int) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in generator.nextUniform() - 0.5 }
  }

  /// The batch's outputs, in strips of so many tile rows.
  private func winograd(
    _ isa: ck_isa, _ size: Case, strip: Int, relu: Bool, switches: inout [UInt8]?
  ) -> [Float] {
    var c = size.conv
    let area = c.out_height * c.out_width * size.outputs / (switches == nil ? 1 : 4)
    var y = [Float](repeating: .nan, count: Self.batch * area)
    var places = [UInt8](repeating: 255, count: y.count)
    let x = random(Self.batch * size.height * size.width * size.inputs, 1)
    let weight = random(size.kernel * size.kernel * size.inputs * size.outputs, 2)
    let bias = random(size.outputs, 3)
    var transformed = [Float](repeating: 0, count: ck_winograd_weight_count(isa, &c))
    ck_winograd_weights(isa, &c, 0, 7, weight, &transformed)
    ck_winograd_weights(isa, &c, 7, size.inputs, weight, &transformed)
    let rows = Self.batch * ck_winograd_tile_rows(&c)
    for first in stride(from: 0, to: rows, by: strip) {
      let end = min(first + strip, rows)
      var scratch = [Float](
        repeating: .nan, count: ck_winograd_scratch(&c, end - first, size.outputs))
      x.withUnsafeBufferPointer { x in
        transformed.withUnsafeBufferPointer { transformed in
          bias.withUnsafeBufferPointer { bias in
            y.withUnsafeMutableBufferPointer { y in
              places.withUnsafeMutableBufferPointer { places in
                withUnsafePointer(to: &c) { conv in
                  var job = ck_winograd(
                    conv: conv, x: x.baseAddress, weight: transformed.baseAddress,
                    bias: bias.baseAddress, added: nil, relu: relu ? 1 : 0, ceiling: 0,
                    first: 0, end: size.outputs, y: y.baseAddress,
                    switches: switches == nil ? nil : places.baseAddress)
                  ck_winograd_forward(isa, &job, first, end, &scratch)
                }
              }
            }
          }
        }
      }
    }
    if switches != nil { switches = places }
    return y
  }

  private func direct(_ isa: ck_isa, _ size: Case, relu: Bool) -> [Float] {
    var c = size.conv
    let (input, output) = (
      size.height * size.width * size.inputs, c.out_height * c.out_width * size.outputs
    )
    let x = random(Self.batch * input, 1)
    var padded = [Float](repeating: .nan, count: ck_conv_padded_count(&c))
    var packed = [Float](repeating: .nan, count: ck_conv_packed_count(isa, &c))
    ck_conv_pack(
      isa, &c, random(size.kernel * size.kernel * size.inputs * size.outputs, 2), &packed)
    return (0..<Self.batch).flatMap { image in
      var y = [Float](repeating: .nan, count: output)
      ck_conv_pad(&c, Array(x[image * input..<(image + 1) * input]), &padded)
      KernelTests.forward(isa, c, padded, packed, bias: random(size.outputs, 3), relu: relu, &y)
      return y
    }
  }

  @Test(arguments: KernelTests.instructionSets, cases)
  func tilesEqualTheDirectForm(isa: ck_isa, size: Case) {
    var c = size.conv
    #expect(ck_winograd_serves(&c) != 0)
    for relu in [false, true] {
      let want = direct(isa, size, relu: relu)
      var none: [UInt8]?
      let got = winograd(isa, size, strip: 2, relu: relu, switches: &none)
      let scale = want.map(abs).max() ?? 1
      let worst = zip(got, want).map { abs($0 - $1) / scale }
      #expect(worst.allSatisfy { $0 < 2e-5 })
    }
  }

  @Test(arguments: KernelTests.instructionSets, cases)
  func stripsChangeNoBit(isa: ck_isa, size: Case) {
    var none: [UInt8]?
    let whole = winograd(isa, size, strip: 1_000, relu: true, switches: &none)
    for strip in [1, 3, 5] {
      #expect(winograd(isa, size, strip: strip, relu: true, switches: &none) == whole)
    }
  }

  @Test(
    arguments: KernelTests.instructionSets,
    cases.filter { $0.conv.out_height % 2 == 0 && $0.conv.out_width % 2 == 0 })
  func poolingAlongIsPoolingAfterwards(isa: ck_isa, size: Case) {
    for relu in [false, true] {
      var none: [UInt8]?
      var switches: [UInt8]? = []
      let got = winograd(isa, size, strip: 3, relu: relu, switches: &switches)
      let map = winograd(isa, size, strip: 3, relu: relu, switches: &none)
      let (height, width) = (size.conv.out_height, size.conv.out_width)
      var pool = ck_pool(
        height: height, width: width, channels: size.outputs, window_height: 2, window_width: 2,
        stride_y: 2, stride_x: 2, top: 0, left: 0, bottom: 0, right: 0, out_height: height / 2,
        out_width: width / 2)
      let area = height * width * size.outputs
      for image in 0..<Self.batch {
        var y = [Float](repeating: .nan, count: area / 4)
        var places = [UInt8](repeating: 255, count: area / 4)
        ck_max_pool(isa, &pool, Array(map[image * area..<(image + 1) * area]), &y, &places)
        let part = image * area / 4..<(image + 1) * area / 4
        #expect(Array(got[part]) == y)
        #expect(switches.map { Array($0[part]) } == places)
      }
    }
  }

  @Test func otherConvolutionsAreNotServed() {
    let size = Case(height: 14, width: 14, inputs: 32, outputs: 64, kernel: 5, padding: 2)
    let changes: [(inout ck_conv) -> Void] = [
      { $0.in_channels = 3 }, { $0.stride_x = 2 },
      { $0.kernel_height = 3 }, { ($0.kernel_height, $0.kernel_width) = (7, 7) },
      { $0.out_width = 3 },
    ]
    for change in changes {
      var c = size.conv
      change(&c)
      #expect(ck_winograd_serves(&c) == 0)
    }
  }
}
