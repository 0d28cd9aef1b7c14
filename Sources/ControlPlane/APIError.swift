/// What went wrong between us and an API server, classified once where it is first known.
///
/// `description` is one line an operator can act on: what, to which object, why, what to do.
public struct APIError: Error, Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// No connection: the name does not resolve, the port refuses, the network is gone.
    case unreachable
    /// A connection, but no trust: a certificate of theirs or ours was not accepted.
    case tls
    case unauthorized
    case forbidden
    case notFound
    /// 409: a stale resourceVersion, a failed precondition, or AlreadyExists (see `reason`).
    case conflict
    /// 410: the resourceVersion or continue token is too old; list again.
    case gone
    /// 400 and 422: the server's schema or validation refuses the object.
    case invalid
    /// An admission webhook said no, or could not be asked.
    case refused
    case timeout
    /// 429, or 503 with Retry-After.
    case throttled
    /// The server failed by itself (5xx).
    case server
    /// The answer is not what the protocol promises: HTML, half a document, a bad version.
    case `protocol`
  }

  /// One entry of a Status' `details.causes`.
  public struct Cause: Hashable, Sendable {
    /// The field, as the server names it: "spec.overrideRules[0].targetCluster".
    public var field: String
    public var reason: String
    public var message: String
    public init(field: String = "", reason: String = "", message: String = "") {
      self.field = field
      self.reason = reason
      self.message = message
    }
  }

  public var kind: Kind
  /// The HTTP status; nil when there was no answer.
  public var status: Int?
  /// The machine-readable word of the Status object ("AlreadyExists", "Expired"); empty if none.
  public var reason: String
  /// The server's or the transport's own words.
  public var message: String
  /// What was being done, and to what: "list resourcebindings.work.karmada.io". Empty if unknown.
  public var subject: String
  public var causes: [Cause]
  /// How long the server asks us to wait.
  public var retryAfter: Duration?

  public init(
    _ kind: Kind, status: Int? = nil, reason: String = "", message: String, subject: String = "",
    causes: [Cause] = [], retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.status = status
    self.reason = reason
    self.message = message
    self.subject = subject
    self.causes = causes
    self.retryAfter = retryAfter
  }
}
