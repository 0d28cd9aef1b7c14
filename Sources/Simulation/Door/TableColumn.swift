import Manifest

/// One column of a kind's table, as `kubectl get` shows it.
struct TableColumn {
  let name: String
  /// "string", "integer" or "date".
  let type: String
  let format: String
  /// 0 always, 1 with `-o wide`.
  let priority: Int
  let cell: @Sendable (_ object: JSONValue, _ now: Time) -> JSONValue

  init(
    _ name: String, type: String = "string", format: String = "", priority: Int = 0,
    cell: @escaping @Sendable (JSONValue, Time) -> JSONValue
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.priority = priority
    self.cell = cell
  }

  var definition: JSONValue {
    [
      "name": .string(name), "type": .string(type), "format": .string(format), "description": "",
      "priority": .int(Int64(priority)),
    ]
  }

  static func columns(of resource: ResourceType) -> [TableColumn] {
    let isCustom = resource.origin == .custom
    let name = TableColumn("Name", format: "name") { object, _ in
      object[path: "metadata", "name"] ?? ""
    }
    if resource.id == "events" { return eventColumns }
    return [name] + (special[resource.id] ?? []) + [age(isCustom ? "AGE" : "Age")]
  }

  // MARK: Kinds with more than name and age

  private static let special: [String: [TableColumn]] = [
    "clusters.cluster.karmada.io": [
      field("Version", "status", "kubernetesVersion"), field("Mode", "spec", "syncMode"),
      condition("Ready", "Ready"),
      field("Zones", "spec", "zones", priority: 1), field("Region", "spec", "region", priority: 1),
      field("Provider", "spec", "provider", priority: 1),
    ],
    "resourcebindings.work.karmada.io": bindingColumns,
    "clusterresourcebindings.work.karmada.io": bindingColumns,
    "works.work.karmada.io": [
      TableColumn("WORKLOAD-KIND") { object, _ in
        object[path: "spec", "workload", "manifests"]?.array?.first?["kind"] ?? ""
      },
      condition("APPLIED", "Applied"),
    ],
    "propagationpolicies.policy.karmada.io": policyColumns,
    "clusterpropagationpolicies.policy.karmada.io": policyColumns,
    "karmadas.operator.karmada.io": [condition("READY", "Ready")],
    "namespaces": [field("Status", "status", "phase")],
    "nodes": [
      TableColumn("Status") { object, _ in
        status(of: "Ready", in: object) == "True" ? "Ready" : "NotReady"
      },
      field("Version", "status", "nodeInfo", "kubeletVersion"),
    ],
    "configmaps": [count("Data", "data")],
    "secrets": [field("Type", "type"), count("Data", "data")],
    "services": [
      field("Type", "spec", "type"), field("Cluster-IP", "spec", "clusterIP"),
    ],
    "deployments.apps": [
      TableColumn("Ready") { object, _ in
        .string("\(ready(object))/\(object[path: "spec", "replicas"]?.int ?? 0)")
      },
      TableColumn("Up-to-date", type: "integer") { object, _ in
        object[path: "status", "updatedReplicas"] ?? 0
      },
      TableColumn("Available", type: "integer") { object, _ in
        object[path: "status", "availableReplicas"] ?? 0
      },
    ],
    "statefulsets.apps": [
      TableColumn("Ready") { object, _ in
        .string("\(ready(object))/\(object[path: "spec", "replicas"]?.int ?? 0)")
      }
    ],
    "leases.coordination.k8s.io": [field("Holder", "spec", "holderIdentity")],
    "flinkdeployments.flink.apache.org": [
      field("Job Status", "status", "jobStatus", "state"),
      field("Lifecycle State", "status", "lifecycleState"),
    ],
  ]

  private static let bindingColumns = [
    condition("SCHEDULED", "Scheduled"), condition("FULLYAPPLIED", "FullyApplied"),
  ]
  private static let policyColumns = [
    field("CONFLICT-RESOLUTION", "spec", "conflictResolution"),
    TableColumn("PRIORITY") { object, _ in
      .string(String(object[path: "spec", "priority"]?.int ?? 0))
    },
  ]

  private static let eventColumns: [TableColumn] = [
    TableColumn("Last Seen") { object, now in
      age(
        of: object["lastTimestamp"]?.string
          ?? object[path: "metadata", "creationTimestamp"]?.string,
        now: now)
    },
    field("Type", "type"), field("Reason", "reason"),
    TableColumn("Object") { object, _ in
      let involved = object["involvedObject"]
      let kind = involved?["kind"]?.string?.lowercased() ?? ""
      return .string("\(kind)/\(involved?["name"]?.string ?? "")")
    },
    field("Source", "source", "component", priority: 1),
    field("Message", "message"),
    TableColumn("Name", format: "name", priority: 1) { object, _ in
      object[path: "metadata", "name"] ?? ""
    },
  ]

  // MARK: Cells

  private static func field(_ name: String, _ path: String..., priority: Int = 0) -> TableColumn {
    TableColumn(name, priority: priority) { object, _ in
      let found = path.reduce(object) { $0?[$1] }
      if let list = found?.array {
        return .string(list.compactMap(\.string).joined(separator: ","))
      }
      return found ?? ""
    }
  }

  private static func count(_ name: String, _ member: String) -> TableColumn {
    TableColumn(name, type: "integer") { object, _ in
      .int(Int64(object[member]?.object?.count ?? 0))
    }
  }

  private static func condition(_ name: String, _ type: String) -> TableColumn {
    TableColumn(name) { object, _ in .string(status(of: type, in: object)) }
  }

  private static func status(of condition: String, in object: JSONValue) -> String {
    let conditions = object[path: "status", "conditions"]?.array ?? []
    return conditions.first { $0["type"]?.string == condition }?["status"]?.string ?? ""
  }

  private static func ready(_ object: JSONValue) -> Int {
    object[path: "status", "readyReplicas"]?.int ?? 0
  }

  private static func age(_ name: String) -> TableColumn {
    TableColumn(name, type: name == "AGE" ? "date" : "string") { object, now in
      age(of: object[path: "metadata", "creationTimestamp"]?.string, now: now)
    }
  }

  /// As Kubernetes shortens a duration: two units while they tell something.
  private static func age(of text: String?, now: Time) -> JSONValue {
    guard let time = text.flatMap(Time.init(rfc3339:)) else { return "<unknown>" }
    let seconds = max(0, (now - time).components.seconds)
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
    func two(_ a: Int64, _ unitA: String, _ b: Int64, _ unitB: String) -> JSONValue {
      .string(b == 0 ? "\(a)\(unitA)" : "\(a)\(unitA)\(b)\(unitB)")
    }
    return switch seconds {
    case ..<120: .string("\(seconds)s")
    case ..<600: two(minutes, "m", seconds % 60, "s")
    case ..<10_800: .string("\(minutes)m")
    case ..<28_800: two(hours, "h", minutes % 60, "m")
    case ..<172_800: .string("\(hours)h")
    case ..<691_200: two(days, "d", hours % 24, "h")
    case ..<63_072_000: .string("\(days)d")
    default: two(days / 365, "y", days % 365, "d")
    }
  }
}
