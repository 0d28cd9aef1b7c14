import ControlPlane
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The way into the embedded Karmada for any Kubernetes client: HTTP/1.1 on 127.0.0.1, with a
/// bearer token.
///
/// client-go, and with it kubectl, keeps credentials to itself where there is no TLS, but not from
/// a proxy: the kubeconfig therefore names the door as its own proxy, whose password is the token.
public struct HTTPDoor: Sendable {
  /// Why the door could not be opened, one line.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  public let port: Int
  /// Whoever knows it may do everything.
  public let token: String
  private let plane: SimulatedControlPlane
  private let listener: NIOAsyncChannel<HTTPConnection.Channel, Never>

  /// Listens from now on; answers once `run` runs.
  ///
  /// - Parameter port: 0 for any free one.
  public static func open(
    _ plane: SimulatedControlPlane, port: Int = 0, token: String = DemoKubeconfig.newToken()
  ) async throws -> HTTPDoor {
    let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    do {
      let listener = try await bootstrap.bind(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture { try HTTPConnection.wrap(channel) }
      }
      guard let port = listener.channel.localAddress?.port else {
        throw Failure(description: "the socket has no port")
      }
      return HTTPDoor(port: port, token: token, plane: plane, listener: listener)
    } catch let error as IOError {
      throw Failure(
        description: "cannot listen on 127.0.0.1:\(port): "
          + "\(String(cString: strerror(error.errnoCode))); choose another --port")
    }
  }

  public var address: String { "127.0.0.1:\(port)" }
  /// "http://127.0.0.1:8899", without the token.
  public var url: String { "http://\(address)" }
  /// How clients get in.
  public var kubeconfig: DemoKubeconfig { DemoKubeconfig(server: url, token: token) }

  /// Answers until the calling task is cancelled; open watches end with it.
  public func run() async throws {
    let connection = HTTPConnection(plane: plane, token: token, address: address)
    try await withThrowingDiscardingTaskGroup { group in
      try await listener.executeThenClose { channels in
        for try await channel in channels {
          group.addTask {
            // A client that hangs up in the middle is its own business, not the door's.
            do { try await connection.serve(channel) } catch {}
          }
        }
      }
      group.cancelAll()
    }
  }
}

/// One client's connection: requests one after the other, each answered in full or watched.
struct HTTPConnection: Sendable {
  typealias Part = HTTPPart<HTTPResponseHead, ByteBuffer>
  typealias Channel = NIOAsyncChannel<HTTPServerRequestPart, Part>
  private typealias Writer = NIOAsyncChannelOutboundWriter<Part>

  let plane: SimulatedControlPlane
  let token: String
  let address: String

  static func wrap(_ channel: any NIOCore.Channel) throws -> Channel {
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
    try channel.pipeline.syncOperations.addHandler(ResponseBodies())
    return try Channel(wrappingChannelSynchronously: channel)
  }

  func serve(_ channel: Channel) async throws {
    try await channel.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      var body: [UInt8] = []
      var parts = inbound.makeAsyncIterator()
      while let part = try await parts.next() {
        switch part {
        case .head(let new):
          head = new
          body = []
        case .body(let bytes):
          // What is above the limit only needs to be known to be so.
          if body.count <= APIServer.bodyLimit {
            body.append(contentsOf: bytes.readableBytesView)
          }
        case .end:
          guard let request = head else { continue }
          head = nil
          let goesOn = try await answer(request, body: body, channel: channel.channel, outbound)
          if !goesOn { return }
        }
      }
    }
  }

  /// Answers one request; false when the connection is to be closed.
  private func answer(
    _ head: HTTPRequestHead, body: [UInt8], channel: any NIOCore.Channel, _ outbound: Writer
  ) async throws -> Bool {
    guard let request = Self.request(head, body: body) else {
      try await write(
        refusal(.badRequest("this is not a request an API server understands")), to: outbound)
      return false
    }
    guard let caller = caller(head) else {
      try await write(refusal(.unauthorized), to: outbound)
      return head.isKeepAlive
    }
    switch await exchange(request, caller: caller, channel: channel) {
    case .answer(let response)?:
      try await write(response, to: outbound)
      return head.isKeepAlive
    case .watch(let response, let stream)?:
      try await write(watch: stream, response, channel: channel, to: outbound)
      return head.isKeepAlive
    case nil: return false
    }
  }

  /// nil when a fault leaves the request without an answer: all there is left to do is hang up.
  private func exchange(
    _ request: APIRequest, caller: Caller, channel: any NIOCore.Channel
  ) async -> SimulatedControlPlane.Exchange? {
    let verdict = plane.verdict(on: request)
    if verdict.isNone { return plane.exchange(request, caller: caller, address: address) }
    let answer = Task { [plane, address] in
      try await plane.met(request, verdict: verdict, caller: caller, address: address)
    }
    // A client that waits in vain leaves at some time.
    channel.closeFuture.whenComplete { _ in answer.cancel() }
    return await withTaskCancellationHandler {
      do { return try await answer.value } catch { return nil }
    } onCancel: {
      answer.cancel()
    }
  }

  /// nil when there are credentials and they are not the right ones.
  private func caller(_ head: HTTPRequestHead) -> Caller? {
    let given = head.headers["Authorization"] + head.headers["Proxy-Authorization"]
    if given.isEmpty { return .anonymous }
    let isKnown = given.contains { header in
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { return false }
      return switch parts[0].lowercased() {
      case "bearer": isSecret(trim(parts[1]), token)
      case "basic": isSecret(trim(parts[1]), DemoKubeconfig.basicCredentials(token: token))
      default: false
      }
    }
    return isKnown ? .user(SimulatedControlPlane.user) : nil
  }

  /// Looks at every byte, so that the time taken tells nothing.
  private func isSecret(_ text: Substring, _ secret: String) -> Bool {
    var difference = text.utf8.count ^ secret.utf8.count
    for (a, b) in zip(text.utf8, secret.utf8) { difference |= Int(a ^ b) }
    return difference == 0
  }

  private static func request(_ head: HTTPRequestHead, body: [UInt8]) -> APIRequest? {
    var uri = head.uri[...]
    if let scheme = uri.firstRange(of: "://"), !uri.hasPrefix("/") {
      // What a proxy is asked for: only ever this door itself.
      let rest = uri[scheme.upperBound...]
      uri = rest.drop { $0 != "/" }
    }
    guard let method = APIRequest.Method(rawValue: head.method.rawValue), uri.hasPrefix("/")
    else { return nil }
    let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var query: [APIRequest.QueryItem] = []
    for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = formDecoded(pair[0]), let value = formDecoded(pair.count > 1 ? pair[1] : "")
      else { return nil }
      query.append(.init(name, value))
    }
    return APIRequest(
      method, String(parts[0]), query: query,
      accept: head.headers["Accept"].joined(separator: ","),
      contentType: head.headers.first(name: "Content-Type"), body: body.isEmpty ? nil : body,
      timeout: nil)
  }

  /// A query is a form: "+" is a space.
  private static func formDecoded(_ text: Substring) -> String? {
    Percent.decode(String(text).replacing("+", with: " "))
  }

  private func refusal(_ error: StatusError) -> APIResponse {
    let body = error.status.serialized()
    return APIResponse(
      status: error.code,
      headers: [
        .init("Cache-Control", "no-cache, private"), .init("Content-Type", "application/json"),
        .init("Date", HTTPDate.text(plane.time.now)), .init("Content-Length", String(body.count)),
      ], body: body)
  }

  private func head(of response: APIResponse) -> Part {
    var headers = HTTPHeaders()
    for header in response.headers { headers.add(name: header.name, value: header.value) }
    return .head(
      HTTPResponseHead(
        version: .http1_1, status: HTTPResponseStatus(statusCode: response.status),
        headers: headers))
  }

  private func write(_ response: APIResponse, to outbound: Writer) async throws {
    try await outbound.write(
      contentsOf: [head(of: response), .body(ByteBuffer(bytes: response.body)), .end(nil)])
  }

  /// Writes a watch as it comes, until either side ends it. Without a length the body is chunked.
  private func write(
    watch stream: AsyncThrowingStream<[UInt8], any Error>, _ response: APIResponse,
    channel: any NIOCore.Channel, to outbound: Writer
  ) async throws {
    try await outbound.write(head(of: response))
    let writer = Task {
      for try await piece in stream where !piece.isEmpty {
        try await outbound.write(.body(ByteBuffer(bytes: piece)))
      }
      try Task.checkCancellation()
      try await outbound.write(.end(nil))
    }
    // Only a write would notice a client that has left, and a quiet watch does not write.
    channel.closeFuture.whenComplete { _ in writer.cancel() }
    try await withTaskCancellationHandler {
      try await writer.value
    } onCancel: {
      writer.cancel()
    }
  }
}

/// Hands response bodies on in the form the HTTP encoder wants, which is not `Sendable`.
private final class ResponseBodies: ChannelOutboundHandler {
  typealias OutboundIn = HTTPConnection.Part
  typealias OutboundOut = HTTPServerResponsePart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part: HTTPServerResponsePart
    switch unwrapOutboundIn(data) {
    case .head(let head): part = .head(head)
    case .body(let bytes): part = .body(.byteBuffer(bytes))
    case .end(let trailers): part = .end(trailers)
    }
    context.write(wrapOutboundOut(part), promise: promise)
  }
}
