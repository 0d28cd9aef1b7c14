import Karmada
import Manifest

/// A line of the Overrides pane: an object that override policies select, or such a policy.
public struct OverrideRow: ListRow {
  public enum Subject: Sendable {
    case object(Object)
    case policy(OverridePolicy)
  }

  /// A template, known by its binding.
  public struct Object: Hashable, Sendable {
    public var resource: ObjectReference
    public var permanentID: String?
    public var clusters: [String]
    /// Override policies that select it by its name or kind.
    public var policies: [RowKey]
    /// Override policies that select it if its labels are right, which only the template tells.
    public var possible: [RowKey]
    /// The propagation policy that sends it.
    public var propagatedBy: ObjectKey?
  }

  public let key: RowKey
  public var subject: Subject

  /// - Parameter match: what the index of policies says about the binding's template.
  init(_ binding: BindingRow, _ match: OverrideIndex.Match) {
    key = binding.key
    subject = .object(
      Object(
        resource: binding.binding.resource, permanentID: binding.binding.permanentID,
        clusters: binding.binding.clusters.map(\.name), policies: match.certain,
        possible: match.possible, propagatedBy: binding.binding.policy?.key))
  }

  public init(_ policy: OverridePolicy) {
    key = RowKey(
      policy.metadata.namespace.isEmpty ? .clusterOverridePolicies : .overridePolicies,
      policy.metadata.key)
    subject = .policy(policy)
  }

  public var object: Object? {
    if case .object(let object) = subject { object } else { nil }
  }

  private var isPolicy: Bool { object == nil }

  /// "ConfigMap", or the policy's short kind.
  public var kind: String {
    switch subject {
    case .object(let object): object.resource.kind
    case .policy: key.feed.shortKind
    }
  }

  public var namespace: String {
    switch subject {
    case .object(let object): object.resource.namespace
    case .policy: key.object.namespace
    }
  }

  public var name: String {
    switch subject {
    case .object(let object): object.resource.name
    case .policy: key.object.name
    }
  }

  /// Which policies select it; what a policy selects.
  public var relation: Line {
    switch subject {
    case .object(let object):
      let sure = object.policies.map(\.object.name)
      var line: Line = []
      if !sure.isEmpty { line.append(Span(sure.joined(separator: " "), .note)) }
      if !object.possible.isEmpty {
        let names = object.possible.map(\.object.name).joined(separator: " ")
        line.append(Span("\(sure.isEmpty ? "" : " ")by label? \(names)", .muted))
      }
      return line.isEmpty ? [Span("none", .muted)] : line
    case .policy(let policy):
      let row = PolicyRow(.override(policy))
      return [Span(row.selectsText), Span(" on \(row.targetsText)", .muted)]
    }
  }

  public var searchTexts: [String] { [kind, namespace, name, relation.map(\.text).joined()] }

  public static let filterFields: [FilterField] = [.ns, .kind, .name, .cluster, .policy]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .ns: return [namespace]
    case .kind: return [kind, key.feed.resource.kind]
    case .name: return [name]
    case .cluster:
      switch subject {
      case .object(let object): return object.clusters
      case .policy(let policy):
        return policy.targetClusterNames
      }
    case .policy:
      switch subject {
      case .object(let object):
        let keys =
          (object.policies + object.possible).map(\.object)
          + [object.propagatedBy]
          .compactMap { $0 }
        return keys.flatMap { [$0.name, "\($0)"] }
      case .policy: return [name, "\(key.object)"]
      }
    case .health, .applied, .reason, .label, .type, .outcome, .when: return nil
    }
  }

  public static let defaultSort = Sort("resource")

  private var order: Int64 {
    switch subject {
    case .object: 0
    case .policy: key.feed == .overridePolicies ? 1 : 2
    }
  }

  public static let columns: [Column<OverrideRow>] = [
    Column("namespace", "NAMESPACE", width: 7...16, rank: 2) {
      SortKey(0, $0.namespace)
    } cell: { row, _ in
      [row.namespace.isEmpty ? Span("(cluster)", .muted) : Span(row.namespace)]
    },
    Column("resource", "RESOURCE", width: 12...40, rank: 0) {
      SortKey($0.order, "\($0.namespace)/\($0.name)")
    } cell: { row, _ in
      ShortKind.cell(row.isPolicy ? row.key.feed.resource.kind : row.kind, row.name)
    },
    Column("clusters", "CLUSTERS", width: 8...8, rank: 3, alignment: .right) {
      SortKey(-Int64($0.object?.clusters.count ?? 0))
    } cell: { row, _ in
      guard let object = row.object else { return [] }
      return [Span("\(object.clusters.count)")]
    },
    Column("policies", "POLICIES, WHAT THEY SELECT", width: 12...400, rank: 1) {
      SortKey(0, $0.relation.map(\.text).joined())
    } cell: { row, _ in
      row.relation
    },
  ]
}
