import Karmada
import Manifest

/// The failover history as text for people and JSON for scripts.
public struct FailoverReport: Sendable {
  public var context: String
  public var server: String
  public var takenAt: Time
  /// The oldest first.
  public var episodes: [Episode]
  public var incidents: [Incident]
  public var gaps: [ObservationGap]
  /// Kinds that could not be read, in words.
  public var failures: [String] = []
  /// Where a recording begins and where in it this is, in seconds; nil for a live control plane.
  public var recording: (startedAt: Time, position: Double)?

  public init(
    context: String, server: String, takenAt: Time, episodes: [Episode], incidents: [Incident],
    gaps: [ObservationGap]
  ) {
    self.context = context
    self.server = server
    self.takenAt = takenAt
    self.episodes = episodes
    self.incidents = incidents
    self.gaps = gaps
  }

  /// Only what is still open or was going on after that moment.
  public mutating func keep(since: Time) {
    episodes.removeAll { !$0.isOpen && ($0.latest.map { $0 < since } ?? true) }
    gaps.removeAll { $0.until < since }
    keepIncidentsOfEpisodes()
  }

  public mutating func keep(outcomes: Set<Episode.Outcome>) {
    guard !outcomes.isEmpty else { return }
    episodes.removeAll { !outcomes.contains($0.outcome) }
    keepIncidentsOfEpisodes()
  }

  /// One of these outcomes holds now: what was stranded or blocked once and is not any more does
  /// not count.
  public func stands(in outcomes: Set<Episode.Outcome>) -> Bool {
    episodes.contains { episode in
      guard outcomes.contains(episode.outcome) else { return false }
      switch episode.outcome {
      case .stranded, .blocked: return episode.isOpen
      case .inProgress, .recovered, .suppressed, .cancelled, .unknown: return true
      }
    }
  }

  private mutating func keepIncidentsOfEpisodes() {
    let ids = Set(episodes.compactMap(\.incident))
    incidents.removeAll { !ids.contains($0.id) }
  }

  // MARK: JSON

  /// A contract: names and types stay, members are only ever added.
  public var json: JSONValue {
    var object: JSONObject = [
      "context": .string(context), "server": .string(server),
      "takenAt": .string(takenAt.rfc3339),
      "episodes": .array(episodes.map(\.json)), "incidents": .array(incidents.map(\.json)),
      "gaps": .array(gaps.map(\.json)), "errors": .array(failures.map { .string($0) }),
    ]
    if let recording {
      object["recording"] = [
        "startedAt": .string(recording.startedAt.rfc3339Micro),
        "position": .double(recording.position),
      ]
    }
    return .object(object)
  }

  // MARK: Text

  /// One line an episode, the newest first, and what explains it where there is something to
  /// explain.
  public var text: [String] {
    guard !episodes.isEmpty else { return ["no failovers"] + gapLines }
    let header = ["WHEN", "NAMESPACE", "WORKLOAD", "FROM", "TO", "OUTCOME", "STATE", "WHY"]
    let rows = episodes.reversed().map { episode in
      let resource = episode.binding.resource
      return [
        Age.since(episode.evicted?.time ?? episode.began, now: takenAt),
        resource.namespace.isEmpty ? "-" : resource.namespace,
        "\(resource.kind)/\(resource.name)",
        episode.from.isEmpty ? "?" : episode.from,
        episode.to.isEmpty
          ? (episode.outcome == .stranded ? "none" : "-")
          : episode.to.joined(separator: ","),
        episode.outcome.word, episode.stateWord, episode.why,
      ]
    }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([header] + rows).map { row in
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: max(0, width - cell.count))
      }
      return Self.trimmed(cells.joined(separator: "  "))
    } + gapLines
  }

  private var gapLines: [String] {
    gaps.map {
      "not watched from \($0.from.rfc3339) to \($0.until.rfc3339) (\(Age.short($0.until - $0.from))): "
        + $0.why
    }
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}

extension Episode.Outcome {
  /// As lists and filters write it; what needs a person stands out.
  public var word: String {
    switch self {
    case .inProgress: "in-progress"
    case .recovered: "recovered"
    case .stranded: "STRANDED"
    case .suppressed: "suppressed"
    case .blocked: "BLOCKED"
    case .cancelled: "cancelled"
    case .unknown: "unknown"
    }
  }

  var role: Role {
    switch self {
    case .inProgress: .evicting
    case .recovered: .good
    case .stranded: .stranded
    case .suppressed: .warning
    case .blocked: .bad
    case .cancelled, .unknown: .muted
    }
  }
}

extension Episode {
  /// Whether its state arrived, in a word: "relayed", "LOST", or "-" with nothing to relay.
  public var stateWord: String {
    switch relayed {
    case true?: "relayed"
    case false?: "LOST"
    case nil: preservedLabels.isEmpty ? "-" : "?"
    }
  }
}
