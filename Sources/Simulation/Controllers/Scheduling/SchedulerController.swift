import ControlPlane
import Karmada
import Manifest

/// karmada-scheduler: decides to which clusters a binding goes and with how many replicas
/// (1.12: pkg/scheduler).
public struct SchedulerController: Controller {
  public let name = "default-scheduler"
  public var manager: String { "karmada-scheduler" }
  public var pace: Pace {
    Pace(
      latency: .milliseconds(2)...(.milliseconds(5)),
      service: .milliseconds(6)...(.milliseconds(18)), workers: 1)
  }

  static let placementAnnotation = "policy.karmada.io/applied-placement"

  public init() {}

  // MARK: What makes it look

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada, change.kind != .deleted else { return [] }
    if Binding.types.contains(change.type.id) {
      guard change.changes({ $0[path: "metadata", "generation"] }) else { return [] }
      return isOurs(change.object.value) ? [change.key] : []
    }
    guard change.type.api == .clusters else { return [] }
    if change.kind == .modified,
      !change.changes({ $0[path: "metadata", "generation"] }),
      !change.changes({ $0[path: "metadata", "labels"] })
    {
      return []
    }
    return affected(by: change, in: view)
  }

  private func isOurs(_ binding: JSONValue) -> Bool {
    (binding[path: "spec", "schedulerName"]?.string ?? name) == name
      && binding[path: "spec", "placement"] != nil
  }

  /// Bindings whose affinity a changed cluster meets.
  private func affected(by change: Change, in view: FleetView) -> [ObjectKey] {
    let cluster = OverrideTarget(decoding: change.object.value)
    let named = ByteSearch("\"\(cluster.name)\"")
    return [APIResource.resourceBindings, .clusterResourceBindings].flatMap { api in
      view.all(api).compactMap { stored -> ObjectKey? in
        // Reading 100,000 bindings takes a while; most name their clusters, and not this one.
        if !named.occurs(in: stored.bytes), Self.clusterNames.occurs(in: stored.bytes) {
          return nil
        }
        let value = stored.value
        guard isOurs(value), let placement = value[path: "spec", "placement"],
          Self.affinity(of: placement, status: value["status"]).map({ $0.matches(cluster) })
            ?? true
        else { return nil }
        return Binding.key(of: stored)
      }
    }
  }

  private static let clusterNames = ByteSearch("\"clusterNames\"")

  /// The affinity in force; nil means every cluster.
  private static func affinity(of placement: JSONValue, status: JSONValue?)
    -> OverridePolicySpec.Affinity?
  {
    let terms = placement["clusterAffinities"]?.array ?? []
    let observed = status?["schedulerObservingAffinityName"]?.string ?? ""
    let term = terms.first { $0["affinityName"]?.string == observed } ?? terms.first
    return affinity(term ?? placement["clusterAffinity"])
  }

  /// One that cannot be read matches nothing.
  private static func affinity(_ value: JSONValue?) -> OverridePolicySpec.Affinity? {
    do {
      return try OverridePolicySpec.Affinity(decoding: value)
    } catch {
      var none = OverridePolicySpec.Affinity()
      none.labels = .invalid(error.description)
      return none
    }
  }

  // MARK: What it does

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let binding = Binding(key, in: view), let placement = binding.placement else {
      return []
    }
    if binding.value.isTerminating {
      let kind = binding.isClusterScoped ? "clusterResourceBinding" : "resourceBinding"
      return binding.events(
        "ScheduleBindingFailed", "skip schedule deleting \(kind): \(binding.display)",
        isWarning: true
      ).map { .event($0) }
    }
    if needsScheduling(binding, placement, in: view) {
      return schedule(binding, placement, in: view)
    }
    let observed = binding.value[path: "status", "schedulerObservedGeneration"]?.int
    guard observed != binding.value.generation else { return [] }
    var value = binding.value
    value["status"] = (value["status"] ?? [:])
      .with("schedulerObservedGeneration", .int(Int64(value.generation)))
    return [.updateStatus(key, value)]
  }

  private func needsScheduling(_ binding: Binding, _ placement: JSONValue, in view: FleetView)
    -> Bool
  {
    if isPlacementChanged(binding, placement) { return true }
    if binding.replicas > 0 {
      let targets = binding.targets
      let isOff =
        ReplicaDivision.isDivided(placement)
        ? targets.reduce(0) { $0 &+ $1.replicas } != binding.replicas
        : targets.contains { $0.replicas != binding.replicas }
      if isOff { return true }
    }
    if isRescheduleRequired(binding) { return true }
    if binding.replicas == 0 || !ReplicaDivision.isDivided(placement) { return true }
    let targets = Set(binding.targets.map(\.name))
    return view.all(.clusters).contains {
      targets.contains(String($0.name)) && $0.value.isTerminating
    }
  }

  private func isPlacementChanged(_ binding: Binding, _ placement: JSONValue) -> Bool {
    guard let applied = binding.value.annotation(Self.placementAnnotation) else { return true }
    do { return try JSONValue(parsing: Array(applied.utf8)) != placement } catch { return true }
  }

  private func isRescheduleRequired(_ binding: Binding) -> Bool {
    guard let wanted = binding.spec["rescheduleTriggeredAt"]?.string else { return false }
    guard let last = binding.value[path: "status", "lastScheduledTime"]?.string,
      let wantedTime = Time(rfc3339: wanted), let lastTime = Time(rfc3339: last)
    else { return true }
    return wantedTime > lastTime
  }

  private enum Outcome {
    case fit([Binding.Target], affinity: String)
    /// No cluster passes: the binding is left with none.
    case noFit(String)
    /// Clusters pass but cannot take it: it stays where it is.
    case unschedulable(String)
  }

  private func schedule(_ binding: Binding, _ placement: JSONValue, in view: FleetView)
    -> [Action]
  {
    let terms = placement["clusterAffinities"]?.array ?? []
    let outcome: Outcome
    if terms.isEmpty {
      outcome = self.outcome(
        binding, placement, affinity: Self.affinity(placement["clusterAffinity"]), named: "",
        in: view)
    } else {
      // From the group in force on: Karmada does not go back to an earlier one by itself.
      let observed = binding.value[path: "status", "schedulerObservingAffinityName"]?.string ?? ""
      let first = terms.firstIndex { $0["affinityName"]?.string == observed } ?? 0
      var failure: Outcome?
      var success: Outcome?
      for term in terms[first...] where success == nil {
        let result = self.outcome(
          binding, placement, affinity: Self.affinity(term),
          named: term["affinityName"]?.string ?? "", in: view)
        if case .fit = result { success = result } else { failure = failure ?? result }
      }
      outcome = success ?? failure ?? .noFit("no cluster affinity group")
    }
    return actions(for: outcome, binding: binding, placement: placement, now: view.now)
  }

  private func outcome(
    _ binding: Binding, _ placement: JSONValue, affinity: OverridePolicySpec.Affinity?,
    named name: String, in view: FleetView
  ) -> Outcome {
    let filtered = ClusterFilter(
      binding: binding, placement: placement, affinity: affinity,
      clusters: view.all(.clusters).map(\.value)
    ).result()
    guard !filtered.feasible.isEmpty else { return .noFit(filtered.noFit) }
    let targets = Set(binding.targets.map(\.name))
    let candidates = filtered.feasible.map { cluster in
      let isPresent = targets.contains(cluster.objectName)
      let own = binding.targets.first { $0.name == cluster.objectName }?.replicas ?? 0
      let room = AvailableReplicas(cluster: cluster, binding: binding).count
      return ClusterSelection.Candidate(
        cluster: cluster, score: isPresent && binding.replicas > 0 ? 100 : 0,
        available: room + own)
    }
    let selection = ClusterSelection(
      candidates: ClusterSelection.ordered(candidates), placement: placement,
      replicas: binding.replicas)
    let chosen: [ClusterSelection.Candidate]
    do throws(ClusterSelection.Failure) {
      chosen = try selection.selected()
    } catch {
      return .unschedulable(error.message)
    }
    let division = ReplicaDivision(
      candidates: chosen, binding: binding, placement: placement,
      isFresh: isRescheduleRequired(binding), seed: Self.seed(binding))
    do throws(ReplicaDivision.Failure) {
      return .fit(try division.targets(), affinity: name)
    } catch {
      return .unschedulable(error.message)
    }
  }

  private static func seed(_ binding: Binding) -> UInt64 {
    FNV.hash(binding.value.uid.utf8)
  }

  private func actions(
    for outcome: Outcome, binding: Binding, placement: JSONValue, now: Time
  ) -> [Action] {
    switch outcome {
    case .fit(let targets, let affinity):
      let result = targets.map { "\($0.name):\($0.replicas)" }.joined(separator: ", ")
      return write(targets, binding: binding, placement: placement)
        + binding.events(
          "ScheduleBindingSucceed",
          "Binding has been scheduled successfully. Result: {\(result)}"
        ).map { .event($0) } + [
          status(binding, now: now) { value in
            value.setCondition(
              "Scheduled", "True", reason: "Success",
              message: "Binding has been scheduled successfully.", now: now)
            // The generation it looked at, not the one its own result makes.
            value["status"]?["schedulerObservedGeneration"] =
              .int(Int64(binding.value.generation))
            value["status"]?["lastScheduledTime"] = .string(now.rfc3339)
            if !affinity.isEmpty {
              value["status"]?["schedulerObservingAffinityName"] = .string(affinity)
            }
          }
        ]
    case .noFit(let why):
      return write([], binding: binding, placement: placement)
        + failure(why, "NoClusterFit", binding: binding, now: now)
    case .unschedulable(let why):
      return failure(why, "Unschedulable", binding: binding, now: now) + [.retry]
    }
  }

  private func failure(_ why: String, _ reason: String, binding: Binding, now: Time) -> [Action] {
    binding.events("ScheduleBindingFailed", why, isWarning: true).map { .event($0) } + [
      status(binding, now: now) { value in
        value.setCondition("Scheduled", "False", reason: reason, message: why, now: now)
      }
    ]
  }

  private func write(_ targets: [Binding.Target], binding: Binding, placement: JSONValue)
    -> [Action]
  {
    var patch: JSONValue = [:]
    let text = GoPlacement.text(placement)
    if binding.value.annotation(Self.placementAnnotation) != text {
      patch["metadata"] = ["annotations": [Self.placementAnnotation: .string(text)]]
    }
    if binding.targets != targets {
      patch["spec"] = ["clusters": targets.isEmpty ? nil : .array(targets.map(\.value))]
    }
    return patch.object?.isEmpty == true ? [] : [.patch(binding.key, patch)]
  }

  private func status(_ binding: Binding, now: Time, _ change: (inout JSONValue) -> Void)
    -> Action
  {
    var value = binding.value
    if value["status"] == nil { value["status"] = [:] }
    change(&value)
    return .write(
      Write(.mergeStatus, binding.key, ["status": value["status"] ?? [:]]), onRefusal: [])
  }
}
