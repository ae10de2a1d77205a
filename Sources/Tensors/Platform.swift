#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Double {
  /// The natural logarithm.
  package static func logarithm(_ x: Double) -> Double { log(x) }
  /// The cosine of an angle in radians.
  package static func cosine(_ x: Double) -> Double { cos(x) }
  /// The sine of an angle in radians, by the cosine of what it is short of a quarter turn.
  package static func sine(_ x: Double) -> Double { cos(x - .pi / 2) }
  /// e to the power of x.
  package static func exponential(_ x: Double) -> Double { exp(x) }
  /// `base` to the power of `exponent`.
  package static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
  /// The error function: twice the integral of `exp(-t²)` from 0 to `x`, divided by the root of π.
  package static func errorFunction(_ x: Double) -> Double { erf(x) }
}

/// What the machine and its user say.
enum Platform {
  /// The processors that are switched on.
  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Tells the system that a block of memory may lie in large pages: touching it for the first time costs a
  /// tenth, and reading along it half, of what it does in small ones.
  static func preferLargePages(_ address: UnsafeMutableRawPointer, byteCount: Int) {
    #if os(Linux)
      _ = madvise(address, byteCount, Int32(MADV_HUGEPAGE))
    #endif
  }

  /// An environment variable.
  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
