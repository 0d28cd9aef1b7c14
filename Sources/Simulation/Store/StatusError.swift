import Manifest

/// An API server's refusal: the error side of an answer, which becomes a `Status` object.
///
/// The texts are those of the real servers (kube-apiserver 1.36 and Karmada 1.12.5), so that
/// whoever learns to read them here can read them there.
public struct StatusError: Error, Hashable, Sendable {
  /// The HTTP status.
  public var code: Int
  /// metav1.StatusReason; empty where the real server sends none (a dead member).
  public var reason: String
  public var message: String
  /// metav1.StatusDetails; nil leaves the member out.
  public var details: JSONValue?
  /// The fresh continue token that comes with an expired one.
  public var continueToken: String?

  public init(
    code: Int, reason: String, message: String, details: JSONValue? = nil,
    continueToken: String? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
    self.continueToken = continueToken
  }

  /// How long the caller should wait: part of the details, and said in a header besides.
  public var retryAfterSeconds: Int? { details?["retryAfterSeconds"]?.int }

  /// The `Status` object as the server writes it.
  public var status: JSONValue {
    var metadata: JSONObject = [:]
    metadata["continue"] = continueToken.map { .string($0) }
    var status: JSONObject = [
      "kind": "Status", "apiVersion": "v1", "metadata": .object(metadata), "status": "Failure",
      "message": .string(message),
    ]
    if !reason.isEmpty { status["reason"] = .string(reason) }
    status["details"] = details
    status["code"] = .int(Int64(code))
    return .object(status)
  }
}

extension StatusError {
  static func details(
    _ type: ResourceType, _ name: String, kind: String? = nil, causes: [JSONValue] = []
  ) -> JSONValue {
    var details: JSONObject = [:]
    if !name.isEmpty { details["name"] = .string(name) }
    if !type.api.group.isEmpty { details["group"] = .string(type.api.group) }
    details["kind"] = .string(kind ?? type.api.plural)
    if !causes.isEmpty { details["causes"] = .array(causes) }
    return .object(details)
  }

  /// `deployments.apps "web" not found`.
  public static func notFound(_ type: ResourceType, _ name: String) -> StatusError {
    StatusError(
      code: 404, reason: "NotFound", message: "\(type.api.qualifiedName) \"\(name)\" not found",
      details: details(type, name))
  }

  public static func alreadyExists(_ type: ResourceType, _ name: String) -> StatusError {
    StatusError(
      code: 409, reason: "AlreadyExists",
      message: "\(type.api.qualifiedName) \"\(name)\" already exists",
      details: details(type, name))
  }

  /// A PUT or PATCH that carries an old resourceVersion.
  public static func staleVersion(_ type: ResourceType, _ name: String) -> StatusError {
    StatusError(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.api.qualifiedName) \"\(name)\": the "
        + "object has been modified; please apply your changes to the latest version and try again",
      details: details(type, name))
  }

  /// A DELETE whose precondition no longer holds. The real server names the kind here, not the
  /// resource.
  static func precondition(
    _ type: ResourceType, _ name: String, what: String, wanted: String, found: String
  ) -> StatusError {
    let group = type.api.group.isEmpty ? "" : ".\(type.api.group)"
    return StatusError(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.api.kind)\(group) \"\(name)\": the \(what) "
        + "in the precondition (\(wanted)) does not match the \(what) in record (\(found)). "
        + "The object might have been \(what == "UID" ? "deleted and then recreated" : "modified")",
      details: details(type, name, kind: type.api.kind))
  }

  /// One field that validation refuses.
  public struct FieldProblem: Hashable, Sendable {
    public var field: String
    /// metav1.CauseType: "FieldValueInvalid", "FieldValueRequired", …
    public var reason: String
    public var message: String
    public init(field: String, reason: String, message: String) {
      self.field = field
      self.reason = reason
      self.message = message
    }
  }

  /// 422: what validation says about an object's fields.
  public static func invalid(_ type: ResourceType, _ name: String, _ problems: [FieldProblem])
    -> StatusError
  {
    let causes = problems.map {
      JSONValue.object([
        "reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field),
      ])
    }
    let texts = problems.map { "\($0.field): \($0.message)" }
    let what = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let group = type.api.group.isEmpty ? "" : ".\(type.api.group)"
    return StatusError(
      code: 422, reason: "Invalid",
      message: "\(type.api.kind)\(group) \"\(name)\" is invalid: \(what)",
      details: details(type, name, kind: type.api.kind, causes: causes))
  }

  public static func badRequest(_ message: String) -> StatusError {
    StatusError(code: 400, reason: "BadRequest", message: message)
  }

  public static func forbidden(_ type: ResourceType, _ name: String, _ why: String) -> StatusError {
    StatusError(
      code: 403, reason: "Forbidden",
      message: "\(type.api.qualifiedName) \"\(name)\" is forbidden: \(why)",
      details: details(type, name))
  }

  /// What a webhook's refusal looks like from outside.
  public static func denied(byWebhook webhook: String, _ why: String) -> StatusError {
    StatusError(
      code: 403, reason: "Forbidden",
      message: "admission webhook \"\(webhook)\" denied the request: \(why)")
  }

  public static func methodNotAllowed() -> StatusError {
    StatusError(
      code: 405, reason: "MethodNotAllowed",
      message: "the server does not allow this method on the requested resource", details: [:])
  }

  public static func unsupportedMediaType(accepted: [String]) -> StatusError {
    StatusError(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }

  /// A watch or an exact list from before what the server still remembers.
  static func tooOld(_ wanted: Int64, oldest: Int64) -> StatusError {
    StatusError(
      code: 410, reason: "Expired", message: "too old resource version: \(wanted) (\(oldest))")
  }

  static func expiredContinue(fresh: String) -> StatusError {
    StatusError(
      code: 410, reason: "Expired",
      message: "The provided continue parameter is too old to display a consistent list result. "
        + "You can start a new list without the continue parameter, or use the continue token in "
        + "this response to retrieve the remainder of the results. Continuing with the provided "
        + "token results in an inconsistent list - objects that were created, modified, or deleted "
        + "between the time the first chunk was returned and now may show up in the list.",
      continueToken: fresh)
  }

  static func tooNew(_ wanted: Int64, current: Int64) -> StatusError {
    StatusError(
      code: 504, reason: "Timeout",
      message: "Too large resource version: \(wanted), current: \(current)",
      details: [
        "causes": [
          ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
        ],
        "retryAfterSeconds": 1,
      ])
  }

  static let tooLarge = StatusError(
    code: 413, reason: "RequestEntityTooLarge",
    message: "Request entity too large: limit is 3145728")

  static let unauthorized = StatusError(
    code: 401, reason: "Unauthorized", message: "Unauthorized")
}
