import Manifest

extension Fault: CustomStringConvertible {
  /// The line that `FaultLine` reads where there is one; otherwise what it does, in words.
  public var description: String {
    switch self {
    case .requests(let match, let trouble, let skipping, let times):
      Self.text(match, trouble, skipping: skipping, times: times)
    case .watches(let trouble, let plural):
      Self.text(trouble) + (plural.map { " \($0)" } ?? "")
    case .member(let name, .killed): "kill \(name)"
    case .member(let name, .cut): "cut \(name)"
    case .member(let name, .slow(let duration)): "slow \(name) \(Self.seconds(duration))"
    case .application(let id): "break \(id)"
    case .webhookDown: "webhook-down"
    case .clockSkew(let skew): "skew \(Self.seconds(skew))"
    case .tokenRevoked: "revoke-token"
    case .restart(let duration): "restart \(Self.seconds(duration))"
    case .compaction: "gone"
    case .eventsExpire: "expire-events"
    }
  }

  private static func text(_ trouble: WatchTrouble) -> String {
    switch trouble {
    case .drop(let count): "drop" + (count.map { " the next \($0) of" } ?? "")
    case .delay(let duration): "delay \(seconds(duration))"
    case .repeat: "repeat"
    case .silence: "silence"
    }
  }

  private static func text(
    _ match: RequestMatch, _ trouble: Trouble, skipping: Int, times: Int?
  ) -> String {
    let count = times.map { " \($0)" } ?? ""
    if skipping == 0 {
      switch (match, trouble) {
      case (.any, .refusal(let error)) where error.code == 429:
        return "throttle \(error.retryAfterSeconds ?? 0)\(count)"
      case (.writes, .slow(let duration)) where times == nil:
        return "slow-writes \(seconds(duration))"
      case (.writes, .refusal(.storeTimedOut)): return "fail-writes\(count)"
      case (.writes, .answerLost): return "lose-answers\(count)"
      default: break
      }
    }
    let verbs = match.verbs.isEmpty ? "any verb" : match.verbs.sorted().joined(separator: ",")
    let place = [match.cluster, match.plural, match.namespace, match.name].compactMap { $0 }
      .joined(separator: "/")
    let which = skipping == 0 ? "" : " after \(skipping)"
    return "\(trouble) for \(verbs)\(place.isEmpty ? "" : " on \(place)")\(which)\(count)"
  }

  /// "5", "0.25": as a line takes it.
  private static func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return attoseconds == 0 ? String(seconds) : String(Double(seconds) + Double(attoseconds) / 1e18)
  }
}

extension Trouble: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refusal(let error): "\(error.code) \(error.reason)"
    case .slow(let duration): "\(duration) more"
    case .unreachable: "no connection"
    case .requestLost: "a connection that breaks before anything happens"
    case .answerLost: "a connection that breaks before the answer"
    case .silence(let isCarriedOut): isCarriedOut ? "no answer, though done" : "no answer"
    }
  }
}

extension ApplicationID: CustomStringConvertible {
  /// "Deployment shop/web member1"
  public var description: String {
    let place = namespace.isEmpty ? name : "\(namespace)/\(name)"
    return "\(kind) \(place)" + (cluster.map { " \($0)" } ?? "")
  }
}
