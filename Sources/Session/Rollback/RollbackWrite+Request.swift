import ControlPlane
import Karmada
import Manifest

extension RollbackWrite {
  /// The request, with everything in it that must still be true for the server to carry it out.
  func request(
    _ discovery: Discovery, now: Time, dryRun: Bool = false
  ) async throws -> APIRequest {
    switch self {
    case .setFlag(let policy, let uid, let resourceVersion, let value):
      // A uid and a resourceVersion in a patch are preconditions: 409 when they no longer hold.
      return .patch(
        policy.resource, namespace: policy.key.namespace.isEmpty ? nil : policy.key.namespace,
        name: policy.key.name,
        patch: [
          "metadata": ["uid": .string(uid), "resourceVersion": .string(resourceVersion)],
          "spec": ["preserveResourcesOnDeletion": value.map { .bool($0) } ?? .null],
        ], options: WriteOptions(dryRun: dryRun))
    case .nudge(let object, let resourceVersion, let value):
      let annotation = [RollbackPlan.nudgeAnnotation: value.map { JSONValue.string($0) } ?? .null]
      return .patch(
        try await discovery.resource(of: object),
        namespace: object.namespace.isEmpty ? nil : object.namespace, name: object.name,
        patch: [
          "metadata": [
            "uid": .string(object.uid), "resourceVersion": .string(resourceVersion),
            "annotations": .object(JSONObject(.init(uniqueKeysWithValues: annotation))),
          ]
        ], options: WriteOptions(dryRun: dryRun))
    case .create(let object):
      return .create(
        try await discovery.resource(of: object.reference),
        namespace: object.namespace.isEmpty ? nil : object.namespace, object: object.document,
        options: WriteOptions(dryRun: dryRun, fieldValidation: .strict))
    case .event(let event): return event.request(now: now)
    }
  }
}

extension RollbackEvent {
  /// An Event on a policy, as `kubectl describe` shows it.
  func request(now: Time) -> APIRequest {
    let namespace = RollbackReader.eventNamespace(policy)
    let event: JSONValue = [
      "apiVersion": "v1", "kind": "Event",
      "metadata": [
        "generateName": .string("\(policy.key.name)."), "namespace": .string(namespace),
      ],
      "involvedObject": [
        "apiVersion": "policy.karmada.io/v1alpha1", "kind": .string(policy.kind),
        "namespace": .string(policy.key.namespace), "name": .string(policy.key.name),
        "uid": .string(policyUID),
      ],
      "type": isWarning ? "Warning" : "Normal", "reason": .string(reason),
      // The API server takes 1024 bytes.
      "message": .string(String(message.prefix(1000))),
      "source": ["component": "quarterdeck"], "count": 1,
      "firstTimestamp": .string(now.rfc3339), "lastTimestamp": .string(now.rfc3339),
    ]
    return .create(.events, namespace: namespace, object: event)
  }
}

extension RollbackDeletion {
  /// In the background, as `kubectl delete` does: the template goes at once, its binding after it.
  func request(_ discovery: Discovery) async throws -> APIRequest {
    .delete(
      try await discovery.resource(of: object),
      namespace: object.namespace.isEmpty ? nil : object.namespace, name: object.name,
      preconditions: Preconditions(uid: object.uid, resourceVersion: resourceVersion),
      propagationPolicy: .background)
  }
}
