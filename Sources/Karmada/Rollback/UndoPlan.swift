import Manifest

/// What undoing a rollback would create, from what its journal kept.
public struct UndoPlan: Hashable, Sendable {
  /// The rollback that is undone.
  public var rollback: String
  public var scope: RollbackScope
  /// As it was planned then: uids in the members, the flag from before.
  public var original: RollbackPlan
  /// The rollback set the flag, so undoing it puts it back.
  public var flagWasSet: Bool
  /// To be created: the templates, and the policy where it is gone. Without uid and status.
  public var objects: [LiveObject]
  /// Templates that cannot be created again, and why.
  public var missing: [ObjectReference: String]

  /// - Parameters:
  ///   - snapshots: policy and templates as they were kept; `nil` where a part was left out.
  ///   - deleted: what the rollback deleted.
  public init(
    rollback: String, plan: RollbackPlan, flagWasSet: Bool, deleted: Set<ObjectReference>,
    snapshots: [(object: LiveObject, isComplete: Bool)]
  ) {
    self.rollback = rollback
    scope = plan.scope
    original = plan
    self.flagWasSet = flagWasSet
    objects = []
    missing = [:]
    for template in plan.templates where deleted.contains(template.object.identity) {
      let kept = snapshots.first {
        $0.object.reference.identity == template.object.identity
      }
      guard let kept else {
        missing[template.object.identity] = "the journal has no snapshot of it"
        continue
      }
      guard kept.isComplete else {
        missing[template.object.identity] =
          "its data was not kept (a Secret's is only with --keep-secrets); create it yourself"
        continue
      }
      objects.append(Self.creatable(kept.object, underOverwrite: true))
    }
    objects.sort { $0.reference.sortsBefore($1.reference) }
  }

  var templates: [ObjectReference] { objects.map(\.reference.identity) }

  /// The object as somebody would apply it for the first time. Karmada re-adopts what a member has
  /// already only under Overwrite (KARMADA.md "Migration rollback" 4); a template's own annotation
  /// counts before its policy's conflictResolution (1.12 pkg/controllers/binding/common.go), so
  /// nothing else of the policy's is touched.
  static func creatable(_ live: LiveObject, underOverwrite: Bool) -> LiveObject {
    var document = live.document
    document["status"] = nil
    let metadata = document["metadata"]
    func own(_ key: String) -> JSONValue? {
      let members = metadata?[key]?.object?.members.filter { !isClaim($0.key) }
      return members.flatMap { $0.isEmpty ? nil : .object(JSONObject($0)) }
    }
    var fresh: JSONValue = ["name": metadata?["name"] ?? .null]
    fresh["namespace"] = metadata?["namespace"]
    fresh["labels"] = own("labels")
    fresh["annotations"] = own("annotations")
    if underOverwrite {
      var annotations = fresh["annotations"] ?? [:]
      annotations["work.karmada.io/conflict-resolution"] = "overwrite"
      fresh["annotations"] = annotations
    }
    document["metadata"] = fresh
    if live.kind == "Service" {
      // Assigned by the server; the old ones may be taken.
      for field in ["clusterIP", "clusterIPs"] where document["spec"]?[field] != "None" {
        document["spec"]?[field] = nil
      }
    }
    return LiveObject(document)
  }

  private static func isClaim(_ key: String) -> Bool {
    key == RollbackPlan.nudgeAnnotation
      || (LiveObject.isBookkeeping(key)
        && key != "kubectl.kubernetes.io/last-applied-configuration")
  }

  /// What will happen, in one sentence.
  public var sentence: String {
    "Create \(RollbackPlan.counted(objects.count, "template")) of \(scope.policy.title) again; "
      + "Karmada takes over the objects that \(Set(original.members.map(\.cluster)).count) "
      + "clusters have."
  }

  public var json: JSONValue {
    [
      "rollback": .string(rollback), "policy": scope.policy.json, "sentence": .string(sentence),
      "templates": .array(templates.map(\.json)),
      "missing": .array(
        missing.sorted { $0.key.sortsBefore($1.key) }.map { object, why in
          var json = object.json
          json["why"] = .string(why)
          return json
        }),
    ]
  }
}
