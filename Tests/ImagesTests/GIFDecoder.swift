/// A plain decoder of GIF files, written from the format's definition and not from the encoder.
struct GIFDecoder {
  struct Frame {
    var delay = 0
    var disposal = 0
    var box = (x: 0, y: 0, width: 0, height: 0)
    /// The whole image after this frame: red, green, blue, alpha.
    var canvas: [UInt8] = []
  }
  struct Failure: Error { var reason: String }

  private let bytes: [UInt8]
  private var position = 0
  private(set) var width = 0
  private(set) var height = 0
  private(set) var repeats: Int?
  private(set) var frames: [Frame] = []
  private(set) var hasGlobalTable = false

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    guard try take(6) == Array("GIF89a".utf8) else { throw Failure(reason: "no GIF89a") }
    (width, height) = (try number(), try number())
    let flags = try byte()
    _ = try take(2)
    hasGlobalTable = flags & 0x80 != 0
    let global = hasGlobalTable ? try take(3 << Int(flags & 7 + 1)) : []
    var canvas = [UInt8](repeating: 0, count: width * height * 4)
    var frame = Frame()
    var transparent: UInt8?
    while true {
      switch try byte() {
      case 0x21:
        let label = try byte()
        let size = Int(try byte())
        let head = try take(size)
        if label == 0xF9 {
          frame.disposal = Int(head[0] >> 2 & 7)
          frame.delay = Int(head[1]) | Int(head[2]) << 8
          transparent = head[0] & 1 == 1 ? head[3] : nil
          guard try byte() == 0 else { throw Failure(reason: "long control block") }
        } else {
          let data = try blocks()
          if head == Array("NETSCAPE2.0".utf8) { repeats = Int(data[1]) | Int(data[2]) << 8 }
        }
      case 0x2C:
        frame.box = (try number(), try number(), try number(), try number())
        let flags = try byte()
        let table = flags & 0x80 != 0 ? try take(3 << Int(flags & 7 + 1)) : global
        let codeSize = Int(try byte())
        let pixels = try Self.decompress(try blocks(), codeSize: codeSize)
        guard pixels.count == frame.box.width * frame.box.height else {
          throw Failure(reason: "\(pixels.count) pixels for \(frame.box)")
        }
        for (index, pixel) in pixels.enumerated() where pixel != transparent {
          let x = frame.box.x + index % frame.box.width
          let at = ((frame.box.y + index / frame.box.width) * width + x) * 4
          let color = table[Int(pixel) * 3..<Int(pixel) * 3 + 3]
          canvas.replaceSubrange(at..<at + 4, with: color + [255])
        }
        frame.canvas = canvas
        frames.append(frame)
        if frame.disposal == 2 { canvas = canvas.map { _ in 0 } }
      case 0x3B:
        guard position == bytes.count else { throw Failure(reason: "bytes after the end") }
        return
      case let other: throw Failure(reason: "block \(other) at \(position)")
      }
    }
  }

  private mutating func byte() throws -> UInt8 { try take(1)[0] }

  private mutating func number() throws -> Int {
    let two = try take(2)
    return Int(two[0]) | Int(two[1]) << 8
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    guard position + count <= bytes.count else { throw Failure(reason: "cut off") }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  private mutating func blocks() throws -> [UInt8] {
    var data: [UInt8] = []
    while case let size = try byte(), size > 0 { data += try take(Int(size)) }
    return data
  }

  private static func decompress(_ data: [UInt8], codeSize: Int) throws -> [UInt8] {
    let (clear, end) = (1 << codeSize, 1 << codeSize + 1)
    let letters = (0..<clear).map { [UInt8($0)] } + [[], []]
    var strings = letters
    var width = codeSize + 1
    var last: [UInt8]?
    var pixels: [UInt8] = []
    var bit = 0
    while true {
      guard bit + width <= data.count * 8 else { throw Failure(reason: "no end code") }
      var code = 0
      for index in 0..<width {
        code |= Int(data[(bit + index) / 8] >> UInt8((bit + index) % 8) & 1) << index
      }
      bit += width
      if code == end { return pixels }
      if code == clear {
        (strings, width, last) = (letters, codeSize + 1, nil)
        continue
      }
      var string: [UInt8]
      if code < strings.count {
        string = strings[code]
      } else {
        guard code == strings.count, let last else { throw Failure(reason: "unknown code") }
        string = last + [last[0]]
      }
      pixels += string
      if let last, strings.count < 4096 { strings.append(last + [string[0]]) }
      if strings.count == 1 << width, width < 12 { width += 1 }
      last = string
      string = []
    }
  }
}
