import Karmada

/// The tabs over the close look: all clusters, then one each. Of many only those around the open
/// one show.
public enum OverrideTabs {
  public static func line(of state: AppState, width: Int) -> Line {
    guard let look = state.overrides.look else { return [] }
    let clusters = look.clusters
    let open = state.overrides.cluster
    let names = ["all clusters"] + clusters
    let at = open.flatMap { clusters.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    // Grows around the open tab while there is room.
    var (first, last) = (at, at)
    var used = names[at].count + 2
    let all = names.reduce(0) { $0 + $1.count + 2 }
    // What does not show is counted at either end.
    let room = max(all <= width ? width : width - 12, used)
    while true {
      let before = first > 0 ? names[first - 1].count + 2 : Int.max
      let after = last < names.count - 1 ? names[last + 1].count + 2 : Int.max
      if after != Int.max, used + after <= room, after <= before || used + before > room {
        last += 1
        used += after
      } else if before != Int.max, used + before <= room {
        first -= 1
        used += before
      } else {
        break
      }
    }
    var line: Line = []
    if first > 0 { line.append(Span("‹\(first) ", .muted)) }
    for i in first...last {
      let role: Role = i == at ? .tabActive : Self.alerts(names[i], state) ? .bad : .tabInactive
      line.append(Span(" \(names[i]) ", role))
    }
    if last < names.count - 1 { line.append(Span(" \(names.count - 1 - last)›", .muted)) }
    return line
  }

  /// Something is wrong there.
  private static func alerts(_ cluster: String, _ state: AppState) -> Bool {
    guard let reading = state.overrides.look?.reading,
      case .success(let preview) = reading.preview, let member = preview.member(cluster)
    else { return false }
    if member.reach != .updated { return true }
    if let work = reading.comparisons[cluster], work.differences?.isEmpty == false { return true }
    return preview.variant(of: cluster)?.hazards.contains { $0.severity == .blocker } == true
  }
}
