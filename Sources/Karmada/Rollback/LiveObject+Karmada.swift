import Manifest

// What rollback rules ask about Karmada's own objects. Names of fields and labels as in Karmada
// 1.12's API packages.

/// A binding that needs another one's object, as `spec.requiredBy` names it.
public struct Requirement: Hashable, Codable, Sendable {
  public var binding: ObjectKey
  public var clusters: [String]
}

extension LiveObject {
  // MARK: Policies

  /// spec.preserveResourcesOnDeletion; nil when it was never set, which means false.
  var preservesOrNil: Bool? { document[path: "spec", "preserveResourcesOnDeletion"]?.bool }
  public var preserves: Bool { preservesOrNil == true }

  public var isLazy: Bool { document[path: "spec", "activationPreference"]?.string == "Lazy" }
  var conflictResolution: String { document[path: "spec", "conflictResolution"]?.string ?? "" }

  /// The id that the policy and everything it claims carry.
  public var policyPermanentID: String? {
    label("propagationpolicy.karmada.io/permanent-id")
      ?? label("clusterpropagationpolicy.karmada.io/permanent-id")
  }

  /// What a policy says apart from the flag.
  var policyDigest: String {
    var copy = document
    if var spec = copy["spec"] {
      spec["preserveResourcesOnDeletion"] = nil
      copy["spec"] = spec
    }
    return LiveObject(copy).digest
  }

  /// The policy that claims a template or binding; a PropagationPolicy counts before a
  /// ClusterPropagationPolicy.
  public var claim: PolicyReference? {
    if let name = annotation("propagationpolicy.karmada.io/name"), !name.isEmpty {
      let namespace = annotation("propagationpolicy.karmada.io/namespace") ?? namespace
      return PolicyReference(
        kind: "PropagationPolicy", key: ObjectKey(namespace: namespace, name: name))
    }
    if let name = annotation("clusterpropagationpolicy.karmada.io/name"), !name.isEmpty {
      return PolicyReference(kind: "ClusterPropagationPolicy", key: ObjectKey(name: name))
    }
    return nil
  }

  // MARK: Bindings

  var isBinding: Bool { kind == "ResourceBinding" || kind == "ClusterResourceBinding" }

  /// The template of a binding.
  public var boundResource: ObjectReference {
    let resource = document[path: "spec", "resource"]
    var reference = ObjectReference()
    reference.apiVersion = resource?["apiVersion"]?.string ?? ""
    reference.kind = resource?["kind"]?.string ?? ""
    reference.namespace = resource?["namespace"]?.string ?? ""
    reference.name = resource?["name"]?.string ?? ""
    reference.uid = resource?["uid"]?.string ?? ""
    return reference
  }

  /// Where it is scheduled.
  var scheduledClusters: [String] {
    document[path: "spec", "clusters"]?.array?.compactMap { $0["name"]?.string } ?? []
  }

  /// Bindings that need this one's object as a dependency.
  public var requiredBy: [Requirement] {
    (document[path: "spec", "requiredBy"]?.array ?? []).map { entry in
      Requirement(
        binding: ObjectKey(
          namespace: entry["namespace"]?.string ?? "", name: entry["name"]?.string ?? ""),
        clusters: entry["clusters"]?.array?.compactMap { $0["name"]?.string } ?? [])
    }
  }

  /// Every cluster that it must have a Work for: its own, and those of the bindings that need it.
  public var neededClusters: Set<String> {
    Set(scheduledClusters).union(requiredBy.flatMap(\.clusters))
  }

  /// A policy places it; a mere dependent has no placement and the scheduler does not look at it.
  var isPlaced: Bool { document[path: "spec", "placement"]?.object != nil }

  /// The scheduler has seen the last change. A change it has not seen may still move the workload
  /// to a cluster that nobody has looked at.
  var isSchedulingSettled: Bool {
    guard isPlaced else { return true }
    let observed = document[path: "status", "schedulerObservedGeneration"]?.int ?? 0
    return observed >= generation
  }

  var evictionSources: [String] {
    (document[path: "spec", "gracefulEvictionTasks"]?.array ?? [])
      .compactMap { $0["fromCluster"]?.string }
  }

  /// The id that a binding shares with its Works.
  public var bindingPermanentID: String? {
    label("resourcebinding.karmada.io/permanent-id")
      ?? label("clusterresourcebinding.karmada.io/permanent-id")
  }

  // MARK: Works

  /// The member of a Work, from the namespace `karmada-es-<cluster>`.
  public var workCluster: String? {
    let prefix = "karmada-es-"
    guard namespace.hasPrefix(prefix) else { return nil }
    return String(namespace.dropFirst(prefix.count))
  }

  /// The object that a Work sends to its member.
  public var workManifest: LiveObject? {
    document[path: "spec", "workload", "manifests"]?.array?.first.map(LiveObject.init)
  }

  /// Karmada does not send it to its member at present.
  var isSuspended: Bool { document[path: "spec", "suspendDispatching"]?.bool == true }

  /// It says everything that a manifest says, besides its own; metadata and status do not count.
  func carries(_ manifest: LiveObject) -> Bool {
    (manifest.document.object?.members ?? [:]).allSatisfy { key, value in
      ["metadata", "status"].contains(key) || Self.covers(document[key], value)
    }
  }

  private static func covers(_ whole: JSONValue?, _ part: JSONValue) -> Bool {
    switch (whole, part) {
    case (.object(let whole)?, .object(let part)):
      part.members.allSatisfy { covers(whole.members[$0.key], $0.value) }
    case (.array(let whole)?, .array(let part)):
      whole.count == part.count && zip(whole, part).allSatisfy { covers($0, $1) }
    case (nil, .null): true
    case (let whole?, _): whole == part
    case (nil, _): false
    }
  }

  // MARK: Owners

  /// The uids that its ownerReferences name.
  public var ownerUIDs: [String] {
    (document[path: "metadata", "ownerReferences"]?.array ?? []).compactMap {
      $0["uid"]?.string
    }
  }

  /// Kind and version of its controller, without a name.
  public var controllerKind: ObjectReference? {
    let owners = document[path: "metadata", "ownerReferences"]?.array ?? []
    guard let owner = owners.first(where: { $0["controller"] == true }) else { return nil }
    var reference = ObjectReference()
    reference.apiVersion = owner["apiVersion"]?.string ?? ""
    reference.kind = owner["kind"]?.string ?? ""
    return reference
  }

  func condition(_ type: String) -> JSONValue? {
    document[path: "status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  var isApplied: Bool { condition("Applied")?["status"] == "True" }

  /// Why a Work is not applied, in Karmada's words.
  var appliedMessage: String { condition("Applied")?["message"]?.string ?? "never reported" }

  // MARK: Member objects

  /// Karmada still holds it: its labels are taken away when a preserved Work goes (KARMADA.md
  /// "Migration rollback" 3).
  public var isManaged: Bool {
    label("karmada.io/managed") == "true" || label("work.karmada.io/permanent-id") != nil
  }
}
