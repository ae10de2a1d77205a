import Foundation
import Tensors
import Testing

@testable import ModelFiles

/// Every lie that a header can tell, and what is said of it.
@Suite struct SafetensorsLiesTests {
  /// A file's bytes: the header's length, the header, and so many bytes of numbers.
  private func file(_ header: String, length: UInt64? = nil, data: Int = 0) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + Array(repeating: 0, count: data)
  }

  private func expect(
    _ bytes: [UInt8], _ problem: SafetensorsError.Problem, _ sentence: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/lie.safetensors"
      try write(bytes, to: path)
      let error = #expect(throws: SafetensorsError.self, sourceLocation: sourceLocation) {
        try SafetensorsFile(path: path)
      }
      #expect(error?.problem == problem, sourceLocation: sourceLocation)
      #expect(error?.description == "\(path): \(sentence)", sourceLocation: sourceLocation)
    }
  }

  private func tensor(
    _ name: String = "a", type: String = "F32", shape: String = "[2]", offsets: String = "[0,8]"
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  @Test func filesTooShortForALength() throws {
    for size in 0..<8 {
      try expect(
        Array(repeating: 0, count: size), .tooShort(size: size),
        "not a safetensors file: \(size) bytes can't hold the header's length")
    }
  }

  @Test func headersThatEndAfterTheFile() throws {
    try expect(
      file("{}", length: 3), .headerBeyondFile(headerLength: 3, fileSize: 10),
      "not a whole safetensors file: its header should be 3 bytes long, the file has 10")
    try expect(
      file("{}", length: .max), .headerTooLong(headerLength: .max),
      """
      not a safetensors file: no header has 18446744073709551615 bytes, the format allows 100000000
      """)
  }

  @Test(arguments: [
    Array("PK\u{3}\u{4}".utf8) + [20, 0, 0, 0], [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46],
  ])
  func filesOfTorchSaveAreNamed(start: [UInt8]) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.pt"
      try write(start + [UInt8](repeating: 0, count: 100), to: path)
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
      #expect(
        error?.description.hasPrefix("\(path): a file of torch.save, not of safetensors: ") == true)
    }
  }

  @Test func headersLongerThanTheFormatAllows() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/long.safetensors"
      try write(file("{", length: 100_000_001), to: path)
      // A sparse file: it takes no room on the disk.
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 200_000_000)
      try handle.close()
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
      #expect(
        error?.description == """
          \(path): not a safetensors file: no header has 100000001 bytes, the format allows 100000000
          """)
    }
  }

  @Test(arguments: [
    ("", 8, "no \"{\" at the beginning"),
    (" {}", 8, "no \"{\" at the beginning"),
    ("[]", 8, "no \"{\" at the beginning"),
    ("{", 9, "a string was expected"),
    ("{}x", 10, "text after the last \"}\""),
    ("{\"a", 11, "a string without an end"),
    ("{\"a\\", 12, "a string without an end"),
    ("{\"a\\x\":{}}", 13, "an unknown escape in a string"),
    ("{\"a\\u12\":{}}", 13, "\\u without four hexadecimal digits"),
    ("{\"a\\ud83d\":{}}", 17, "half a surrogate pair"),
    ("{\"a\\ud83d\\u0041\":{}}", 23, "half a surrogate pair"),
    ("{\"a\n\":{}}", 12, "a control character in a string"),
    ("{\"a\":{}}", 15, "tensor \"a\" needs dtype, shape and two data_offsets"),
    ("{\"a\":[]}", 13, "\"{\" was expected"),
    ("{\"a\":{\"dtype\":1}}", 22, "a string was expected"),
    ("{\"a\":{\"shape\":[-1]}}", 23, "a whole number was expected"),
    ("{\"a\":{\"shape\":[1.5]}}", 24, "\"]\" was expected"),
    ("{\"a\":{\"shape\":[99999999999999999999]}}", 41, "a number too large"),
    ("{\"a\":{\"shape\":[1],\"shape\":[1]}}", 34, "unexpected \"shape\" in tensor \"a\""),
    ("{\"a\":{\"color\":1}}", 22, "unexpected \"color\" in tensor \"a\""),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0]}}", 58,
      "tensor \"a\" needs dtype, shape and two data_offsets"
    ),
    ("{\"__metadata__\":{\"a\":1}}", 29, "a string was expected"),
  ])
  func headersThatArentTheFormatsJSON(header: String, byte: Int, what: String) throws {
    try expect(
      file(header), .notAHeader(what, byte: byte),
      "not a safetensors file: the header is damaged at byte \(byte): \(what)")
  }

  @Test func headersThatArentUTF8() throws {
    var bytes = file("{\"a?\":{}}")
    bytes[11] = 0xFF
    try expect(
      bytes, .notAHeader("a string that isn't UTF-8", byte: 13),
      "not a safetensors file: the header is damaged at byte 13: a string that isn't UTF-8")
  }

  @Test func namesGivenTwice() throws {
    try expect(
      file("{\(tensor()),\(tensor(offsets: "[8,16]"))}", data: 16), .duplicateName("a"),
      "the header names \"a\" twice")
    try expect(
      file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"), .duplicateName("k"),
      "the header names \"k\" twice")
    try expect(
      file("{\"__metadata__\":{},\"__metadata__\":{}}"), .duplicateName("__metadata__"),
      "the header names \"__metadata__\" twice")
  }

  @Test func numberTypesNobodyKnows() throws {
    try expect(
      file("{\(tensor(type: "F33"))}", data: 8), .unknownType(tensor: "a", type: "F33"),
      "tensor \"a\" has the unknown number type \"F33\"")
  }

  @Test func shapesBeyondAllMemory() throws {
    let shape = [1 << 32, 1 << 32]
    try expect(
      file("{\(tensor(shape: "[4294967296,4294967296]"))}", data: 8),
      .shapeTooLarge(tensor: "a", shape: shape),
      "tensor \"a\" is too large: [4294967296, 4294967296]")
    try expect(
      file("{\(tensor(shape: "[9223372036854775807]"))}", data: 8),
      .shapeTooLarge(tensor: "a", shape: [.max]), "tensor \"a\" is too large: [\(Int.max)]")
  }

  @Test func bytesThatDontFitTheShape() throws {
    try expect(
      file("{\(tensor(shape: "[3]"))}", data: 8),
      .wrongSize(tensor: "a", shape: [3], type: "F32", needed: 12, given: 8),
      "tensor \"a\" of F32 [3] needs 12 bytes, but the header gives it 8")
  }

  @Test func bytesOutsideTheFile() throws {
    try expect(
      file("{\(tensor(offsets: "[8,16]"))}", data: 12),
      .outsideFile(tensor: "a", range: 8..<16, available: 12),
      "tensor \"a\" should lie at bytes 8 to 16 of the data, but the file holds only 12")
    let huge = Int.max
    try expect(
      file("{\(tensor(offsets: "[\(huge - 8),\(huge)]"))}", data: 8),
      .outsideFile(tensor: "a", range: (huge - 8)..<huge, available: 8),
      "tensor \"a\" should lie at bytes \(huge - 8) to \(huge) of the data, but the file holds only 8"
    )
  }

  @Test func bytesThatEndBeforeTheyBegin() throws {
    try expect(
      file("{\(tensor(offsets: "[8,0]"))}", data: 8), .backwards(tensor: "a", begin: 8, end: 0),
      "tensor \"a\" ends at byte 0, before its beginning at 8")
  }

  @Test func tensorsThatShareBytes() throws {
    try expect(
      file("{\(tensor("a")),\(tensor("b", offsets: "[4,12]"))}", data: 12),
      .overlap(tensor: "b", other: "a"), "tensors \"a\" and \"b\" share bytes")
    try expect(
      file("{\(tensor("a")),\(tensor("b"))}", data: 8), .overlap(tensor: "b", other: "a"),
      "tensors \"a\" and \"b\" share bytes")
  }

  @Test func bytesThatBelongToNobody() throws {
    try expect(
      file("{\(tensor("a")),\(tensor("b", offsets: "[12,20]"))}", data: 20), .hole(8..<12),
      "bytes 8 to 12 of the data belong to no tensor")
    try expect(
      file("{\(tensor("a"))}", data: 9), .hole(8..<9),
      "bytes 8 to 9 of the data belong to no tensor")
  }

  @Test func filesThatArentThere() throws {
    try withTemporaryFolder { folder in
      let missing = #expect(throws: SafetensorsError.self) {
        try SafetensorsFile(path: folder + "/none")
      }
      #expect(missing?.description == "\(folder)/none: No such file or directory")
      let notAFile = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: folder) }
      #expect(notAFile?.description == "\(folder): it is a directory, not a regular file")
    }
  }

  @Test func aFileCutAtAnyByteIsRefused() throws {
    let whole = try #require(Data(base64Encoded: SafetensorsFileTests.writtenByPython))
    try withTemporaryFolder { folder in
      let path = folder + "/cut.safetensors"
      for count in 0..<whole.count {
        try write(whole.prefix(count), to: path)
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
      }
    }
  }

  @Test func aFlippedBitIsRefusedOrReadWithoutACrash() throws {
    let whole = try #require(Data(base64Encoded: SafetensorsFileTests.writtenByPython))
    try withTemporaryFolder { folder in
      let path = folder + "/flipped.safetensors"
      for index in whole.indices {
        var bytes = whole
        bytes[index] ^= 1 << UInt8(index % 8)
        try write(bytes, to: path)
        _ = try? SafetensorsFile(path: path).tensors()
      }
    }
  }

  @Test func aFileThatShrinksWhileOpenIsTold() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.safetensors"
      var tensors = NamedTensors()
      tensors["a"] = Tensor(zeros: [1000])
      try SafetensorsFile.write(tensors, to: path)
      let file = try SafetensorsFile(path: path)
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 200)
      try handle.close()
      #expect(
        throws: SafetensorsError(path, .system("it became shorter while it was read"))
      ) { try file.tensor(named: "a") }
    }
  }
}
