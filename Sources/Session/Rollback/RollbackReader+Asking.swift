import ControlPlane
import Karmada
import Manifest

extension RollbackReader {
  /// Every verb of every step, asked before the first write.
  func permissions(
    for policy: PolicyReference, _ templates: [ObjectReference], isLazy: Bool = false,
    isUndo: Bool = false
  ) async throws -> [Permission] {
    var wanted: [Permission] = []
    func want(
      _ verbs: [String], _ resource: APIResource, _ subresource: String = "", in namespace: String,
      isOptional: Bool = false
    ) {
      wanted += verbs.map {
        Permission(
          verb: $0, group: resource.group, resource: resource.plural, subresource: subresource,
          namespace: resource.isNamespaced ? namespace : "", isOptional: isOptional)
      }
    }
    let home = policy.key.namespace
    let scope = RollbackScope(policy: policy)
    want(["get", "patch"], policy.resource, in: home)
    let kinds = Set(templates.map { Kind($0.apiVersion, $0.kind, $0.namespace) })
    for kind in kinds.sorted(by: { $0.title < $1.title }) {
      let resource = try await discovery.resource(of: kind.reference)
      let verbs = isUndo ? ["get", "create"] : ["get", "delete"] + (isLazy ? ["patch"] : [])
      want(verbs, resource, in: kind.namespace)
      let bindings: APIResource =
        kind.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings
      want(["get", "list"], bindings, in: kind.namespace)
    }
    want(["list"], .works, in: "")
    want(["get"], .clusters, in: "")
    want(["get", "create", "update", "delete"], .leases, in: scope.leaseNamespace)
    want(["get"], .clusters, "proxy", in: "", isOptional: true)
    want(["create"], .events, in: Self.eventNamespace(policy), isOptional: true)
    var seen: Set<Permission> = []
    return try await sideBySide(wanted.filter { seen.insert($0).inserted }) { one in
      var one = one
      let review = try await plane.selfSubjectAccessReview(
        AccessQuestion(
          verb: one.verb, group: one.group, resource: one.resource, subresource: one.subresource,
          namespace: one.namespace))
      one.isAllowed = review.isAllowed
      return one
    }
  }

  private struct Kind: Hashable {
    var apiVersion: String
    var kind: String
    var namespace: String
    init(_ apiVersion: String, _ kind: String, _ namespace: String) {
      self.apiVersion = apiVersion
      self.kind = kind
      self.namespace = namespace
    }
    var title: String { "\(apiVersion) \(kind) \(namespace)" }
    var reference: ObjectReference {
      var reference = ObjectReference()
      (reference.apiVersion, reference.kind) = (apiVersion, kind)
      return reference
    }
  }

  /// Events about what has no namespace lie in `default`, as client-go's recorder puts them.
  static func eventNamespace(_ policy: PolicyReference) -> String {
    policy.key.namespace.isEmpty ? "default" : policy.key.namespace
  }

  // MARK: Dry runs

  /// What the server would refuse, and its words.
  func deletionRefusals(_ templates: [LiveObject]) async throws -> [ObjectReference: String] {
    let answers = try await sideBySide(templates.filter { !$0.isTerminating }) { template in
      try await refusal(of: template.reference) { resource in
        .delete(
          resource, namespace: template.namespace.isEmpty ? nil : template.namespace,
          name: template.name, preconditions: Preconditions(uid: template.uid), dryRun: true)
      }
    }
    return Dictionary(answers.compactMap { $0 }, uniquingKeysWith: { a, _ in a })
  }

  func creationRefusals(_ objects: [LiveObject]) async throws -> [ObjectReference: String] {
    let answers = try await sideBySide(objects) { object in
      try await refusal(of: object.reference) { resource in
        .create(
          resource, namespace: object.namespace.isEmpty ? nil : object.namespace,
          object: object.document,
          options: WriteOptions(dryRun: true, fieldValidation: .strict))
      }
    }
    return Dictionary(answers.compactMap { $0 }, uniquingKeysWith: { a, _ in a })
  }

  /// Only what will not pass by itself counts as a refusal. What is there already, or gone, is
  /// found out by looking.
  private func refusal(
    of object: ObjectReference, _ request: (APIResource) -> APIRequest
  ) async throws -> (ObjectReference, String)? {
    do {
      _ = try await plane.send(request(discovery.resource(of: object)))
      return nil
    } catch let error as APIError {
      switch error.kind {
      case .refused, .invalid: return (object.identity, error.because)
      // Not permitted is said once for the kind, by the access review.
      case .forbidden, .conflict, .notFound: return nil
      default: throw error
      }
    }
  }

  /// Whether the server would take the flag, and keep it.
  func askAboutFlag(
    _ policy: LiveObject, _ reference: PolicyReference, _ facts: inout RollbackFacts
  ) async throws {
    guard !policy.preserves, !policy.isTerminating else { return }
    let write = RollbackWrite.setFlag(
      reference, uid: policy.uid, resourceVersion: policy.resourceVersion, to: true)
    do {
      let request = try await write.request(discovery, now: Time(nanoseconds: 0), dryRun: true)
      facts.flaggedPolicy = LiveObject(try await plane.sendForValue(request))
    } catch let error as APIError {
      switch error.kind {
      case .refused, .invalid: facts.refusals[reference.object] = error.because
      case .forbidden, .conflict, .notFound: return
      default: throw error
      }
    }
  }
}
