#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Clocks and names of this machine, in Swift's terms. The only file here with an `#if`.
package enum Platform {
  /// Seconds since 1970.
  package static func wallTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The local date and time: "Nov21_14-03-59".
  package static func date() -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let day = months[Int(parts.tm_mon) % 12] + two(parts.tm_mday)
    return "\(day)_\(two(parts.tm_hour))-\(two(parts.tm_min))-\(two(parts.tm_sec))"
  }

  /// The number of this process.
  package static func processNumber() -> Int32 { getpid() }

  /// The name of this machine, or "localhost".
  package static func hostName() -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let result = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { gethostname($0, characters.count - 1) } ?? -1
      }
    }
    let name = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    return result == 0 && !name.isEmpty ? name : "localhost"
  }
}
