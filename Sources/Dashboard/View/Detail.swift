import ControlPlane
import Karmada
import Manifest

/// What is known of one row, as lines: beside the list in short, as a description in full.
public struct Detail: Sendable {
  public private(set) var title = ""
  public private(set) var lines: [Line] = []
  private let state: AppState
  private let isWhole: Bool

  /// - Parameters:
  ///   - works: of a binding, where they were asked for.
  ///   - isWhole: everything, not only what fits beside a list.
  public init(
    _ state: AppState, of key: RowKey, works: Result<[Work], APIError>? = nil,
    isWhole: Bool = false
  ) {
    self.state = state
    self.isWhole = isWhole
    title = key.object.description
    if let row = state.rollbackRow(key) {
      add(row)
      return
    }
    switch key.feed {
    case .clusters: state.clusters.table.row(key).map { add($0) }
    case .resourceBindings, .clusterResourceBindings:
      state.bindings.table.row(key).map { add($0, works) }
    case .propagationPolicies, .clusterPropagationPolicies, .overridePolicies,
      .clusterOverridePolicies:
      state.policies.table.row(key).map { add($0) }
    case .events: state.events.table.row(key).map { add($0) }
    }
    if lines.isEmpty { lines = [[Span("it is no longer in the list", .statusEmpty)]] }
  }

  // MARK: Kinds

  private mutating func add(_ row: RollbackRow) {
    title = "\(row.policy.key)"
    // Beside a list lines are wrapped by whoever draws them.
    var story = RollbackLines(width: 500, now: state.now)
    switch row.content {
    case .run(let run): story.add(run)
    case .live(let live): story.add(live)
    case .sighting(let sighting): story.add(sighting)
    }
    lines = story.lines
  }

  private mutating func add(_ row: ClusterRow) {
    let cluster = row.cluster
    title = cluster.metadata.name
    let ready = cluster.conditions["Ready"]
    lines.append(
      [Span(row.stateWord, row.stateRole)]
        + (row.since.map { [Span(" for \(Age.since($0, now: state.now))", row.stateRole)] } ?? []))
    if row.state <= .unknown {
      lines.append([Span(ready?.reason ?? "no Ready condition yet", .bad)])
      if let message = ready?.message, !message.isEmpty { lines.append([Span(message, .bad)]) }
    }
    field("since", row.since?.rfc3339 ?? "")
    field("mode", cluster.syncMode)
    field("version", row.shownVersion)
    field("endpoint", cluster.apiEndpoint)
    field("where", ([row.regionText] + cluster.zones).filter { !$0.isEmpty }.joined(separator: " "))
    if let nodes = cluster.nodeSummary, nodes.totalNum > 0 {
      field("nodes", "\(nodes.readyNum) of \(nodes.totalNum) ready")
    }
    for taint in cluster.taints {
      let value = taint.value.isEmpty ? "" : "=\(taint.value)"
      let since = taint.timeAdded.map { ", \(Age.ago($0, now: state.now))" } ?? ""
      field("taint", "\(taint.key)\(value) \(taint.effect)\(since)", .clusterTainted)
    }
    resources(cluster.resourceSummary)
    field("bindings", "\(row.tally.bindings) scheduled here")
    wrongBindings(on: cluster.metadata.name)
    conditions(cluster.conditions)
    events(ofKind: "Cluster", cluster.metadata.key)
  }

  private mutating func resources(_ summary: Cluster.ResourceSummary) {
    for name in summary.allocatable.keys.sorted() where ["cpu", "memory", "pods"].contains(name) {
      let used = summary.allocated[name] ?? "0"
      field(name, "\(used) of \(summary.allocatable[name] ?? "?") allocated")
    }
  }

  /// The bindings that are wrong on that cluster, the worst first.
  private mutating func wrongBindings(on cluster: String) {
    let limit = isWhole ? 200 : 6
    // Of a fleet in trouble these are many, and few of them show: those are picked, not sorted out.
    var worst: [BindingRow] = []
    var count = 0
    for row in state.bindings.table.rows(tagged: BindingRow.wrongTag) {
      guard row.isWrong(on: cluster) else { continue }
      count += 1
      func isWorse(_ other: BindingRow) -> Bool {
        row.state == other.state ? row.key < other.key : row.state < other.state
      }
      if worst.count == limit, let last = worst.last, !isWorse(last) { continue }
      if worst.count == limit { worst.removeLast() }
      worst.insert(row, at: worst.firstIndex(where: isWorse) ?? worst.count)
    }
    guard count > 0 else { return }
    heading("\(count) wrong here")
    for row in worst {
      lines.append([
        Span(padded(row.state.word, 12), row.state.role),
        Span(row.binding.metadata.namespace + "/", .muted), Span(row.resourceText),
      ])
    }
    rest(count - limit)
  }

  private mutating func add(_ row: BindingRow, _ works: Result<[Work], APIError>?) {
    let binding = row.binding
    title = "\(binding.metadata.namespace)/\(row.resourceText)"
    if binding.metadata.namespace.isEmpty { title = row.resourceText }
    lines.append([Span(row.state.word, row.state.role)])
    if !binding.stateReason.isEmpty {
      lines.append([Span(binding.stateReason, row.state.isWrong ? row.state.role : .text)])
    }
    if row.state == .stranded {
      lines.append([
        Span("No cluster runs it. It comes back when the scheduler finds one that fits.", .stranded)
      ])
    }
    placement(binding)
    for task in binding.gracefulEvictionTasks { eviction(task) }
    if let policy = binding.policy { field("policy", "\(policy.kind) \(policy.key)") }
    if binding.preserveResourcesOnDeletion {
      field("preserve", "set here; only each Work's own flag counts when the template goes")
    }
    if let failover = binding.failover { failoverLines(failover) }
    for owner in binding.requiredBy {
      field("required by", "\(owner.namespace.isEmpty ? "" : owner.namespace + "/")\(owner.name)")
    }
    field("created", Age.ago(binding.metadata.creationTimestamp, now: state.now))
    if let scheduled = binding.lastScheduledTime {
      field("scheduled", Age.ago(scheduled, now: state.now))
    }
    worksLines(works)
    conditions(binding.conditions)
    events(
      ofKind: binding.resource.kind,
      ObjectKey(
        namespace: binding.resource.namespace, name: binding.resource.name))
  }

  /// One line a cluster: the placed ones, then those that still report without being placed.
  private mutating func placement(_ binding: ResourceBinding) {
    let placed = binding.expectedClusters
    let leftover = binding.aggregatedStatus.map(\.clusterName).filter { !placed.contains($0) }
    guard !placed.isEmpty || !leftover.isEmpty else { return }
    heading("Clusters")
    for target in binding.clusters {
      let item = binding.aggregatedStatus.first { $0.clusterName == target.name }
      let replicas = target.replicas > 0 ? "×\(target.replicas)" : ""
      var line: Line = [
        Span("  " + padded(target.name, 16)), Span(padded(replicas, 5), .muted),
        item?.applied == true
          ? Span("applied      ", .good)
          : Span(item == nil ? "no report    " : "NOT APPLIED  ", .bad),
      ]
      if let item { line.append(Span(item.health.rawValue, item.health.role)) }
      lines.append(line)
      if let message = item?.appliedMessage, !message.isEmpty, item?.applied != true {
        lines.append([Span("    " + message, .bad)])
      }
    }
    if binding.isAttached {
      for item in binding.aggregatedStatus {
        lines.append([
          Span("  " + padded(item.clusterName, 16)),
          item.applied ? Span("applied      ", .good) : Span("NOT APPLIED  ", .bad),
          Span(item.health.rawValue, item.health.role),
        ])
      }
    }
    for name in leftover {
      lines.append([Span("  " + padded(name, 16)), Span("left; still in the status", .muted)])
    }
  }

  private mutating func eviction(_ task: ResourceBinding.GracefulEvictionTask) {
    heading("Eviction from \(task.fromCluster)")
    field("reason", task.reason, .evicting)
    field("since", task.creationTimestamp.map { Age.ago($0, now: state.now) } ?? "just now")
    field("by", task.producer)
    field("purge", task.purgeMode)
    if let grace = task.gracePeriodSeconds { field("grace", "\(grace) s") }
    if task.suppressDeletion == true {
      field("held", "stays on \(task.fromCluster) until a person confirms", .warning)
    }
    for (label, value) in task.preservedLabelState.sorted(by: { $0.key < $1.key }) {
      field("relays", "\(label)=\(value)", .note)
    }
    if !task.message.isEmpty { field("message", task.message) }
  }

  private mutating func failoverLines(_ failover: ResourceBinding.ApplicationFailover) {
    let toleration = failover.tolerationSeconds.map { ", after \($0) s unhealthy" } ?? ""
    field("failover", failover.purgeMode + toleration)
    for rule in failover.statePreservation {
      field("relay rule", "\(rule.aliasLabelName) ← \(rule.jsonPath)", .note)
    }
  }

  private mutating func worksLines(_ works: Result<[Work], APIError>?) {
    guard isWhole else { return }
    heading("Works")
    switch works {
    case nil: lines.append([Span("  reading …", .statusLoading)])
    case .failure(let error): lines.append([Span("  " + error.description, .bad)])
    case .success(let works) where works.isEmpty: lines.append([Span("  none", .muted)])
    case .success(let works):
      for work in works.sorted(by: { $0.metadata.key < $1.metadata.key }) { workLine(work) }
    }
  }

  private mutating func workLine(_ work: Work) {
    let applied = work.conditions["Applied"]?.status == .true
    var line: Line = [
      Span("  " + padded(work.cluster ?? work.metadata.namespace, 16)),
      Span(padded(work.metadata.name, 26), .muted),
      applied ? Span("applied", .good) : Span("NOT APPLIED", .bad),
    ]
    line.append(
      work.preserveResourcesOnDeletion
        ? Span("  preserve", .good) : Span("  not preserved", .muted))
    if work.suspendDispatching { line.append(Span("  suspended", .warning)) }
    if work.metadata.deletionTimestamp != nil { line.append(Span("  terminating", .warning)) }
    lines.append(line)
  }

  private mutating func add(_ row: PolicyRow) {
    title = "\(row.kind) \(row.metadata.key)"
    lines.append([Span(row.kind, .muted), Span(" \(row.metadata.key)", .emphasis)])
    if case .propagation(let policy) = row.policy {
      field("bindings", "\(row.claimed)")
      field("clusters", row.targetsText)
      field("replicas", policy.replicaSchedulingType)
      if policy.priority != 0 { field("priority", "\(policy.priority)") }
      field("preemption", policy.preemption)
      field("conflict", policy.conflictResolution)
      field("activation", policy.activationPreference)
      field(
        "on deletion",
        policy.preserveResourcesOnDeletion
          ? "members keep the resources" : "members' copies are deleted with the template")
      field("with deps", policy.propagateDeps ? "propagated" : "")
      if policy.isDispatchingSuspended { field("dispatching", "suspended", .warning) }
      if let failover = policy.failover { failoverLines(failover) }
    }
    if case .override(let policy) = row.policy {
      field("rules", "\(policy.ruleCount)")
      field("overriders", policy.overriderKinds.joined(separator: " "))
      field("clusters", row.targetsText)
      if policy.usesDeprecatedFields {
        field("deprecated", "spec.overriders is ignored beside overrideRules", .warning)
      }
    }
    heading("Selects")
    if row.selectors.isEmpty { lines.append([Span("  everything in its scope", .warning)]) }
    for selector in row.selectors.prefix(isWhole ? 500 : 8) { lines.append(selectorLine(selector)) }
    rest(row.selectors.count - (isWhole ? 500 : 8))
    events(ofKind: row.kind, row.metadata.key)
  }

  private func selectorLine(_ selector: ResourceSelector) -> Line {
    var line: Line = [Span("  \(selector.apiVersion) \(selector.kind) ", .muted)]
    let labels = selector.matchLabels.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }
    if !selector.name.isEmpty {
      line.append(Span(selector.name, .emphasis))
    } else if !labels.isEmpty || selector.hasMatchExpressions {
      let more = selector.hasMatchExpressions ? ["and expressions"] : []
      line.append(Span("with " + (labels + more).joined(separator: " ")))
    } else {
      line.append(Span("all"))
    }
    if !selector.namespace.isEmpty { line.append(Span(" in \(selector.namespace)", .muted)) }
    return line
  }

  private mutating func add(_ row: EventRow) {
    let event = row.event
    title = "\(event.reason) on \(row.objectText)"
    lines.append([
      Span(event.type, row.isWarning ? .warning : .muted), Span(" \(event.reason)", .emphasis),
    ])
    for line in event.message.split(whereSeparator: \.isNewline) {
      lines.append([Span(String(line))])
    }
    let namespace = event.involvedObject.namespace
    field("object", "\(namespace.isEmpty ? "" : namespace + "/")\(row.objectText)")
    field("last", Age.ago(event.lastTimestamp, now: state.now))
    if let first = event.firstTimestamp { field("first", Age.ago(first, now: state.now)) }
    field("seen", event.count == 1 ? "once" : "\(event.count) times")
    field("from", event.component)
  }

  // MARK: Parts

  private mutating func heading(_ text: String) {
    if isWhole { lines.append([]) }
    lines.append([Span(text, .title)])
  }

  private mutating func field(_ label: String, _ value: String, _ role: Role = .value) {
    guard !value.isEmpty else { return }
    lines.append([Span(padded(label, 12), .label), Span(value, role)])
  }

  private mutating func rest(_ count: Int) {
    if count > 0 { lines.append([Span("  and \(count) more", .muted)]) }
  }

  /// What is not as it should be comes first; beside a list the others say no more than that they
  /// are.
  private mutating func conditions(_ conditions: [Condition]) {
    guard !conditions.isEmpty else { return }
    heading("Conditions")
    let width = conditions.reduce(0) { max($0, $1.type.count) } + 2
    func isGood(_ condition: Condition) -> Bool { condition.status == .true }
    for condition in conditions.filter({ !isGood($0) }) + conditions.filter(isGood) {
      let good = isGood(condition)
      lines.append([
        Span("  " + padded(condition.type, width)),
        Span(padded(condition.status.rawValue, 9), good ? .good : .bad),
        Span(Age.since(condition.lastTransitionTime, now: state.now), .muted),
      ])
      let why = [condition.reason, condition.message].filter { !$0.isEmpty }
        .joined(separator: ": ")
      // The first lines may have said it.
      guard !why.isEmpty, isWhole || !good && !isSaid(condition.message) else { continue }
      lines.append([Span("    " + why, .muted)])
    }
  }

  private func isSaid(_ message: String) -> Bool {
    !message.isEmpty && lines.prefix(3).contains { $0.contains { $0.text.hasSuffix(message) } }
  }

  private mutating func events(ofKind kind: String, _ key: ObjectKey) {
    let found = state.events.table.rows(tagged: EventRow.tag(kind: kind, key))
      .filter {
        let object = $0.event.involvedObject
        return object.name == key.name && object.kind == kind
          && object.namespace == key.namespace
      }
      .sorted {
        ($0.event.lastTimestamp ?? .distantPast) > ($1.event.lastTimestamp ?? .distantPast)
      }
    guard !found.isEmpty else { return }
    heading("Events")
    for row in found.prefix(isWhole ? 100 : 5) {
      lines.append([
        Span("  " + padded(Age.since(row.event.lastTimestamp, now: state.now), 7), .label),
        Span(row.event.reason, row.isWarning ? .warning : .text),
        Span("  " + row.messageLine, .muted),
      ])
    }
    rest(found.count - (isWhole ? 100 : 5))
  }

  /// Labels or annotations, one a line.
  static func pairs(_ object: JSONObject) -> [Line] {
    object.keys.sorted().map { key in
      [Span("  \(key)", .label), Span(" = "), Span(object[key]?.string ?? "", .value)]
    }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
  }
}

extension Time {
  static let distantPast = Time(nanoseconds: .min)
}

extension ResourceBinding.Health {
  var role: Role {
    switch self {
    case .healthy: .healthHealthy
    case .unhealthy: .healthUnhealthy
    case .unknown: .healthUnknown
    }
  }
}
