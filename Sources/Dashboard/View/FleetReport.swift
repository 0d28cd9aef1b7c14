import ControlPlane
import Karmada
import Manifest

/// The fleet as `quarterdeck snapshot` prints it. The JSON is a contract: names stay, members are
/// only ever added (README, "JSON output").
public struct FleetReport: Sendable {
  private let state: AppState
  private let failures: [FeedID: APIError]

  public init(_ state: AppState, failures: [FeedID: APIError]) {
    self.state = state
    self.failures = failures
  }

  // MARK: JSON

  public var json: JSONValue {
    [
      "context": .string(state.connection.endpoint.context),
      "server": .string(state.connection.endpoint.server),
      "serverVersion": state.connection.serverVersion.map { .string($0) } ?? .null,
      "takenAt": .string(state.now.rfc3339),
      "clusters": clusters, "bindings": bindings, "policies": policies, "events": events,
      "errors": .array(
        failures.sorted { $0.key.rawValue < $1.key.rawValue }.map { feed, error in
          [
            "resource": .string(feed.resource.qualifiedName), "kind": .string(error.kind.rawValue),
            "message": .string(error.description),
          ]
        }),
    ]
  }

  private var clusters: JSONValue {
    let rows = visible(state.clusters)
    return [
      "total": .int(Int64(rows.count)),
      "ready": .int(Int64(rows.count { $0.state > .unknown })),
      "items": .array(rows.map(Self.cluster)),
    ]
  }

  private static func cluster(_ row: ClusterRow) -> JSONValue {
    let (cluster, ready) = (row.cluster, row.cluster.conditions["Ready"])
    return [
      "name": .string(cluster.metadata.name),
      "ready": .string(ready?.status.rawValue ?? "Unknown"),
      "since": time(ready?.lastTransitionTime), "reason": .string(ready?.reason ?? ""),
      "message": .string(ready?.message ?? ""), "syncMode": .string(cluster.syncMode),
      "kubernetesVersion": .string(cluster.kubernetesVersion),
      "provider": .string(cluster.provider), "region": .string(cluster.region),
      "zones": .array(cluster.zones.map { .string($0) }),
      "taints": .array(
        cluster.taints.map {
          ["key": .string($0.key), "value": .string($0.value), "effect": .string($0.effect)]
        }),
      "bindings": .int(Int64(row.tally.bindings)), "wrong": .int(Int64(row.tally.wrong)),
    ]
  }

  private var bindings: JSONValue {
    let rows = visible(state.bindings)
    var byState = JSONObject()
    for kind in BindingState.allCases {
      byState[kind.jsonWord] = .int(Int64(state.summary.count(kind)))
    }
    return [
      "total": .int(Int64(rows.count)), "byState": .object(byState),
      "items": .array(rows.map(Self.binding)),
    ]
  }

  private static func binding(_ row: BindingRow) -> JSONValue {
    let binding = row.binding
    return [
      "kind": .string(row.key.feed.resource.kind),
      "namespace": .string(binding.metadata.namespace), "name": .string(binding.metadata.name),
      "resource": [
        "apiVersion": .string(binding.resource.apiVersion),
        "kind": .string(binding.resource.kind),
        "namespace": .string(binding.resource.namespace), "name": .string(binding.resource.name),
      ],
      "state": .string(row.state.jsonWord), "why": .string(binding.stateReason),
      "clusters": .array(
        binding.clusters.map { target in
          let item = binding.aggregatedStatus.first { $0.clusterName == target.name }
          return [
            "name": .string(target.name), "replicas": .int(Int64(target.replicas)),
            "applied": .bool(item?.applied ?? false),
            "health": .string((item?.health ?? .unknown).rawValue),
          ]
        }),
      "evictions": .array(
        binding.gracefulEvictionTasks.map {
          [
            "fromCluster": .string($0.fromCluster), "reason": .string($0.reason),
            "purgeMode": .string($0.purgeMode), "createdAt": time($0.creationTimestamp),
          ]
        }),
      "preserveResourcesOnDeletion": .bool(binding.preserveResourcesOnDeletion),
      "policy": binding.policy.map {
        [
          "kind": .string($0.kind), "namespace": .string($0.key.namespace),
          "name": .string($0.key.name),
        ]
      } ?? .null,
    ]
  }

  private var policies: JSONValue {
    let rows = visible(state.policies)
    return [
      "total": .int(Int64(rows.count)),
      "items": .array(
        rows.map { row in
          [
            "kind": .string(row.kind), "namespace": .string(row.metadata.namespace),
            "name": .string(row.metadata.name), "selectors": .int(Int64(row.selectors.count)),
            "bindings": .int(Int64(row.claimed)),
          ]
        }),
    ]
  }

  private var events: JSONValue {
    let rows = visible(state.events)
    return [
      "total": .int(Int64(rows.count)), "warnings": .int(Int64(rows.count { $0.isWarning })),
    ]
  }

  private static func time(_ time: Time?) -> JSONValue {
    time.map { .string($0.rfc3339) } ?? .null
  }

  private func visible<Row>(_ pane: ListPane<Row>) -> [Row] {
    (0..<pane.table.visibleCount).compactMap { pane.table.row(at: $0) }
  }

  // MARK: Text

  /// Text as a terminal or a file can take it, and how many columns it takes there.
  public typealias Printable = (_ text: String) -> (text: String, columns: Int)

  /// The header's words, the clusters, every binding: one line each, columns aligned.
  ///
  /// - Parameter printable: makes safe what is not plain ASCII.
  public func text(printable: Printable) -> [String] {
    var lines = [printable(summaryLine).text, ""]
    lines += Self.table(visible(state.clusters), now: state.now, printable)
    lines.append("")
    lines += Self.table(visible(state.bindings), now: state.now, printable)
    for (feed, error) in failures.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines += ["", printable("\(feed.resource.qualifiedName): \(error.description)").text]
    }
    return lines
  }

  private var summaryLine: String {
    let clusters = visible(state.clusters)
    var parts = [
      state.connection.endpoint.context,
      "\(clusters.count { $0.state > .unknown })/\(clusters.count) clusters ready",
      "\(state.summary.bindings) bindings",
    ]
    for kind in BindingState.allCases where kind != .healthy && state.summary.count(kind) > 0 {
      parts.append("\(state.summary.count(kind)) \(kind.word)")
    }
    return parts.joined(separator: "  ")
  }

  private static func table<Row: ListRow>(
    _ rows: [Row], now: Time, _ printable: Printable
  ) -> [String] {
    guard !rows.isEmpty else { return ["(none)"] }
    let titles = Row.columns.map { Cell($0.title, printable) }
    let cells = rows.map { row in
      Row.columns.map { Cell($0.plain(row, now), printable) }
    }
    let widths = titles.indices.map { i in
      cells.reduce(titles[i].width) { max($0, min($1[i].width, 60)) }
    }
    return ([titles] + cells).map { row in
      var line = ""
      line.reserveCapacity(widths.reduce(0) { $0 + $1 + 2 })
      for (i, cell) in row.enumerated() {
        line += cell.text
        if i < row.count - 1 { line += blank.prefix(max(0, widths[i] - cell.width) + 2) }
      }
      return line
    }
  }

  /// As wide as any gap: columns are at most 60 wide.
  private static let blank = String(repeating: " ", count: 64)

  private struct Cell {
    var text: String
    var width: Int

    init(_ text: String, _ printable: Printable) {
      // Nearly all are plain ASCII, where a character is a byte and a column.
      if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
        (self.text, width) = (text, text.utf8.count)
      } else {
        (self.text, width) = printable(text)
      }
    }
  }
}

extension BindingState {
  /// As JSON output names it.
  public var jsonWord: String {
    switch self {
    case .stranded: "stranded"
    case .evicting: "evicting"
    case .unscheduled: "unscheduled"
    case .notApplied: "notApplied"
    case .unhealthy: "unhealthy"
    case .deleting: "deleting"
    case .suspended: "suspended"
    case .unknown: "unknown"
    case .healthy: "healthy"
    }
  }
}
