import ControlPlane
import Dashboard
import Journal
import Karmada
import Logging
import Manifest

/// Carries out what a person does about failovers: reads afresh, lets the server check, writes
/// once, and looks whether it took effect. Every write is in the journal before it is sent.
struct FailoverActs: Sendable {
  let plane: any ControlPlane
  let clock: any Clock<Duration>
  let now: @Sendable () -> Time
  let log: Logger

  /// How long it is waited for a change to take effect.
  private static let patience = Duration.seconds(30)

  // MARK: Planning

  /// What the act would do, and that the server would take it (`dryRun=All`).
  func plan(_ act: FailoverAct) async -> Result<FailoverActPlan, FailoverActFailure> {
    await outcome {
      let name = "quarterdeck-\(now().nanoseconds / 1_000_000_000)"
      var tries = 3
      while true {
        let plan = try FailoverActPlan.make(act, try await facts(for: act), name: name)
        guard plan.refusal == nil else { return plan }
        do {
          _ = try await send(plan, on: plane, dryRun: true)
          return plan
        } catch let error as APIError where error.kind == .conflict && tries > 1 {
          // A status was written between reading and asking; nothing has been sent yet.
          tries -= 1
        }
      }
    }
  }

  private func facts(for act: FailoverAct) async throws -> FailoverActFacts {
    switch act {
    case .release(let key, _), .reschedule(_, let key):
      return FailoverActFacts(object: try await get(.binding(key)))
    case .untaint(let cluster, _, _):
      return FailoverActFacts(object: try await get(.cluster(cluster)))
    case .taint(let cluster, let taint):
      var facts = FailoverActFacts(object: try await get(.cluster(cluster)))
      guard taint.effect == "NoExecute" else { return facts }
      let bindings: [PlacedBinding] =
        try await all(.resourceBindings) + (try await all(.clusterResourceBindings))
      facts.placed = bindings.filter { $0.clusters.contains(cluster) }
      facts.clusters = try await all(.clusters)
      return facts
    }
  }

  private func all<Item: KubernetesObject>(_ resource: APIResource) async throws -> [Item] {
    var (items, token, interner): ([Item], String, Interner) = ([], "", Interner())
    repeat {
      let page = try await plane.listPage(
        ListScope(resource), limit: 500, continueToken: token)
      items += try ObjectList<Item>(json: page.bytes, interning: &interner).items
      token = page.continueToken
    } while !token.isEmpty
    return items
  }

  private func get(_ target: FailoverActPlan.Target) async throws -> JSONValue {
    let (resource, namespace, name) = target.address
    return try await plane.get(resource, namespace: namespace, name: name)
  }

  // MARK: Doing

  /// Does what was confirmed, once: read afresh, it must still do the same to the same things. A
  /// cluster's status changes all the time and its resourceVersion with it, so that alone voids
  /// nothing. A conflict is reported, never tried again.
  func run(
    _ plan: FailoverActPlan, journal: Journal, reason: String
  ) async -> Result<String, FailoverActFailure> {
    await outcome {
      let fresh = try FailoverActPlan.make(
        plan.act, try await facts(for: plan.act), name: plan.target.address.name)
      guard fresh.doesTheSame(as: plan) else {
        throw FailoverActFailure(
          "it has changed since you looked; nothing was done. Plan it again")
      }
      let audited = AuditedControlPlane(
        plane, journal: journal, reason: reason, now: now, log: log)
      _ = try await send(fresh, on: audited, dryRun: false)
      return try await verify(fresh)
    }
  }

  private func send(
    _ plan: FailoverActPlan, on plane: any ControlPlane, dryRun: Bool
  ) async throws -> JSONValue {
    let (resource, namespace, name) = plan.target.address
    let options = WriteOptions(dryRun: dryRun, fieldValidation: .strict)
    if case .workloadRebalancer = plan.target {
      return try await plane.create(resource, object: plan.body, options: options)
    }
    return try await plane.patch(
      resource, namespace: namespace, name: name, patch: plan.body, options: options)
  }

  private func verify(_ plan: FailoverActPlan) async throws -> String {
    let deadline = now() + Self.patience
    while true {
      let object = try await get(plan.target)
      if plan.isDone(in: object) == true { return "done, and it has taken effect" }
      guard now() < deadline else {
        return "the server has taken it, but it has shown no effect within 30 s: look at the row"
      }
      try await clock.sleep(for: .seconds(1))
    }
  }

  private func outcome<Value: Sendable>(
    _ work: () async throws -> Value
  ) async -> Result<Value, FailoverActFailure> {
    do {
      return .success(try await work())
    } catch let failure as FailoverActFailure {
      return .failure(failure)
    } catch let error as APIError where error.kind == .conflict {
      return .failure(
        FailoverActFailure("it has changed since you looked; nothing was done. Plan it again"))
    } catch let error as APIError {
      return .failure(FailoverActFailure(error.description))
    } catch {
      return .failure(FailoverActFailure("\(error)"))
    }
  }
}

extension FailoverActPlan.Target {
  var address: (resource: APIResource, namespace: String?, name: String) {
    switch self {
    case .binding(let key) where key.namespace.isEmpty:
      (.clusterResourceBindings, nil, key.name)
    case .binding(let key): (.resourceBindings, key.namespace, key.name)
    case .cluster(let name): (.clusters, nil, name)
    case .workloadRebalancer(let name): (.workloadRebalancers, nil, name)
    }
  }
}
