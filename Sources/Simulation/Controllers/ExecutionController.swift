import ControlPlane
import Manifest

/// execution-controller: applies a Work's manifest to its member, and deletes or lets go of the
/// object when the Work goes (1.12: pkg/controllers/execution).
public struct ExecutionController: Controller {
  public let name = "execution-controller"
  public var pace: Pace {
    Pace(
      latency: .milliseconds(2)...(.milliseconds(10)),
      service: .milliseconds(6)...(.milliseconds(24)), workers: 5)
  }

  static let finalizer = "karmada.io/execution-controller"

  public init() {}

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.type.api == .works, change.kind != .deleted,
      change.changes({ $0[path: "metadata", "generation"] })
    else { return [] }
    return [change.key]
  }

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard var work = view.object(key)?.value,
      let name = FleetView.cluster(ofExecutionSpace: key.namespace)
    else { return [] }
    // A Work in the space of a cluster nobody knows cannot be worked on.
    guard let cluster = view.cluster(name) else { return [.retry] }
    let isReady = cluster.isTrue("Ready")
    if work.isTerminating {
      return deletion(of: work, key: key, cluster: cluster, isReady: isReady, in: view)
    }
    let dispatching = dispatching(&work, key: key, now: view.now)
    if Self.isSuspended(work) { return dispatching }
    guard isReady else { return dispatching + [.retry] }
    return dispatching + apply(work, key: key, cluster: name, in: view)
  }

  static func isSuspended(_ work: JSONValue) -> Bool {
    work[path: "spec", "suspendDispatching"]?.bool == true
  }

  static func manifests(of work: JSONValue) -> [JSONValue] {
    work[path: "spec", "workload", "manifests"]?.array ?? []
  }

  // MARK: Dispatching

  private func dispatching(_ work: inout JSONValue, key: ObjectKey, now: Time) -> [Action] {
    let isSuspended = Self.isSuspended(work)
    let status = isSuspended ? "False" : "True"
    guard work.condition("Dispatching")?["status"]?.string != status else { return [] }
    let message =
      isSuspended
      ? "Work dispatching is in a suspended state."
      : "Work is being dispatched to member clusters."
    work.setCondition(
      "Dispatching", status, reason: isSuspended ? "SuspendDispatching" : "Dispatching",
      message: message, now: now)
    return [
      .write(Self.conditions(of: work, key), onRefusal: []),
      .event(EventNote(about: work, "WorkDispatching", message)),
    ]
  }

  /// Writes the conditions a Work has in `work`.
  private static func conditions(of work: JSONValue, _ key: ObjectKey) -> Write {
    Write(
      .mergeStatus, key, ["status": ["conditions": work[path: "status", "conditions"] ?? []]])
  }

  private static func applied(
    _ work: JSONValue, _ key: ObjectKey, failure: String? = nil, now: Time
  ) -> Write {
    var work = work
    work.setCondition(
      "Applied", failure == nil ? "True" : "False",
      reason: failure == nil ? "AppliedSuccessful" : "AppliedFailed",
      message: failure ?? "Manifest has been successfully applied", now: now)
    return conditions(of: work, key)
  }

  // MARK: Applying

  private func apply(_ work: JSONValue, key: ObjectKey, cluster: String, in view: FleetView)
    -> [Action]
  {
    guard view.reachableMember(cluster) != nil else { return [.retry] }
    let manifests = Self.manifests(of: work)
    var writes: [Action] = []
    var failures: [String] = []
    for manifest in manifests {
      switch MemberWrite(manifest, on: cluster, in: view).result {
      case .write(let action): writes.append(contentsOf: [action].compactMap { $0 })
      case .refused(let why):
        failures.append(why)
        writes.append(
          .event(
            EventNote(
              subject: Self.subject(of: manifest), "SyncFailed",
              "Failed to create or update resource(\(manifest.display)) in member "
                + "cluster(\(cluster)): \(why)", isWarning: true)))
      }
    }
    guard failures.isEmpty else {
      let message =
        "Failed to apply all manifests (\(manifests.count - failures.count)/\(manifests.count)): "
        + failures.joined(separator: ", ")
      return writes + [
        .write(Self.applied(work, key, failure: message, now: view.now), onRefusal: []),
        .event(
          EventNote(
            about: work, "SyncFailed",
            "Failed to sync work(\(work.display)) to cluster(\(cluster)), err: "
              + failures.joined(separator: ", "), isWarning: true)), .retry,
      ]
    }
    return writes.map { refusable($0, work: work, key: key, cluster: cluster, view.now) }
      + manifests.map {
        .event(
          EventNote(
            subject: Self.subject(of: $0), "SyncSucceed",
            "Successfully applied resource(\($0.display)) to cluster \(cluster)"))
      } + [
        .write(Self.applied(work, key, now: view.now), onRefusal: []),
        .event(
          EventNote(
            about: work, "SyncSucceed",
            "Sync work(\(work.display)) to cluster(\(cluster)) successful.")),
      ]
  }

  /// A write to a member, with what is recorded when the member refuses it.
  private func refusable(
    _ action: Action, work: JSONValue, key: ObjectKey, cluster: String, _ now: Time
  ) -> Action {
    guard case .write(let write, _) = action else { return action }
    return .attempt(
      write,
      onRefusal: [
        EventNote(
          subject: Self.subject(of: write.object), "SyncFailed",
          "Failed to create or update resource(\(write.object.display)) in member "
            + "cluster(\(cluster)): ", isWarning: true),
        EventNote(
          about: work, "SyncFailed",
          "Failed to sync work(\(work.display)) to cluster(\(cluster)), err: ", isWarning: true),
      ],
      instead: Self.applied(
        work, key,
        failure: "Failed to apply all manifests (0/1): \(Write.refusal)", now: now))
  }

  /// The template a manifest was made of, as an Event's involvedObject.
  private static func subject(of manifest: JSONValue) -> JSONValue {
    var subject: JSONValue = [
      "apiVersion": .string(manifest.apiVersion), "kind": .string(manifest.kind),
      "name": .string(manifest.objectName),
      "uid": .string(manifest.annotation("resourcetemplate.karmada.io/uid") ?? ""),
    ]
    if !manifest.objectNamespace.isEmpty {
      subject["namespace"] = .string(manifest.objectNamespace)
    }
    return subject
  }

  // MARK: Deletion

  private func deletion(
    of work: JSONValue, key: ObjectKey, cluster: JSONValue, isReady: Bool, in view: FleetView
  ) -> [Action] {
    guard work.finalizers.contains(Self.finalizer) else { return [] }
    var released = work
    released.removeFinalizer(Self.finalizer)
    let done: [Action] = [.update(key, released)]
    if work[path: "spec", "preserveResourcesOnDeletion"]?.bool == true {
      guard let cleaned = cleaned(work, cluster: cluster.objectName, in: view) else {
        // The object is gone or the member silent: 1.12 tries for ever and the Work stays.
        return [.retry]
      }
      return cleaned + done
    }
    guard isReady else { return cluster.isTerminating ? done : [.retry] }
    guard view.reachableMember(cluster.objectName) != nil else { return [.retry] }
    let server = ServerID.member(cluster.objectName)
    let deletions = Self.manifests(of: work).compactMap { manifest -> Action? in
      // What Karmada does not manage is not Karmada's to delete.
      guard let key = view.key(of: manifest, on: server),
        view.object(key)?.labels["karmada.io/managed"] == "true"
      else { return nil }
      return .delete(key)
    }
    return deletions + done
  }

  private static let managedLabels = [
    "work.karmada.io/permanent-id", "karmada.io/managed",
    "propagationpolicy.karmada.io/permanent-id",
    "clusterpropagationpolicy.karmada.io/permanent-id",
    "resourcebinding.karmada.io/permanent-id", "clusterresourcebinding.karmada.io/permanent-id",
  ]
  /// Not among them: work.karmada.io/conflict-resolution, which is left behind.
  private static let managedAnnotations = [
    "propagationpolicy.karmada.io/name", "propagationpolicy.karmada.io/namespace",
    "clusterpropagationpolicy.karmada.io/name", "resourcebinding.karmada.io/name",
    "resourcebinding.karmada.io/namespace", "clusterresourcebinding.karmada.io/name",
    "work.karmada.io/name", "work.karmada.io/namespace", "resourcetemplate.karmada.io/uid",
    "resourcetemplate.karmada.io/generation", "resourcetemplate.karmada.io/managed-annotations",
    "resourcetemplate.karmada.io/managed-labels",
  ]

  /// The writes that leave a member's object as its own; nil when it is not to be had.
  private func cleaned(_ work: JSONValue, cluster: String, in view: FleetView) -> [Action]? {
    guard view.reachableMember(cluster) != nil else { return nil }
    var actions: [Action] = []
    for manifest in Self.manifests(of: work) {
      guard let key = view.key(of: manifest, on: .member(cluster)),
        let observed = view.object(key)?.value, MemberWrite.isAllowed(manifest, over: observed)
      else { return nil }
      var desired = manifest
      for label in Self.managedLabels { desired.setLabel(label, nil) }
      for annotation in Self.managedAnnotations { desired.setAnnotation(annotation, nil) }
      actions.append(
        .update(key, ResourceInterpreter.retained(desired, observed: observed)))
    }
    return actions
  }
}
