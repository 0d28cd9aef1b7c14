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
      do {
        _ = try await send(fresh, on: audited, dryRun: false)
      } catch let error as APIError where RollbackFailure(error).kind == .unanswered {
        return try await find(fresh, after: error)
      }
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

  // MARK: Looking

  private enum Look {
    case done
    /// It has come to nothing.
    case failed(String)
    /// It has shown no effect in all the time that was given.
    case pending
    case unreadable(APIError)
  }

  /// What has become of it, as soon as that can be said.
  private func look(for plan: FailoverActPlan) async -> Look {
    let deadline = now() + Self.patience
    while true {
      var look = Look.pending
      do {
        let object = try await get(plan.target)
        if plan.isDone(in: object) { return .done }
        if let why = plan.failure(in: object) { return .failed(why) }
      } catch let error as APIError {
        if [.forbidden, .unauthorized].contains(error.kind) { return .unreadable(error) }
        look = .unreadable(error)
      } catch {
        return .unreadable(APIError(.protocol, message: "\(error)"))
      }
      guard now() < deadline else { return look }
      do { try await clock.sleep(for: .seconds(1)) } catch { return look }
    }
  }

  /// The server has taken it. Not to see its effect is no reason to do it once more.
  private func verify(_ plan: FailoverActPlan) async throws(FailoverActFailure) -> String {
    switch await look(for: plan) {
    case .done: return "done, and it has taken effect"
    case .failed(let why): throw FailoverActFailure("the server has taken it, but \(why)")
    case .pending:
      return "the server has taken it, but it has shown no effect within 30 s: look at the row"
    case .unreadable(let error):
      return "the server has taken it; its effect could not be read: \(error.because)"
    }
  }

  /// Nobody knows whether the server has taken it: it is looked at before anything else.
  private func find(
    _ plan: FailoverActPlan, after error: APIError
  ) async throws(FailoverActFailure) -> String {
    switch await look(for: plan) {
    case .done: return "no answer (\(error.because)), but it is done and has taken effect"
    case .failed(let why):
      throw FailoverActFailure("no answer (\(error.because)), but it was taken, and \(why)")
    case .pending, .unreadable:
      throw FailoverActFailure(
        "no answer (\(error.because)): it may have been done and shows no effect yet; look at the "
          + "row before planning it again")
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
