import NumPyFiles
import Testing

@Suite struct NumPyFileTests {
  @Test func `a matrix has the header that NumPy writes`() {
    let bytes = NumPyFile.bytes(of: [1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    // numpy.save of the same array has these 128 bytes in front.
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    #expect(bytes[..<10] == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0])
    #expect(
      String(decoding: bytes[10..<128], as: UTF8.self)
        == header.padded(to: 117) + "\n")
    #expect(bytes.count == 128 + 24)
    #expect(bytes[128..<132] == [0, 0, 0x80, 0x3f])
  }

  @Test(arguments: [([], "()"), ([3], "(3,)"), ([1, 3, 1], "(1, 3, 1)")])
  func `a shape is a Python tuple`(shape: [Int], text: String) {
    let scalars = [Int64](repeating: 7, count: shape.reduce(1, *))
    let bytes = NumPyFile.bytes(of: scalars, shape: shape)
    let header = String(decoding: bytes[10..<128], as: UTF8.self)
    #expect(header.hasPrefix("{'descr': '<i8', 'fortran_order': False, 'shape': \(text), }"))
    #expect(bytes.count == 128 + 8 * scalars.count)
  }
}

extension String {
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: " ", count: count - self.count)
  }
}
