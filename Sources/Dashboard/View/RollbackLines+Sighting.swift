import Karmada
import Manifest

extension RollbackLines {
  /// What can be seen of a rollback, in one sentence.
  static func sentence(_ sighting: RollbackSighting) -> String {
    let leaving = sighting.workloads.values.filter { $0.binding.leavingSince != nil }
    let (showing, all) = sighting.progress
    switch sighting.stage {
    case .lost:
      let lost = sighting.losses
      let first = lost.first.map { "\($0.object.title) in \($0.cluster)" } ?? ""
      let more = lost.count > 1 ? " and \(lost.count - 1) more" : ""
      return "deleted before the flag reached the Work: \(first)\(more)"
    case .leaving:
      let gone = leaving.count { $0.binding.goneAt != nil }
      return "\(leaving.count) of \(sighting.workloads.count) templates are going; "
        + "\(gone) bindings are gone"
    case .arriving:
      let bindings = sighting.workloads.values.count(where: \.binding.preserves)
      let works = all == 0 ? "" : ", \(showing) of \(all) Works"
      return "the flag is set; \(bindings) of \(sighting.workloads.count) bindings\(works) show it"
    case .ready:
      return all == 0
        ? "the flag is set, and every binding shows it; nobody has looked at the Works"
        : "the flag is set, and all \(all) Works show it"
    case .over:
      guard !leaving.isEmpty else {
        return sighting.isFlagSet ? "the flag is set; the policy has no binding" : "over"
      }
      let kept = leaving.flatMap(\.works.values).count { $0.preservedWhenLeaving == true }
      return "\(leaving.count) templates are gone; \(kept) member objects were left where they are"
    }
  }

  mutating func add(_ sighting: RollbackSighting) {
    let role: Role =
      switch sighting.stage {
      case .lost: .bad
      case .leaving, .arriving: .warning
      case .ready, .over: .good
      }
    say(Self.sentence(sighting), role)
    say("Seen on the control plane; no journal here tells who does it, or why.", .muted)
    if let since = sighting.flagSince {
      append([Span("flag set     ", .label), Span(Age.ago(since, now: now))])
    }
    if let gone = sighting.policyGoneAt {
      append([Span("policy gone  ", .label), Span(Age.ago(gone, now: now))])
    }
    let clusters = Set(sighting.workloads.values.flatMap(\.works.keys)).sorted()
    heading("Workloads \(sighting.workloads.count)")
    append([
      Span("  " + padded("", 34) + padded("binding", 11), .columnHeader),
      Span(clusters.map { padded($0, 12) }.joined(), .columnHeader),
    ])
    for (_, workload) in sighting.workloads.sorted(by: {
      $0.value.object.title < $1.value.object.title
    }) {
      var line: Line = [
        Span("  " + padded(workload.object.title, 34)), word(workload.binding, 11, isWork: false),
      ]
      for cluster in clusters {
        line.append(
          workload.works[cluster].map { word($0, 12) } ?? Span(padded("-", 12), .muted))
      }
      append(line)
    }
  }

  /// Only a Work that goes without the flag takes its object with it.
  private func word(
    _ piece: RollbackSighting.Piece, _ width: Int, isWork: Bool = true
  ) -> Span {
    let text: String
    let role: Role
    if isWork, piece.preservedWhenLeaving == false {
      (text, role) = ("LOST", .bad)
    } else if piece.goneAt != nil {
      (text, role) = ("gone", .muted)
    } else if piece.leavingSince != nil {
      (text, role) = ("going", .warning)
    } else {
      (text, role) = piece.preserves ? ("kept", .good) : ("NOT YET", .warning)
    }
    return Span(padded(text, width), role)
  }
}
