import Manifest

extension RollbackReport {
  /// Reads what `json` wrote; nil when it is something else. `rollback` is what it was about.
  public init?(json: JSONValue) {
    guard let outcome = json["outcome"]?.string.flatMap(Outcome.init(rawValue:)),
      let policy = json["policy"]
    else { return nil }
    let reference = PolicyReference(
      kind: policy["kind"]?.string ?? "",
      key: ObjectKey(
        namespace: policy["namespace"]?.string ?? "", name: policy["name"]?.string ?? ""))
    self.init(
      run: json["run"]?.string ?? "", scope: RollbackScope(policy: reference), outcome: outcome,
      summary: json["summary"]?.string ?? "", flag: json["flag"]?.string ?? "",
      advice: json["advice"]?.string ?? "")
    isResumable = json["resumable"]?.bool ?? false
    templates = (json["templates"]?.array ?? []).map { entry in
      Template(
        object: Self.object(entry, uid: "uid"),
        state: entry["state"]?.string.flatMap(Template.State.init(rawValue:)) ?? .unknown,
        why: entry["why"]?.string ?? "")
    }
    members = (json["members"]?.array ?? []).map { entry in
      Member(
        cluster: entry["cluster"]?.string ?? "", object: Self.object(entry, uid: "uidBefore"),
        uidAfter: entry["uidAfter"]?.string, isManaged: entry["managed"]?.bool,
        verdict: entry["verdict"]?.string.flatMap(Member.Verdict.init(rawValue:)) ?? .unverified,
        why: entry["why"]?.string ?? "")
    }
    stragglers = (json["stragglers"]?.array ?? []).map { entry in
      Straggler(subject: entry["subject"]?.string ?? "", why: entry["why"]?.string ?? "")
    }
  }

  private static func object(_ entry: JSONValue, uid: String) -> ObjectReference {
    var object = ObjectReference(json: entry)
    object.uid = entry[uid]?.string ?? ""
    return object
  }
}
