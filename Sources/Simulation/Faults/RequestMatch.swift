import ControlPlane
import Manifest

/// Which requests a fault is about. What is nil does not matter.
public struct RequestMatch: Hashable, Sendable {
  /// Verbs as roles name them: "list", "watch", "patch", "delete". Empty: all.
  public var verbs: Set<String>
  /// "works"; a subresource goes with its resource.
  public var plural: String?
  public var namespace: String?
  public var name: String?
  /// Only what goes through this member's proxy.
  public var cluster: String?
  /// Only dry runs, or only what is not one.
  public var isDryRun: Bool?

  public init(
    verbs: Set<String> = [], plural: String? = nil, namespace: String? = nil,
    name: String? = nil, cluster: String? = nil, isDryRun: Bool? = nil
  ) {
    self.verbs = verbs
    self.plural = plural
    self.namespace = namespace
    self.name = name
    self.cluster = cluster
    self.isDryRun = isDryRun
  }

  /// Every request.
  public static let any = RequestMatch()

  /// What may change something. Dry runs are not among them: they never reach the store that
  /// fails.
  public static let writes = RequestMatch.writes()

  /// `writes`, narrowed down.
  public static func writes(
    _ verbs: Set<String> = ["create", "update", "patch", "delete", "deletecollection"],
    to plural: String? = nil, namespace: String? = nil, name: String? = nil
  ) -> RequestMatch {
    RequestMatch(
      verbs: verbs, plural: plural, namespace: namespace, name: name, isDryRun: false)
  }

  func covers(_ facts: RequestFacts) -> Bool {
    (verbs.isEmpty || verbs.contains(facts.verb))
      && (plural.map { $0 == facts.path?.plural } ?? true)
      && (namespace.map { $0 == facts.path?.namespace } ?? true)
      && (name.map { $0 == facts.path?.name } ?? true)
      && (cluster.map { $0 == facts.path?.cluster } ?? true)
      && (isDryRun.map { $0 == facts.isDryRun } ?? true)
  }
}

/// What a fault needs to know about a request.
struct RequestFacts {
  var verb: String
  /// nil for "/version" and the like.
  var path: ResourcePath?
  var isDryRun: Bool

  init(_ request: APIRequest) {
    verb = request.verb
    path = ResourcePath(request.path)
    // A review is answered from memory: it changes nothing and is no write.
    if path?.plural.hasSuffix("reviews") ?? false { verb = "review" }
    isDryRun = request.query("dryRun") == "All"
    // DELETE may say so in its body.
    if request.method == .delete, !isDryRun, let body = request.body, body.count < 1 << 16 {
      do {
        isDryRun = try JSONValue(parsing: body)["dryRun"]?.array?.contains("All") ?? false
      } catch {
        // The server refuses a body that it cannot read; no fault depends on it.
      }
    }
  }
}

/// What a request meets instead of, or on the way to, its answer.
public enum Trouble: Hashable, Sendable {
  /// Answered with that, and not carried out.
  case refusal(StatusError)
  /// Carried out and answered, but only after so long (real time).
  case slow(Duration)
  /// No connection: it never arrives.
  case unreachable
  /// The connection breaks before it is carried out.
  case requestLost
  /// It is carried out, and the connection breaks before the answer: the caller cannot know.
  case answerLost
  /// The connection stands and nothing comes back, whether it was carried out or not.
  case silence(isCarriedOut: Bool)
}

extension StatusError {
  /// What API Priority and Fairness says when too much is going on.
  public static func tooManyRequests(retryAfter seconds: Int) -> StatusError {
    StatusError(
      code: 429, reason: "TooManyRequests",
      message: "Too many requests, please try again later.",
      details: ["retryAfterSeconds": .int(Int64(seconds))])
  }

  /// What a write meets when etcd does not answer: nobody knows whether it will still happen.
  public static let storeTimedOut = StatusError(
    code: 500, reason: "", message: "etcdserver: request timed out")

  /// A webhook that cannot be asked, with failurePolicy Fail.
  static func webhookUnavailable(_ name: String, path: String) -> StatusError {
    let what =
      "failed calling webhook \"\(name)\": failed to call webhook: Post "
      + "\"https://karmada-webhook.karmada-system.svc:443\(path)?timeout=3s\": dial tcp "
      + "10.96.104.37:443: connect: connection refused"
    return StatusError(
      code: 500, reason: "InternalError", message: "Internal error occurred: \(what)",
      details: ["causes": [["message": .string(what)]]])
  }
}
