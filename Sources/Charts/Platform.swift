// Logarithms, which Swift's own library doesn't have. The only file here with an `#if`.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm to base ten.
func log10(_ number: Double) -> Double {
  #if canImport(Glibc)
    Glibc.log10(number)
  #elseif canImport(Musl)
    Musl.log10(number)
  #else
    Darwin.log10(number)
  #endif
}

/// Ten to a power.
func exp10(_ exponent: Double) -> Double {
  #if canImport(Glibc)
    Glibc.pow(10, exponent)
  #elseif canImport(Musl)
    Musl.pow(10, exponent)
  #else
    Darwin.pow(10, exponent)
  #endif
}
