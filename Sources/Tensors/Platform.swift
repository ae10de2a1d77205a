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
}
