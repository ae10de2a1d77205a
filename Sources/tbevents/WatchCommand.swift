import ArgumentParser
import CommandSupport
import Foundation

/// `tbevents watch`: live curves that fill the terminal.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "watch", "Watch curves grow in the terminal: filter, zoom, smooth, compare runs.",
    WatchView.keys.map { "\($0.key.padding(toLength: 9, withPad: " ", startingAt: 0))\($0.effect)" }
      .joined(separator: "\n"))

  @OptionGroup var selection: Selection

  @Option("How often to look for more.", "seconds", .above(0)) var interval = 1.0

  @Option(
    "How much to smooth, 0 to 0.999, as TensorBoard's slider.", "weight", .below(1, from: 0))
  var smoothing = 0.0

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
