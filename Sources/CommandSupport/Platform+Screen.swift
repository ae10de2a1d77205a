// The terminal as a screen. Beside `Platform.swift` the only file of this room that calls the C library.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the terminal was before it became a screen. A signal handler reaches nothing but globals; it is
/// written before the handlers are installed, and never again while they are.
private nonisolated(unsafe) var terminalBefore = termios()
/// Whether there is anything to restore.
private let isScreen = Atomic<Bool>(false)
private let hasResized = Atomic<Bool>(false)

extension Platform {
  static let standardInput: Int32 = 0

  /// `_POSIX_VDISABLE`, which Swift doesn't import.
  #if canImport(Darwin)
    private static let noCharacter: UInt8 = 0xFF
  #else
    private static let noCharacter: UInt8 = 0
  #endif

  /// The alternate screen, without a cursor and without wrapping of long lines.
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J"
  private static let leave: StaticString = "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

  /// The size of the terminal behind stdout; nil where nobody knows.
  static func screenSize() -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(standardOutput, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Makes the terminal a screen: keys come one by one and unseen, Ctrl-C stays a signal. Whichever signal
  /// ends the process, the terminal is restored before.
  static func enterScreen() throws(WriteFailure) {
    guard tcgetattr(standardInput, &terminalBefore) == 0 else {
      throw .other(String(cString: strerror(errno)))
    }
    var raw = terminalBefore
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    // A stopped program would leave its screen behind: Ctrl-Z has no effect.
    withUnsafeMutableBytes(of: &raw.c_cc) { $0[Int(VSUSP)] = noCharacter }
    isScreen.store(true, ordering: .sequentiallyConsistent)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      _ = signal(number) { _ in
        Platform.leaveScreen()
        _exit(ExitStatus.interrupted.rawValue)
      }
    }
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS] {
      _ = signal(number) { number in
        Platform.leaveScreen()
        _ = signal(number, SIG_DFL)
        raise(number)
      }
    }
    _ = signal(SIGWINCH) { _ in hasResized.store(true, ordering: .relaxed) }
    tcsetattr(standardInput, TCSAFLUSH, &raw)
    try write(Array(enter.utf8), to: standardOutput)
  }

  /// Gives the terminal back as it was. Only what is safe in a signal handler: atomics, write, tcsetattr.
  static func leaveScreen() {
    guard isScreen.exchange(false, ordering: .sequentiallyConsistent) else { return }
    leave.withUTF8Buffer { bytes in
      #if canImport(Glibc)
        _ = Glibc.write(standardOutput, bytes.baseAddress, bytes.count)
      #elseif canImport(Musl)
        _ = Musl.write(standardOutput, bytes.baseAddress, bytes.count)
      #else
        _ = Darwin.write(standardOutput, bytes.baseAddress, bytes.count)
      #endif
    }
    tcsetattr(standardInput, TCSANOW, &terminalBefore)
  }

  /// What waiting for keys ended with.
  enum Input {
    case bytes([UInt8])
    /// The terminal's size is another.
    case resized
    case nothing
    /// The terminal is gone.
    case end
  }

  /// Waits for keys, so many milliseconds at most.
  static func input(within milliseconds: Int) -> Input {
    var wait = pollfd(fd: standardInput, events: Int16(POLLIN), revents: 0)
    let count = hasResized.load(ordering: .relaxed) ? 0 : poll(&wait, 1, Int32(milliseconds))
    if hasResized.exchange(false, ordering: .relaxed) { return .resized }
    guard count > 0 else { return .nothing }
    var bytes = [UInt8](repeating: 0, count: 256)
    let size = bytes.withUnsafeMutableBytes { read(standardInput, $0.baseAddress, $0.count) }
    guard size > 0 else { return size < 0 && errno == EINTR ? .nothing : .end }
    return .bytes(Array(bytes.prefix(size)))
  }
}
