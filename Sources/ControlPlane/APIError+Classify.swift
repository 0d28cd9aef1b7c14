import Manifest

extension APIError {
  /// Classifies an answer that is not the success the request hoped for. The answer's own Date
  /// header stands for the present where Retry-After names a moment.
  public init(
    status: Int, headers: [APIResponse.Header] = [], body: [UInt8], request: APIRequest
  ) {
    let answer = APIResponse(status: status, headers: headers, body: body)
    let words = Words(of: answer)
    self = Self.classify(status: status, words: words, answer: answer)
    subject = request.subject
  }

  /// Classifies the object of a watch's ERROR event, or any other Status object.
  public init(statusObject bytes: some Collection<UInt8>, request: APIRequest? = nil) {
    let body = [UInt8](bytes)
    // The event came in a good answer: only the object knows the status.
    let words = Words(of: APIResponse(status: 0, body: body))
    if let code = words.code {
      self = Self.classify(status: code, words: words, answer: APIResponse(status: code))
    } else {
      self.init(
        .protocol, message: words.message.isEmpty ? "an error event without a cause" : words.message
      )
      reason = words.reason
    }
    subject = request?.subject ?? ""
  }

  private static func classify(status: Int, words: Words, answer: APIResponse) -> APIError {
    let retryAfter =
      answer.header("Retry-After").flatMap { RetryAfter.parse($0, now: answer.header("Date")) }
      ?? words.retryAfterSeconds.map(RetryAfter.seconds)
    let kind = kind(status: status, words: words, hasRetryAfter: retryAfter != nil)
    return APIError(
      kind, status: status, reason: words.reason,
      message: words.message.isEmpty ? fallbackMessage(words, answer) : words.message,
      causes: words.causes, retryAfter: retryAfter)
  }

  private static func kind(status: Int, words: Words, hasRetryAfter: Bool) -> Kind {
    guard words.form != .stranger || status == 429 || (500...599).contains(status) else {
      return .protocol
    }
    if words.speaksOfWebhook { return .refused }
    if words.message.hasPrefix("Client sent an HTTP request to an HTTPS server") { return .tls }
    switch status {
    case 400, 405, 406, 413, 415, 422: return .invalid
    case 401: return .unauthorized
    case 403: return .forbidden
    case 404: return .notFound
    case 408, 504: return .timeout
    case 409, 412: return .conflict
    case 410: return .gone
    case 429: return .throttled
    case 503: return hasRetryAfter ? .throttled : .server
    case 500 where words.reason == "ServerTimeout" || words.reason == "Timeout": return .timeout
    case 500...599: return .server
    default: return .protocol
    }
  }

  private static func fallbackMessage(_ words: Words, _ answer: APIResponse) -> String {
    let code = "HTTP \(answer.status)"
    if !words.reason.isEmpty { return "\(words.reason) (\(code))" }
    switch answer.status {
    case 200...299: return "an empty answer (\(code))"
    case 300...399:
      // What follows "?" may be somebody's session.
      let address = answer.header("Location").map { PlainText.words($0.prefix { $0 != "?" }) }
      return "the server redirects" + (address.map { " to \($0)" } ?? "") + " (\(code))"
    default: return "\(code) without a reason"
    }
  }
}

/// What an error answer's body says, whoever wrote it.
private struct Words {
  enum Form {
    /// A Status object, another JSON object, or Kubernetes' own plain text; nothing at all too.
    case known
    /// HTML, half a document, bytes: somebody else than an API server answers here.
    case stranger
  }

  var form = Form.known
  var message = ""
  var reason = ""
  var code: Int?
  var causes: [APIError.Cause] = []
  var retryAfterSeconds: Int?

  /// Longer bodies are not error messages.
  private static let bodyLimit = 1 << 20

  init(of answer: APIResponse) {
    let body = answer.body
    let isSuccess = (200...299).contains(answer.status)
    guard let first = body.first(where: { $0 > 0x20 }) else { return }
    if first == UInt8(ascii: "{"), body.count <= Self.bodyLimit {
      do throws(JSONScanner.Failure) {
        read(try JSONValue(parsing: body))
        return
      } catch {
        form = .stranger
        message = "half a JSON document (\(error)): \(PlainText.words(decoding: body))"
        return
      }
    }
    let text = PlainText.words(decoding: body)
    let isPlain =
      answer.header("Content-Type").map { $0.lowercased().hasPrefix("text/plain") } ?? true
    if isPlain, !isSuccess, first != UInt8(ascii: "<"),
      String(validating: body, as: UTF8.self) != nil
    {
      message = text
    } else {
      form = .stranger
      let isHTML = first == UInt8(ascii: "<")
      message = "\(isHTML ? "a web page" : "something else") instead of an API answer: \(text)"
    }
  }

  private mutating func read(_ value: JSONValue) {
    code = value["code"]?.int
    reason = PlainText.line(value["reason"]?.string ?? "")
    // Gateways in front of an API server have forms of their own.
    let said = value["message"]?.string ?? value["error"]?.string ?? ""
    message = PlainText.line(said)
    let details = value["details"]
    // 0 is what an unset field looks like.
    retryAfterSeconds = details?["retryAfterSeconds"]?.int.flatMap { $0 > 0 ? $0 : nil }
    causes = (details?["causes"]?.array ?? []).prefix(100).map {
      APIError.Cause(
        field: PlainText.line($0["field"]?.string ?? ""),
        reason: PlainText.line($0["reason"]?.string ?? ""),
        message: PlainText.line($0["message"]?.string ?? ""))
    }
  }

  /// An admission webhook or policy refused, or could not be asked.
  var speaksOfWebhook: Bool {
    message.hasPrefix("admission webhook \"") || message.contains("failed calling webhook")
      || (message.contains("ValidatingAdmissionPolicy '") && message.contains("denied request"))
  }
}
