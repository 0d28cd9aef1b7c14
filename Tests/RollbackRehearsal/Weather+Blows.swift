import ControlPlane
import Foundation
import Karmada
import Manifest
import Simulation

extension Weather {
  /// What fate, Karmada or somebody else does at some moment of a run.
  enum Blow: CaseIterable {
    // To one request, or all for a while.
    case answerLost, requestLost, busy, storeTimedOut, storeTimedOutButDone, refused, outdated
    case connectionLost, webhooksDown
    // To the fleet.
    case memberKilled, memberCut
    // To policy and templates.
    case flagFlipped, policyChanged, policyGone, policyRecreated, preempted
    case templateChanged, templateTouched, templateGone, templateRecreated, templateAdded
    case protected, siblingFlipped
    // To the run itself.
    case leaseTaken, journalFull, abort, declined, killedBefore, killedAfter

    /// No read is met with it.
    var isOfWrites: Bool { self == .refused || self == .outdated }
  }

  func strike(_ blow: Blow) async throws -> StagePlane.Meddling {
    let now = stage.time.now
    switch blow {
    case .answerLost: return .failAfter(.lost)
    case .requestLost: return .failBefore(.down)
    case .busy: return .failBefore(.busy)
    case .storeTimedOut: return .failBefore(.storeTimedOut)
    case .storeTimedOutButDone: return .failAfter(.storeTimedOut)
    case .refused: return .failBefore(.refusedByWebhook)
    case .outdated: return .failBefore(.outdated)
    case .connectionLost:
      state.withLock { $0.silentUntil = now + .seconds(60) }
      return .failBefore(.down)
    case .webhooksDown:
      try stage.plane.inject(.webhookDown)
      state.withLock { $0.webhooksBackAt = now + .seconds(20) }
    case .memberKilled, .memberCut:
      var dice = dice
      let name = Bool.random(using: &dice) ? "member1" : "member2"
      try stage.plane.inject(.member(name, blow == .memberKilled ? .killed : .cut))
      let seconds = Int.random(in: 5...150, using: &dice)
      state.withLock { $0.memberBackAt = (name, now + .seconds(seconds)) }
    case .abort: state.withLock { $0.control?.abort() }
    case .declined: state.withLock { $0.control?.decline() }
    case .killedBefore:
      try die()
      return .failBefore(.down)
    case .killedAfter:
      try die()
      return .failAfter(.down)
    case .journalFull: try FullDisk.begin(state.withLock { $0.path })
    case .leaseTaken: try await takeTheLease()
    default: try await meddle(blow)
    }
    return .none
  }

  // MARK: To the run itself

  /// As kill -9: the journal stays as it is at this moment, and nothing is sent any more.
  private func die() throws {
    let path = state.withLock { $0.path }
    let copy = stage.folder + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for tail in ["", "-wal"] where FileManager.default.fileExists(atPath: path + tail) {
      try FileManager.default.copyItem(
        atPath: path + tail, toPath: copy + "/journal.sqlite" + tail)
    }
    state.withLock {
      $0.isDead = true
      $0.copyOfTheDead = copy + "/journal.sqlite"
      $0.control?.interrupt()
    }
  }

  private func takeTheLease() async throws {
    let namespace = fleet == .wide ? "karmada-system" : "shop"
    let scope = RollbackScope(policy: fleet.policy)
    var lease = Lease()
    do {
      lease = Lease(
        LiveObject(
          try await stage.plane.get(.leases, namespace: namespace, name: scope.leaseName)))
    } catch let error as APIError where error.kind == .notFound {
      return
    }
    lease.holder = "bob@desk"
    _ = try await stage.plane.update(
      .leases, namespace: namespace, name: scope.leaseName,
      object: lease.document(name: scope.leaseName, namespace: namespace))
  }

  // MARK: To policy and templates

  private func meddle(_ blow: Blow) async throws {
    var dice = dice
    let victim = "web-\(Int.random(in: 0..<RollbackFleet.templateCount, using: &dice))"
    switch blow {
    case .flagFlipped:
      state.withLock { $0.isFlagOnItsWay = true }
      try await patchPolicy(["spec": ["preserveResourcesOnDeletion": false]])
    case .policyChanged: try await patchPolicy(["spec": ["priority": 7]])
    case .policyGone, .policyRecreated: try await removePolicy(again: blow == .policyRecreated)
    case .preempted: try await preempt(victim)
    case .siblingFlipped: try await flipSibling()
    case .templateAdded:
      let number = state.withLock { state in
        state.added += 1
        return state.added
      }
      try await stage.addConfigMap("new-\(number)", labels: ["app": "web"])
    case .templateGone, .templateRecreated:
      try await remove(victim, again: blow == .templateRecreated)
    default:
      guard let resource = try await resource(of: victim) else { return }
      try await patch(resource, victim, Self.change(blow, resource))
    }
  }

  private static func change(_ blow: Blow, _ resource: APIResource) -> JSONValue {
    switch blow {
    case .protected:
      ["metadata": ["labels": ["resourcetemplate.karmada.io/deletion-protected": "Always"]]]
    case .templateTouched:
      ["metadata": ["annotations": ["deployment.kubernetes.io/revision": "2"]]]
    default: ["metadata": ["annotations": ["team": "other"]]]
    }
  }

  func resource(of name: String) async throws -> APIResource? {
    for resource in [APIResource.configMaps, .deployments, .clusterRoles] {
      do {
        _ = try await stage.plane.get(resource, namespace: space(of: resource), name: name)
        return resource
      } catch let error as APIError where error.kind == .notFound {
        continue
      }
    }
    return nil
  }

  private func space(of resource: APIResource) -> String? {
    resource.isNamespaced ? "shop" : nil
  }

  /// What the server refuses is not done; others meet the same weather.
  func patch(_ resource: APIResource, _ name: String, _ patch: JSONValue) async throws {
    do {
      _ = try await stage.plane.patch(
        resource, namespace: space(of: resource), name: name, patch: patch)
    } catch is APIError {
      return
    }
  }

  private var policyResource: APIResource {
    fleet == .wide ? .clusterPropagationPolicies : .propagationPolicies
  }

  private func patchPolicy(_ change: JSONValue) async throws {
    try await patch(policyResource, fleet.policy.key.name, change)
  }

  private func removePolicy(again: Bool) async throws {
    state.withLock { $0.isFlagOnItsWay = true }
    let name = fleet.policy.key.name
    let space = space(of: policyResource)
    do {
      let old = LiveObject(
        try await stage.plane.get(policyResource, namespace: space, name: name))
      try await stage.plane.delete(policyResource, namespace: space, name: name)
      guard again else { return }
      stage.advance(by: .milliseconds(200))
      var metadata: JSONValue = ["name": .string(name)]
      if let space { metadata["namespace"] = .string(space) }
      var spec = old.document["spec"] ?? [:]
      spec["preserveResourcesOnDeletion"] = nil
      try await stage.create(
        policyResource,
        [
          "apiVersion": .string(old.apiVersion), "kind": .string(old.kind),
          "metadata": metadata, "spec": spec,
        ])
    } catch is APIError {
      return
    }
  }

  /// Another policy takes a template over, and its flag is not set.
  private func preempt(_ victim: String) async throws {
    guard let resource = try await resource(of: victim), resource.isNamespaced else { return }
    do {
      try await stage.addPolicy(
        "grab-\(victim)", kinds: [(resource.apiVersion, resource.kind)], names: [victim],
        more: ["preemption": "Always", "priority": 9])
      state.withLock { $0.isFlagOnItsWay = true }
    } catch is APIError {
      return
    }
  }

  /// Another workload turns the flag of what it shares with ours.
  private func flipSibling() async throws {
    guard fleet == .dependents else { return }
    try await patch(
      .propagationPolicies, "other-pp", ["spec": ["preserveResourcesOnDeletion": false]])
    try await patch(
      .deployments, "other", ["metadata": ["annotations": ["touched": "yes"]]])
  }

  /// Deleting without looking loses objects, whoever else is at work: only where it is safe.
  private func remove(_ victim: String, again: Bool) async throws {
    guard !state.withLock({ $0.isFlagOnItsWay }),
      let resource = try await resource(of: victim)
    else { return }
    let works = try await stage.works().filter { $0.workManifest?.name == victim }
    guard !works.isEmpty, works.allSatisfy(\.preserves) else { return }
    let old = LiveObject(
      try await stage.plane.get(resource, namespace: space(of: resource), name: victim))
    do {
      try await stage.plane.delete(resource, namespace: space(of: resource), name: victim)
    } catch is APIError {
      return
    }
    state.withLock { _ = $0.takenAway.insert(victim) }
    guard again else { return }
    var document = old.document
    document["status"] = nil
    var metadata: JSONValue = ["name": .string(victim), "labels": ["app": "web"]]
    if resource.isNamespaced { metadata["namespace"] = "shop" }
    document["metadata"] = metadata
    do { try await stage.create(resource, document) } catch is APIError { return }
  }
}

extension APIError {
  static let storeTimedOut = APIError(
    .server, status: 500, message: "etcdserver: request timed out")
  static let outdated = APIError(
    .conflict, status: 409, message: "the object has been modified")
  static let refusedByWebhook = APIError(
    .refused, status: 403, message: "admission webhook denied the request")
}

/// The storm's dice lie behind a lock.
extension Weather {
  struct Dice: RandomNumberGenerator {
    let weather: Weather
    mutating func next() -> UInt64 { weather.state.withLock { $0.random.next() } }
  }
  var dice: Dice { Dice(weather: self) }
}
