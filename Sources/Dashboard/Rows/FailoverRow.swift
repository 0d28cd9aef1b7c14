import Karmada
import Manifest

/// A line of the Failovers pane: one episode.
public struct FailoverRow: ListRow {
  public var episode: Episode
  /// Somebody has said that they know.
  public var acknowledgement: Acknowledgement?

  public init(_ episode: Episode, acknowledgement: Acknowledgement? = nil) {
    self.episode = episode
    self.acknowledgement = acknowledgement
  }

  /// Episodes are no objects of the API: the id stands where an object's name does.
  public static func key(_ id: String, _ episode: Episode) -> RowKey {
    RowKey(feed(of: episode), ObjectKey(namespace: "(episode)", name: id))
  }

  public var key: RowKey { Self.key(episode.id, episode) }

  static func feed(of episode: Episode) -> FeedID {
    episode.binding.key.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings
  }

  /// The binding it is about.
  public var bindingKey: RowKey { RowKey(Self.feed(of: episode), episode.binding.key) }

  public var isRaised: Bool { episode.needsPerson && acknowledgement == nil }

  public static let raisedTag: UInt32 = 1
  public static let acknowledgedTag: UInt32 = 2
  public static let openTag: UInt32 = 3
  public var tag: UInt32 {
    if isRaised { return Self.raisedTag }
    if episode.needsPerson { return Self.acknowledgedTag }
    return episode.isOpen ? Self.openTag : 0
  }

  public var when: Time? { episode.evicted?.time ?? episode.began }

  public var resourceText: String {
    "\(episode.binding.resource.kind)/\(episode.binding.resource.name)"
  }

  /// "member3→member1,member2"; "none" where it was left with nothing, "?" where it is not known.
  public var moveText: String {
    "\(episode.from.isEmpty ? "?" : episode.from)→\(targetText)"
  }

  private var targetText: String {
    if !episode.to.isEmpty { return episode.to.joined(separator: ",") }
    switch episode.outcome {
    case .stranded: return "none"
    case .cancelled: return episode.from
    default: return "?"
    }
  }

  public var searchTexts: [String] {
    [
      episode.binding.resource.namespace, episode.binding.resource.kind,
      episode.binding.resource.name, moveText, episode.outcome.word, episode.reason,
      episode.stateWord, episode.why,
    ]
  }

  public static let filterFields: [FilterField] = [
    .ns, .kind, .name, .cluster, .outcome, .when, .reason,
  ]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .ns: [episode.binding.resource.namespace]
    case .kind: [episode.binding.resource.kind]
    case .name: [episode.binding.resource.name, episode.binding.key.name]
    case .cluster: [episode.from] + episode.to
    case .outcome:
      [episode.outcome.word, episode.outcome.rawValue]
        + (episode.isOpen ? ["open"] : ["over"]) + (acknowledgement == nil ? [] : ["acknowledged"])
    case .when: [when?.rfc3339 ?? ""]
    case .reason: [episode.reason]
    case .policy, .health, .applied, .label, .type: nil
    }
  }

  public static let defaultSort = Sort("when")

  /// What needs a person first, then the newest.
  private var order: Int64 {
    let seconds = (when?.nanoseconds ?? 0) / 1_000_000
    return (isRaised ? 0 : 1_000_000_000_000_000) - seconds
  }

  public static let columns: [Column<FailoverRow>] = [
    Column("when", "WHEN", width: 4...6, rank: 0, alignment: .right) {
      SortKey($0.order)
    } cell: { row, now in
      [Span(Age.since(row.when, now: now), .muted)]
    },
    Column("outcome", "OUTCOME", width: 11...11, rank: 0) {
      SortKey(Int64($0.episode.outcome.rank))
    } cell: { row, _ in
      let isKnown = row.acknowledgement != nil && row.episode.needsPerson
      return [Span(row.episode.outcome.word, isKnown ? .muted : row.episode.outcome.role)]
    },
    Column("namespace", "NAMESPACE", width: 8...16, rank: 5) {
      SortKey(0, $0.episode.binding.resource.namespace)
    } cell: { row, _ in
      let namespace = row.episode.binding.resource.namespace
      return [namespace.isEmpty ? Span("(cluster)", .muted) : Span(namespace)]
    },
    Column("workload", "WORKLOAD", width: 12...36, rank: 0) {
      SortKey(0, $0.resourceText)
    } cell: { row, _ in
      [
        Span(row.episode.binding.resource.kind + "/", .muted),
        Span(row.episode.binding.resource.name, .emphasis),
      ]
    },
    Column("move", "FROM → TO", width: 12...34, rank: 1) {
      SortKey(0, $0.moveText)
    } cell: { row, _ in
      [
        Span(row.episode.from.isEmpty ? "?" : row.episode.from), Span("→", .muted),
        Span(row.targetText, row.episode.to.isEmpty ? row.episode.outcome.role : .text),
      ]
    },
    Column("state", "STATE", width: 7...7, rank: 3) {
      SortKey($0.episode.relayed == false ? 0 : $0.episode.relayed == true ? 1 : 2)
    } cell: { row, _ in
      [Span(row.episode.stateWord, row.episode.stateRole)]
    },
    Column("why", "WHY", width: 16...400, rank: 4) {
      SortKey(0, $0.episode.why)
    } cell: { row, _ in
      [Span(row.episode.why.isEmpty ? row.episode.reason : row.episode.why, .muted)]
    },
  ]
}

extension Episode.Outcome {
  /// The most urgent first.
  var rank: Int {
    switch self {
    case .stranded: 0
    case .blocked: 1
    case .suppressed: 2
    case .inProgress: 3
    case .unknown: 4
    case .cancelled: 5
    case .recovered: 6
    }
  }
}

extension Episode {
  var stateRole: Role {
    switch relayed {
    case true?: .good
    case false?: .bad
    case nil: .muted
    }
  }
}
