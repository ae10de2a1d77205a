// All of tbevents that has to do with the network, and the only file that the package's trait changes.

import CommandSupport
import Foundation
import Reports

#if DataServer
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  import Synchronization

  /// Serves a page that follows, and tells those who have it open what has changed, by server-sent events.
  ///
  /// There are two paths, "/" and "/events", and no file: nothing that is asked for leads anywhere else.
  ///
  /// - Source: HTML Living Standard, §9.2, "Server-sent events".
  final class ReportServer: Sendable {
    /// Where the page is.
    let address: String
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let readers: Readers

    /// Listens.
    ///
    /// - Throws: `CommandFailure` where the port can't be bound.
    init(_ page: LivePage, host: String, port: Int) throws {
      let readers = Readers()
      let names = HostNames(host)
      do {
        channel = try ServerBootstrap(group: group)
          .serverChannelOption(.backlog, value: 64)
          .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
              let pipeline = channel.pipeline.syncOperations
              try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
              try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
              try pipeline.addHandler(ReaderHandler(page, names, readers))
            }
          }
          .bind(host: host, port: port).wait()
      } catch {
        try? group.syncShutdownGracefully()
        throw CommandFailure(
          "\(host):\(port) can't be listened at: \(error); --port 0 takes any port")
      }
      self.readers = readers
      let shown = host.contains(":") ? "[\(host)]" : host
      address = "http://\(shown):\(channel.localAddress?.port ?? port)/"
    }

    /// Tells who has the page open that it has changed.
    func tell() {
      for handler in readers.all { handler.tell() }
    }

    func end() {
      try? channel.close().wait()
      try? group.syncShutdownGracefully()
    }
  }

  /// The names by which a request may call this machine. A page of another server, whose name was made to lead
  /// here, has its own.
  private struct HostNames: Sendable {
    private let names: Set<String>
    private let takesAddresses: Bool

    init(_ host: String) {
      let isOwn = ["127.0.0.1", "localhost", "::1"].contains(host)
      let machine = ProcessInfo.processInfo.hostName
      let others =
        isOwn ? [] : [machine, machine.split(separator: ".").first.map(String.init) ?? machine]
      names = Set(
        (["127.0.0.1", "localhost", "[::1]", host, "[\(host)]"] + others).map { $0.lowercased() })
      takesAddresses = !isOwn
    }

    func contain(_ header: String) -> Bool {
      // The port goes off; an address of IPv6 has colons in brackets.
      var name = Substring(header)
      if let colon = name.lastIndex(of: ":"), !name[colon...].contains("]") {
        name = name[..<colon]
      }
      if names.contains(name.lowercased()) { return true }
      let bare = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : String(name)
      return takesAddresses && (try? SocketAddress(ipAddress: bare, port: 0)) != nil
    }
  }

  /// Who listens to events.
  private final class Readers: Sendable {
    private let handlers = Mutex<[ObjectIdentifier: Teller]>([:])
    /// Connections at most: browsers have six each.
    private static let limit = 100

    var all: [Teller] { handlers.withLock { Array($0.values) } }

    /// False where there are too many.
    func add(_ teller: Teller) -> Bool {
      handlers.withLock { handlers in
        guard handlers.count < Self.limit else { return false }
        handlers[ObjectIdentifier(teller)] = teller
        return true
      }
    }

    func remove(_ teller: Teller) {
      handlers.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(teller)) }
    }
  }

  /// A door from other threads to a connection.
  private final class Teller: Sendable {
    private let channel: any Channel

    init(_ channel: any Channel) { self.channel = channel }

    func tell() { channel.pipeline.fireUserInboundEventTriggered(PageHasChanged()) }
  }

  private struct PageHasChanged: Sendable {}

  /// One connection.
  private final class ReaderHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let page: LivePage
    private let names: HostNames
    private let readers: Readers
    private var request: HTTPRequestHead?
    private var teller: Teller?
    /// The version that the reader has.
    private var version = 0
    /// Whether something that was written hasn't gone out yet.
    private var isWaiting = false
    /// One request is answered, then the connection ends: a browser asks for a page and for its events.
    private var isAnswered = false

    init(_ page: LivePage, _ names: HostNames, _ readers: Readers) {
      (self.page, self.names, self.readers) = (page, names, readers)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): request = head
      // Nothing is sent here: what a body holds is of no use.
      case .body: break
      case .end:
        guard let request, !isAnswered else { return }
        isAnswered = true
        answer(request, context)
      }
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
      let hosts = request.headers["host"]
      guard hosts.count == 1, names.contain(hosts[0]) else {
        return respond(
          .misdirectedRequest, "this isn't the machine that is asked for\n", request, context)
      }
      guard request.method == .GET || request.method == .HEAD else {
        return respond(.methodNotAllowed, "only GET\n", request, context)
      }
      let parts = request.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      switch parts.first {
      case "/": respond(.ok, page.html, type: "text/html; charset=utf-8", request, context)
      case "/events" where request.method == .GET:
        let since =
          request.headers.first(name: "last-event-id")
          ?? parts.dropFirst().first.flatMap {
            $0.hasPrefix("since=") ? String($0.dropFirst(6)) : nil
          }
        follow(since: since.flatMap { Int($0) } ?? 0, request, context)
      default: respond(.notFound, "there is only one page: /\n", request, context)
      }
    }

    private static let headers: [(String, String)] = [
      ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
      (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
      ),
    ]

    private func respond(
      _ status: HTTPResponseStatus, _ text: String, type: String = "text/plain; charset=utf-8",
      _ request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
      let body = context.channel.allocator.buffer(string: text)
      var headers = HTTPHeaders(Self.headers)
      headers.add(name: "Content-Type", value: type)
      headers.add(name: "Content-Length", value: "\(body.readableBytes)")
      headers.add(name: "Connection", value: "close")
      write(
        .head(HTTPResponseHead(version: request.version, status: status, headers: headers)), context
      )
      if request.method != .HEAD { write(.body(.byteBuffer(body)), context) }
      let channel = context.channel
      context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
        channel.close(promise: nil)
      }
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
      context.write(wrapOutboundOut(part), promise: nil)
    }

    // MARK: Events

    private func follow(since: Int, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
      let teller = Teller(context.channel)
      guard readers.add(teller) else {
        return respond(.serviceUnavailable, "too many pages are open\n", request, context)
      }
      self.teller = teller
      version = since
      var headers = HTTPHeaders(Self.headers)
      headers.add(name: "Content-Type", value: "text/event-stream")
      write(
        .head(HTTPResponseHead(version: request.version, status: .ok, headers: headers)), context)
      send("retry: 2000\n\n", context)
      catchUp(context)
    }

    /// Sends what the reader doesn't have yet. One that is slow isn't sent more: what it misses, it gets at once.
    private func catchUp(_ context: ChannelHandlerContext) {
      guard teller != nil, context.channel.isWritable, let news = page.news(since: version) else {
        return
      }
      version = news.version
      send("id: \(news.version)\nevent: report\ndata: \(news.json)\n\n", context)
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
      let body = context.channel.allocator.buffer(string: text)
      isWaiting = true
      let sent = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))))
      let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
      sent.whenSuccess { bound.value.isWaiting = false }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
      catchUp(context)
      context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      switch event {
      case is PageHasChanged: catchUp(context)
      case is IdleStateHandler.IdleStateEvent:
        // A comment finds out whether a reader is still there; one that took nothing meanwhile isn't.
        if teller != nil, !isWaiting {
          send(": still here\n\n", context)
        } else {
          context.close(promise: nil)
        }
      default: context.fireUserInboundEventTriggered(event)
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      if let teller { readers.remove(teller) }
      teller = nil
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
#else
  /// Without the trait there is no network.
  final class ReportServer: Sendable {
    let address = ""

    init(_ page: LivePage, host: String, port: Int) throws {
      throw CommandFailure(
        "this was built without its network; build it with "
          + "swift build -c release --traits DataServer --product tbevents")
    }

    func tell() {}
    func end() {}
  }
#endif
