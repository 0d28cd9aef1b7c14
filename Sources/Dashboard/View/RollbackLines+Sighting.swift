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
        + "\(gone) of their bindings are gone"
    case .arriving:
      let bindings = sighting.workloads.values.count(where: \.binding.preserves)
      let works = all == 0 ? "" : ", \(showing) of \(all) Works"
      return "the flag is set; \(bindings) of \(sighting.workloads.count) bindings\(works) show it"
    case .ready:
      return all == 0
        ? "the flag is set and every binding shows it; the Works have not been looked at"
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
      case .ready: sighting.progress.all == 0 ? .warning : .good
      case .over: .good
      }
    say(Self.sentence(sighting), role)
    say("Seen on the control plane; no journal here tells who does it, or why.", .muted)
    if let since = sighting.flagSince {
      append([Span("flag set     ", .label), Span(Age.ago(since, now: now))])
    }
    if let gone = sighting.policyGoneAt {
      append([Span("policy gone  ", .label), Span(Age.ago(gone, now: now))])
    }
    guard !sighting.workloads.isEmpty else { return }
    heading("Workloads \(sighting.workloads.count)")
    matrix(
      sighting.workloads.values.map { workload in
        var cells = workload.works.mapValues { Self.cell($0) }
        cells[Self.binding] = Self.cell(workload.binding, isWork: false)
        return MatrixRow(title: workload.object.title, cells: cells)
      }, leading: [Self.binding])
    if sighting.workloads.values.contains(where: { !$0.works.isEmpty }) { return }
    say("Nobody has looked at the Works, and only their own flag counts.", .warning)
  }

  private static let binding = "binding"

  /// Only a Work that goes without the flag takes its object with it.
  private static func cell(_ piece: RollbackSighting.Piece, isWork: Bool = true) -> Cell {
    if isWork, piece.preservedWhenLeaving == false {
      return Cell(text: "LOST", role: .bad, isTrouble: true)
    }
    if piece.goneAt != nil {
      return isWork ? Cell(text: "left there", role: .good) : Cell(text: "gone", role: .muted)
    }
    if piece.leavingSince != nil { return Cell(text: "going", role: .warning) }
    return piece.preserves
      ? Cell(text: "kept", role: .good) : Cell(text: "NOT YET", role: .warning, isTrouble: isWork)
  }
}
