// What Swift's own library lacks: rounding to decimals as C does it, and logarithms. The only file here
// with an `#if`.
#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#elseif canImport(Darwin)
  private import Darwin
#endif

/// The logarithm to base ten.
package func log10(_ number: Double) -> Double {
  #if canImport(Glibc)
    Glibc.log10(number)
  #elseif canImport(Musl)
    Musl.log10(number)
  #else
    Darwin.log10(number)
  #endif
}

/// Ten to a power, exact where doubles are.
package func power(ofTen exponent: Double) -> Double {
  guard exponent == exponent.rounded(), abs(exponent) <= 22 else { return pow(10, exponent) }
  var result = 1.0
  for _ in 0..<Int(abs(exponent)) { result *= 10 }
  return exponent < 0 ? 1 / result : result
}

/// How C writes a number: `%.*f`, `%.*e` or `%.*g`.
enum Notation: String {
  case fixed = "%.*f"
  case exponential = "%.*e"
  /// With so many significant digits, in the shorter of the two others.
  case general = "%.*g"
}

/// A finite number rounded to decimals, half to even where that is exact, as C does it.
func rounded(_ number: Double, _ decimals: Int, _ notation: Notation) -> String {
  // The longest number has 309 digits before the point.
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
    guard let start = buffer.baseAddress else { return "" }
    let decimals = Int32(clamping: max(0, min(decimals, 60)))
    let written = withVaList([decimals, number]) {
      vsnprintf(start, buffer.count, notation.rawValue, $0)
    }
    return String(
      decoding: buffer[..<max(0, min(Int(written), buffer.count - 1))].map {
        UInt8(bitPattern: $0)
      }, as: UTF8.self)
  }
}
