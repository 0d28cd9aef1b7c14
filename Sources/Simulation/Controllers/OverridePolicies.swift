import ControlPlane
import Karmada
import Manifest

/// An override that Karmada cannot apply, with the Events it records of that.
struct OverrideRefusal: Error, Hashable {
  var message: String
  var events: [EventNote]
}

/// The override policies of a control plane, as the binding controller applies them.
struct OverridePolicies {
  struct Rendered {
    var manifest: JSONValue
    var events: [EventNote]
    /// policy.karmada.io/applied-overrides and applied-cluster-overrides, as far as any applied.
    var annotations: [String: String]
  }

  private let engine: OverrideEngine
  /// A policy that cannot be read fails every object.
  private let malformed: MalformedPolicy?

  /// - Parameter namespace: of the object; empty for a cluster-scoped one, which only cluster
  ///   policies can change.
  init(in view: FleetView, namespace: String) {
    let namespaced =
      namespace.isEmpty ? [] : view.all(.overridePolicies, namespace: namespace).map(\.value)
    let cluster = view.all(.clusterOverridePolicies).map(\.value)
    do throws(MalformedPolicy) {
      engine = try OverrideEngine(decoding: namespaced, clusterOverridePolicies: cluster)
      malformed = nil
    } catch {
      engine = OverrideEngine(overridePolicies: [], clusterOverridePolicies: [])
      malformed = error
    }
  }

  func render(_ workload: JSONValue, for cluster: String, subject: JSONValue, in view: FleetView)
    throws(OverrideRefusal) -> Rendered
  {
    if let malformed { throw OverrideRefusal(message: malformed.description, events: []) }
    guard !engine.overridePolicies.isEmpty || !engine.clusterOverridePolicies.isEmpty else {
      return Rendered(manifest: workload, events: [], annotations: [:])
    }
    let object = view.cluster(cluster) ?? ["metadata": ["name": .string(cluster)]]
    do throws(OverrideFailure) {
      let rendered = try engine.render(
        workload, for: OverrideTarget(decoding: object), tracing: false)
      var events: [EventNote] = []
      var annotations: [String: String] = [:]
      for (applied, isCluster) in [
        (rendered.appliedClusterOverrides, true), (rendered.appliedOverrides, false),
      ] where !applied.isEmpty {
        annotations["policy.karmada.io/applied-\(isCluster ? "cluster-" : "")overrides"] =
          JSONValue.array(applied).jsonText()
        for name in Self.names(applied) {
          events.append(
            Self.note(
              name, isCluster: isCluster, succeeded: true, cluster: cluster, subject: subject))
        }
      }
      return Rendered(manifest: rendered.manifest, events: events, annotations: annotations)
    } catch {
      throw Self.refusal(error, cluster: cluster, subject: subject)
    }
  }

  private static func names(_ applied: [JSONValue]) -> [String] {
    var names: [String] = []
    for name in applied.compactMap({ $0["policyName"]?.string }) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private static func refusal(_ failure: OverrideFailure, cluster: String, subject: JSONValue)
    -> OverrideRefusal
  {
    guard let place = failure.place else {
      return OverrideRefusal(message: goText(failure), events: [])
    }
    return OverrideRefusal(
      message: goText(failure),
      events: [
        note(
          place.policy, isCluster: place.scope == .cluster, succeeded: false, cluster: cluster,
          subject: subject)
      ])
  }

  /// What Karmada's patch library says where ours says it in its own words: "replace
  /// operation does not apply: doc is missing path: /a/b: missing value".
  private static func goText(_ failure: OverrideFailure) -> String {
    guard failure.kind == .targetMissing, let patch = failure.patch else { return failure.what }
    return
      "\(patch.kind) operation does not apply: doc is missing path: \(patch.path): missing value"
  }

  private static func note(
    _ policy: String, isCluster: Bool, succeeded: Bool, cluster: String, subject: JSONValue
  ) -> EventNote {
    let namespace = subject["namespace"]?.string ?? ""
    let what =
      isCluster ? "cluster override policy(\(policy))" : "override policy(\(namespace)/\(policy))"
    return EventNote(
      subject: subject,
      succeeded ? "ApplyOverridePolicySucceed" : "ApplyOverridePolicyFailed",
      "Apply \(what) for cluster(\(cluster)) \(succeeded ? "succeed" : "failed").",
      component: "override-manager", isWarning: !succeeded)
  }
}
