import ArgumentParser
import CommandSupport
import EventFiles
import Foundation
import TextOutput

/// `tbevents watch`: live curves that fill the terminal.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Watch curves grow in the terminal: filter, zoom, smooth, compare runs.",
    discussion: """
      \(WatchView.keys.map { "\($0.key.padding(toLength: 12, withPad: " ", startingAt: 0))\($0.effect)" }
        .joined(separator: "\n"))

      \(ExitStatus.helpText)
      """)

  @OptionGroup var selection: Selection

  @Option(help: ArgumentHelp("How often to look for more.", valueName: "seconds"))
  var interval = 1.0

  @Option(
    help: ArgumentHelp(
      "How much to smooth, 0 to 0.999, as TensorBoard's slider.", valueName: "weight"))
  var smoothing = 0.0

  func validate() throws {
    guard interval > 0, interval.isFinite else {
      throw ValidationError("--interval is a number of seconds above 0")
    }
    guard (0..<1).contains(smoothing) else { throw ValidationError("--smoothing lies in 0 ..< 1") }
  }

  func run() throws {
    let (terminal, _) = Terminal.standardOutput()
    let screen = try FullScreen(remedy: "tbevents tail -f prints new values as lines")
    defer { screen.leave() }
    var follower = LogFollower(selection: selection)
    var view = WatchView(
      logdir: selection.logdir, smoothing: smoothing, usesUnicode: terminal.speaksUnicode,
      usesColor: terminal.hasColor)
    var next = Date.distantPast
    while true {
      if Date() >= next {
        if let sentence = follower.readOn().last { view.note = sentence }
        view.update(follower.contents, wants: selection.wantsTag)
        next = Date(timeIntervalSinceNow: min(interval, 1e6))
      }
      let size = screen.currentSize()
      try screen.show(view.frame(columns: size.columns, rows: size.rows))
      guard let key = screen.nextKey(within: next.timeIntervalSinceNow) else { continue }
      if key == .closed || view.handle(key) == .quit { return }
    }
  }
}
