extension APIError: CustomStringConvertible {
  /// One line: what was tried, what happened, what to do.
  public var description: String {
    let what = subject.isEmpty ? "" : "cannot \(subject): "
    let advice = advice
    return what + because + (advice.isEmpty ? "" : "; \(advice)")
  }

  /// What happened, in the server's words, with the kind where those do not say it.
  public var because: String {
    let message = PlainText.line(message)
    let details = causes.map(\.description).filter { !message.contains($0) && !$0.isEmpty }
    let because = message.isEmpty ? title : message
    guard !details.isEmpty else { return because }
    return PlainText.line("\(because) [\(details.joined(separator: ", "))]")
  }

  /// The kind in two or three words: "not permitted".
  public var title: String {
    switch kind {
    case .unreachable: "not reachable"
    case .tls: "connection not trusted"
    case .unauthorized: "not logged in"
    case .forbidden: "not permitted"
    case .notFound: "not found"
    case .conflict: "conflict"
    case .gone: "version too old"
    case .invalid: "not valid"
    case .refused: "refused by admission"
    case .timeout: "timed out"
    case .throttled: "throttled"
    case .server: "server failure"
    case .protocol: "not an API answer"
    }
  }

  /// What to do about it; empty when the server's words say it all.
  public var advice: String {
    switch kind {
    case .unreachable: "check the server's address, the network and any proxy"
    // The transport names the certificate and what to do about it.
    case .tls: ""
    case .unauthorized: "the token or certificate may have expired: log in again"
    case .forbidden: "ask for a role that \(permission)"
    case .notFound:
      namesObject ? "it may have been deleted: refresh" : "is it installed and served here?"
    case .conflict where reason == "AlreadyExists": "choose another name, or change the one there"
    case .conflict: "somebody changed it meanwhile: read it again and repeat"
    case .gone: "list again from the beginning"
    case .invalid: "correct the \(causes.isEmpty ? "request" : "fields named") and repeat"
    case .refused where message.contains("failed calling webhook"):
      "the webhook cannot be asked: check that its service runs"
    case .refused: "meet the webhook's condition and repeat"
    case .timeout: "the server is slow or overloaded: try again"
    case .throttled: "try again in \(retryAfter.map(Self.inWords) ?? "a moment")"
    case .server: "try again; if it lasts, look at the server's log"
    case .protocol: "check that the address is an API server's and not a proxy's or login page's"
    }
  }

  /// Whether the same request may be sent again by itself. Never for a write: it may have been
  /// carried out though the answer got lost.
  public func isRetryable(for request: APIRequest) -> Bool {
    guard !request.method.isWrite else { return false }
    switch kind {
    case .unreachable, .timeout, .throttled, .server: return true
    case .tls, .unauthorized, .forbidden, .notFound, .conflict, .gone, .invalid, .refused,
      .protocol:
      return false
    }
  }

  /// The server has no streaming lists: its etcd is too old, the feature is off, or the parameters
  /// are unknown to it. List, then watch, instead.
  public var refusesStreamingList: Bool {
    kind == .invalid || message.contains("storage feature RequestWatchProgress is disabled")
  }

  private var namesObject: Bool { subject.contains("/") || message.contains("\"") }

  /// "allows list on resourcebindings.work.karmada.io in namespace shop"
  private var permission: String {
    let words = subject.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return "allows this" }
    return "allows \"\(words[0])\" on \(words[1])"
  }

  private static func inWords(_ wait: Duration) -> String {
    let seconds = wait.components.seconds
    return seconds == 1 ? "1 second" : "\(seconds) seconds"
  }
}

extension APIError.Cause: CustomStringConvertible {
  /// "spec.purgeMode: Unsupported value"
  public var description: String {
    let said = message.isEmpty ? reason : message
    return field.isEmpty || said.isEmpty ? field + said : "\(field): \(said)"
  }
}
