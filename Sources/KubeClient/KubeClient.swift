import ControlPlane
import Manifest

/// A live control plane, reached over HTTP as one context of a kubeconfig says.
///
/// A write is sent once, whatever happens. A read is repeated once, after a 401 that a new
/// credential may answer.
public final class KubeClient: ControlPlane {
  public let endpoint: Endpoint
  private let context: ResolvedContext
  private let link: HTTPRequest.Link
  private let constantHeaders: [HTTPHeader]
  private let credentials: Credentials
  private let transport: HTTPTransport

  /// `impersonation` replaces what the context says (`--as`, `--as-group`). Throws
  /// `KubeconfigError` for a proxy or an impersonation that cannot be, `APIError` when there are
  /// no means for a connection.
  public convenience init(
    _ context: ResolvedContext, impersonation: Impersonation? = nil, version: String,
    environment: [String: String], reader: FileReader = .disk
  ) throws {
    try self.init(
      context, impersonation: impersonation, version: version, environment: environment,
      credentials: Credentials(context.credential, reader: reader, now: { Time.now }))
  }

  init(
    _ context: ResolvedContext, impersonation: Impersonation? = nil, version: String,
    environment: [String: String], credentials: Credentials
  ) throws {
    self.context = context
    self.credentials = credentials
    var headers = [HTTPHeader("User-Agent", "quarterdeck/\(version)")]
    headers += (impersonation ?? context.impersonation)?.headers ?? []
    if let unsafe = headers.first(where: { !$0.isSafe }) {
      throw KubeconfigError(
        .malformed, "\(unsafe.name) would hold a line break or a control character",
        advice: "correct --as, --as-group or the user's as fields")
    }
    constantHeaders = headers
    link = try Self.link(context, environment)
    endpoint = Endpoint(
      context: context.name, server: context.server.description, user: context.userName,
      warnings: Self.warnings(context))
    transport = try HTTPTransport()
  }

  private static func link(_ context: ResolvedContext, _ environment: [String: String])
    throws(KubeconfigError) -> HTTPRequest.Link
  {
    do throws(Proxy.Failure) {
      let proxy = try Proxy.address(
        for: context.server, clusterProxy: context.proxy?.revealed, environment: environment)
      return HTTPRequest.Link(tls: context.tls, proxy: proxy, accepts: context.compression)
    } catch {
      // Never the address itself: it may hold a password.
      let name = context.proxy == nil ? "HTTPS_PROXY or HTTP_PROXY" : "the cluster's proxy-url"
      throw KubeconfigError(
        .badServer, "\(name) is not usable: \(error.why)",
        advice: "write an address as in http://proxy:3128")
    }
  }

  private static func warnings(_ context: ResolvedContext) -> [String] {
    var warnings: [String] = []
    if context.server.scheme == .https, !context.tls.isVerified {
      warnings.append("certificate not verified")
    }
    let isHere =
      context.server.host == "localhost" || IPAddress(context.server.host)?.isLoopback == true
    if context.server.scheme == .http, !isHere { warnings.append("connection not encrypted") }
    return warnings
  }

  /// Ends every exchange, and the network thread. Blocks for the moment that takes.
  public func shutdown() async {
    await credentials.shutdown()
    transport.shutdown()
  }

  public func send(_ request: APIRequest) async throws -> APIResponse {
    try await naming(request) {
      let credential = try await self.credentials.current()
      let answer = try await self.transport.send(self.http(request, credential))
      guard answer.head.status == 401, let next = try await self.replacement(credential, request)
      else { return try Self.checked(answer, request) }
      return try Self.checked(
        try await self.transport.send(self.http(request, next)), request)
    }
  }

  public func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let (pieces, out) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    let task = Task {
      do {
        try await naming(request) { try await self.follow(request, into: out) }
        out.finish()
      } catch {
        out.finish(throwing: error)
      }
    }
    out.onTermination = { _ in task.cancel() }
    return pieces
  }

  private typealias Pieces = AsyncThrowingStream<[UInt8], any Error>.Continuation

  private func follow(_ request: APIRequest, into out: Pieces) async throws {
    let credential = try await credentials.current()
    guard let refusal = try await pass(http(request, credential), request, to: out) else { return }
    guard refusal.head.status == 401, let next = try await replacement(credential, request) else {
      throw Self.error(refusal, request)
    }
    if let again = try await pass(http(request, next), request, to: out) {
      throw Self.error(again, request)
    }
  }

  /// Passes the body of a good answer on until it ends, or returns the answer that is not good.
  private func pass(_ http: HTTPRequest, _ request: APIRequest, to out: Pieces) async throws
    -> HTTPAnswer?
  {
    var refusal: HTTPAnswer?
    for try await event in transport.stream(http) {
      switch event {
      case .head(let head):
        if Self.isExpected(head, request) {
          // Tells whoever waits that the server has taken the request, before it says anything.
          out.yield([])
        } else {
          refusal = HTTPAnswer(head: head, body: [])
        }
      case .bytes(let bytes):
        guard let known = refusal else {
          out.yield(bytes)
          continue
        }
        refusal?.body += bytes.prefix(max(0, Self.refusalLimit - known.body.count))
        if known.body.count >= Self.refusalLimit { return refusal }
      }
    }
    try Task.checkCancellation()
    return refusal
  }

  /// Of a body that says why not, more than this is not read.
  private static let refusalLimit = 1 << 20

  /// After a 401 the credential is not used again; a read, and only a read, gets a second try.
  private func replacement(_ credential: Credential, _ request: APIRequest) async throws
    -> Credential?
  {
    guard !request.method.isWrite else {
      await credentials.drop(credential)
      return nil
    }
    return try await credentials.replace(credential)
  }

  private func http(_ request: APIRequest, _ credential: Credential) -> HTTPRequest {
    var target = request.path
    for (index, item) in request.query.enumerated() {
      target += index == 0 ? "?" : "&"
      target += "\(Percent.encode(item.name))=\(Percent.encode(item.value))"
    }
    var headers = constantHeaders + [HTTPHeader("Accept", request.accept)]
    if let token = credential.token {
      headers.append(HTTPHeader("Authorization", "Bearer \(token.revealed)"))
    }
    if let type = request.contentType { headers.append(HTTPHeader("Content-Type", type)) }
    var link = link
    if let identity = credential.identity { link.tls.identity = identity }
    return HTTPRequest(
      method: request.method.rawValue, url: context.server, target: target, headers: headers,
      body: request.body, timeout: request.timeout, link: link,
      mayRepeat: !request.method.isWrite)
  }

  private static func checked(_ answer: HTTPAnswer, _ request: APIRequest) throws -> APIResponse {
    guard isExpected(answer.head, request) else { throw error(answer, request) }
    return APIResponse(
      status: answer.head.status, headers: headers(answer.head), body: answer.body)
  }

  /// A login page often comes with 200.
  private static func isExpected(_ head: HTTPHead, _ request: APIRequest) -> Bool {
    guard (200...299).contains(head.status) else { return false }
    let type = head.headers.first { $0.name.lowercased() == "content-type" }?.value.lowercased()
    return !(type ?? "").hasPrefix("text/html") || request.accept.contains("text/html")
  }

  private static func headers(_ head: HTTPHead) -> [APIResponse.Header] {
    head.headers.map { APIResponse.Header($0.name, $0.value) }
  }

  private static func error(_ answer: HTTPAnswer, _ request: APIRequest) -> APIError {
    APIError(
      status: answer.head.status, headers: headers(answer.head), body: answer.body,
      request: request)
  }

  /// Gives the errors of transport and credentials the request's subject.
  private func naming<Value: Sendable>(
    _ request: APIRequest, _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    do {
      return try await body()
    } catch var error as APIError {
      if error.subject.isEmpty { error.subject = request.subject }
      throw error
    } catch let error as CredentialError {
      throw APIError(.unauthorized, message: error.description, subject: request.subject)
    }
  }
}
