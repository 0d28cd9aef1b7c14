import Manifest

/// How far a change of a policy reaches: which objects become something else on which clusters.
public struct SaveReach: Hashable, Sendable {
  /// Those with a change, as they go into Works.
  public var changes: [DraftPreview.ObjectChange]

  public init(_ preview: DraftPreview) {
    changes = preview.changes.compactMap { change in
      var change = change
      change.groups = change.groups.compactMap { group in
        var group = group
        (group.before, group.after) = (Self.sent(group.before), Self.sent(group.after))
        // What an override does to a field that never leaves the control plane changes nothing.
        return group.before == group.after ? nil : group
      }
      return change.groups.isEmpty && change.heldBack.isEmpty ? nil : change
    }
  }

  private static func sent(_ outcome: DraftPreview.Outcome) -> DraftPreview.Outcome {
    switch outcome {
    case .manifest(let manifest):
      .manifest(WorkManifest.withoutMarks(WorkManifest.pruned(manifest)))
    case .failure: outcome
    }
  }

  public var isEmpty: Bool { changes.isEmpty }

  /// Objects that become something else, or would no longer be rendered, somewhere.
  public var objects: Int {
    changes.count { $0.groups.contains { $0.change != .failsStill } }
  }

  /// Pairs of object and cluster.
  public func cells(_ kinds: DraftPreview.Change...) -> Int {
    changes.reduce(0) { sum, change in
      change.groups.reduce(sum) { kinds.contains($1.change) ? $0 + $1.clusters.count : $0 }
    }
  }

  /// By name, sorted.
  public var clusters: [String] {
    var names: Set<String> = []
    for change in changes {
      for group in change.groups where group.change != .failsStill {
        names.formUnion(group.clusters)
      }
    }
    return names.sorted()
  }

  /// "3 objects on 2 clusters change (5 manifests)".
  public var sentence: String {
    let changed = cells(.changed, .mends)
    let breaks = cells(.breaks)
    if changed + breaks == 0 { return "No object on any cluster changes." }
    let places = clusters.count
    var text =
      "\(objects) object\(objects == 1 ? "" : "s") on \(places) cluster\(places == 1 ? "" : "s"): "
      + "\(changed) manifest\(changed == 1 ? "" : "s") change\(changed == 1 ? "s" : "")"
    if breaks > 0 { text += ", \(breaks) can no longer be made" }
    return text + "."
  }
}

/// What Karmada is expected to make of one object once the policy is saved.
public struct SaveExpectation: Hashable, Sendable {
  public struct Cell: Hashable, Sendable {
    public var cluster: String
    /// nil where nothing can be predicted.
    public var variant: OverridePreview.Variant?
    /// Why its Work will not follow; nil when it will.
    public var obstacle: String?
  }

  /// "ConfigMap default/example-configmap"
  public var title: String
  /// By which its Works are found.
  public var permanentID: String?
  public var isClusterScoped: Bool
  public var relayedLabels: [String: String]
  public var cells: [Cell]

  /// Of the clusters where a change is expected, in Karmada's order.
  init(
    _ object: SaveFacts.Object, _ change: DraftPreview.ObjectChange,
    clusters: [OverrideTarget], engine: OverrideEngine
  ) {
    let targets = object.targets
    let input = OverridePreview.Input(
      template: object.template, targets: targets, overridePolicies: [],
      clusterOverridePolicies: [], clusters: clusters)
    let preview = OverridePreview(input, engine: engine, tracing: false)
    let touched = Set(change.groups.flatMap(\.clusters) + change.heldBack)
    title = change.title
    permanentID = object.permanentID
    isClusterScoped = object.isClusterScoped
    relayedLabels = targets.relayedLabels
    cells = preview.members.filter { touched.contains($0.cluster) }.map { member in
      Cell(
        cluster: member.cluster, variant: member.variant.map { preview.variants[$0] },
        obstacle: Self.obstacle(member, preview))
    }
  }

  private static func obstacle(
    _ member: OverridePreview.Member, _ preview: OverridePreview
  ) -> String? {
    switch member.reach {
    case .updated: nil
    case .fails:
      "Karmada fails on it: "
        + (member.variant.flatMap { preview.variants[$0].failure?.description } ?? "")
    case .notReached(let cluster):
      "Karmada stops at \(cluster), which comes before it in the binding"
    case .vanished: "there is no such cluster any more"
    }
  }
}
